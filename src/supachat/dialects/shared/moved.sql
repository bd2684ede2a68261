-- A row that moves out of somebody's sight tells them nothing. So whoever has the thread's topic joined is told
-- that their list is another, and nothing else. Never raises: a change is kept even where it cannot be told.
create or replace function @schema@.supachat_tell_moved(_topic text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform realtime.send('{}', 'moved', _topic, true);
exception when others then
  raise warning 'supachat: a change of who sees % was kept and not told: %', _topic, sqlerrm;
end
$$;
