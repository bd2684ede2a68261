-- supachat, dialect inbox, second part: who may see, write, hear and speak.

-- ------------------------------------------------------------------ who is asking

-- auth.uid() raises where a token's subject is no UUID; policies must not
create or replace function @schema@.supachat_uid() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  return auth.uid();
exception when others then
  return null;
end
$$;

-- what the caller is here: agent, admin, or null for everybody else
create or replace function @schema@.supachat_role() returns text
language sql stable security definer set search_path = '' as $$
  select a.role from @schema@.agents a where a.user_id = @schema@.supachat_uid() and a.active
$$;

create or replace function @schema@.supachat_sees(_conversation_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.conversations c, @schema@.agents a
    where c.id = _conversation_id and a.user_id = @schema@.supachat_uid() and a.active
      and (a.role = 'admin' or c.assigned_to is null or c.assigned_to = a.user_id)
  )
$$;

-- the conversation that ends a topic's name; null for a name that is none of ours
create or replace function @schema@.supachat_topic_key(_topic text, _head text) returns uuid
language sql immutable set search_path = '' as $$
  select case
    when starts_with(_topic, _head)
      and substr(_topic, length(_head) + 1) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    then substr(_topic, length(_head) + 1)::uuid
  end
$$;

create or replace function @schema@.supachat_may_listen(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    case
      when starts_with(_topic, 'inbox-agent:') then
        _extension = 'broadcast' and @schema@.supachat_role() is not null
          and _topic = 'inbox-agent:' || @schema@.supachat_uid()::text
      when starts_with(_topic, 'inbox:') then
        _extension = 'broadcast' and @schema@.supachat_sees(@schema@.supachat_topic_key(_topic, 'inbox:'))
      when starts_with(_topic, 'inbox-typing:') then
        _extension in ('broadcast', 'presence')
          and @schema@.supachat_sees(@schema@.supachat_topic_key(_topic, 'inbox-typing:'))
    end,
    false
  );
exception when others then
  return false;
end
$$;

-- typing and presence, nothing else
create or replace function @schema@.supachat_may_speak(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    _extension in ('broadcast', 'presence')
      and @schema@.supachat_sees(@schema@.supachat_topic_key(_topic, 'inbox-typing:')),
    false
  );
exception when others then
  return false;
end
$$;

-- ------------------------------------------------------------------ policies

grant select on table @schema@.conversations to authenticated;
grant select on table @schema@.messages to authenticated;
grant select, delete on table @schema@.canned_replies to authenticated;
grant insert (id, shortcut, title, body), update (shortcut, title, body)
  on table @schema@.canned_replies to authenticated;
-- the project's own backend: in a schema of its own nothing is granted to it by default
grant select, insert, update, delete on table @schema@.agents to service_role;
grant select, insert, update, delete on table @schema@.conversations to service_role;
grant select, insert, update, delete on table @schema@.messages to service_role;
grant select, insert, update, delete on table @schema@.canned_replies to service_role;
grant select, insert, update, delete on table @schema@.supachat_read_cursors to service_role;

drop policy if exists supachat_@schema@_conversations_read on @schema@.conversations;
create policy supachat_@schema@_conversations_read on @schema@.conversations
  for select to authenticated
  using (
    (select @schema@.supachat_role()) = 'admin'
    or ((select @schema@.supachat_role()) = 'agent'
      and (assigned_to is null or assigned_to = (select @schema@.supachat_uid())))
  );

drop policy if exists supachat_@schema@_messages_read on @schema@.messages;
create policy supachat_@schema@_messages_read on @schema@.messages
  for select to authenticated
  using (@schema@.supachat_sees(conversation_id));

drop policy if exists supachat_@schema@_replies_read on @schema@.canned_replies;
create policy supachat_@schema@_replies_read on @schema@.canned_replies
  for select to authenticated
  using ((select @schema@.supachat_role()) is not null);

drop policy if exists supachat_@schema@_replies_add on @schema@.canned_replies;
create policy supachat_@schema@_replies_add on @schema@.canned_replies
  for insert to authenticated
  with check ((select @schema@.supachat_role()) = 'admin');

drop policy if exists supachat_@schema@_replies_change on @schema@.canned_replies;
create policy supachat_@schema@_replies_change on @schema@.canned_replies
  for update to authenticated
  using ((select @schema@.supachat_role()) = 'admin')
  with check ((select @schema@.supachat_role()) = 'admin');

drop policy if exists supachat_@schema@_replies_remove on @schema@.canned_replies;
create policy supachat_@schema@_replies_remove on @schema@.canned_replies
  for delete to authenticated
  using ((select @schema@.supachat_role()) = 'admin');

-- agents and supachat_read_cursors have no policy: they are reached through functions only

drop policy if exists supachat_@schema@_inbox_listen on realtime.messages;
create policy supachat_@schema@_inbox_listen on realtime.messages
  for select to authenticated
  using (@schema@.supachat_may_listen(topic, extension));

drop policy if exists supachat_@schema@_inbox_speak on realtime.messages;
create policy supachat_@schema@_inbox_speak on realtime.messages
  for insert to authenticated
  with check (@schema@.supachat_may_speak(topic, extension));

-- restrictive: a policy that opens every topic to everybody opens ours to nobody
drop policy if exists supachat_@schema@_inbox_strangers on realtime.messages;
create policy supachat_@schema@_inbox_strangers on realtime.messages
  as restrictive for all to public
  using (current_user = 'authenticated' or topic !~ '^inbox(-agent|-typing)?:')
  with check (current_user = 'authenticated' or topic !~ '^inbox(-agent|-typing)?:');

drop policy if exists supachat_@schema@_inbox_members on realtime.messages;
create policy supachat_@schema@_inbox_members on realtime.messages
  as restrictive for all to authenticated
  using (topic !~ '^inbox(-agent|-typing)?:' or @schema@.supachat_may_listen(topic, extension))
  with check (topic !~ '^inbox(-agent|-typing)?:' or @schema@.supachat_may_speak(topic, extension));
