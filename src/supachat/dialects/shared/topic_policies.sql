drop policy if exists supachat_@schema@_@dialect@_listen on realtime.messages;
create policy supachat_@schema@_@dialect@_listen on realtime.messages
  for select to authenticated
  using (@schema@.supachat_may_listen(topic, extension));

drop policy if exists supachat_@schema@_@dialect@_speak on realtime.messages;
create policy supachat_@schema@_@dialect@_speak on realtime.messages
  for insert to authenticated
  with check (@schema@.supachat_may_speak(topic, extension));

-- Restrictive: a policy that opens every topic to everybody opens ours to nobody. No role but the one of
-- signed-in people comes near them, and no client at all speaks where rows are told, which seals them.
drop policy if exists supachat_@schema@_@dialect@_strangers on realtime.messages;
create policy supachat_@schema@_@dialect@_strangers on realtime.messages
  as restrictive for all to public
  using (current_user = 'authenticated' or topic !~ '@topics@')
  with check (current_user = 'authenticated' or topic !~ '@topics@');

drop policy if exists supachat_@schema@_@dialect@_members on realtime.messages;
create policy supachat_@schema@_@dialect@_members on realtime.messages
  as restrictive for all to authenticated
  using (topic !~ '@topics@' or @schema@.supachat_may_listen(topic, extension))
  with check (topic !~ '@topics@' or @schema@.supachat_may_speak(topic, extension));
