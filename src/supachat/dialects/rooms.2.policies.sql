-- supachat, dialect rooms, second part: who may see, write, hear and speak.

-- @part uid
--   type  uuid

create or replace function @schema@.supachat_is_member(_session_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.members m
    where m.session_id = _session_id and m.user_id = @schema@.supachat_uid()
  )
$$;

-- @part topics
--   person  user:
--   thread  session:
--   typing  session-typing:
--   known   @schema@.supachat_uid()
--   sees    supachat_is_member

-- ------------------------------------------------------------------ policies

grant select on table @schema@.chat_sessions, @schema@.members, @schema@.chat_messages to authenticated;
-- not created_at: the time of a message is the server's own
grant insert (id, session_id, sender_id, body) on table @schema@.chat_messages to authenticated;
-- the project's own backend: in a schema of its own nothing is granted to it by default
grant select, insert, update, delete on table @schema@.chat_sessions, @schema@.members,
  @schema@.chat_messages, @schema@.supachat_profiles, @schema@.supachat_read_cursors to service_role;

drop policy if exists supachat_@schema@_sessions_read on @schema@.chat_sessions;
create policy supachat_@schema@_sessions_read on @schema@.chat_sessions
  for select to authenticated
  using (@schema@.supachat_is_member(id));

drop policy if exists supachat_@schema@_members_read on @schema@.members;
create policy supachat_@schema@_members_read on @schema@.members
  for select to authenticated
  using (@schema@.supachat_is_member(session_id));

drop policy if exists supachat_@schema@_messages_read on @schema@.chat_messages;
create policy supachat_@schema@_messages_read on @schema@.chat_messages
  for select to authenticated
  using (@schema@.supachat_is_member(session_id));

drop policy if exists supachat_@schema@_messages_write on @schema@.chat_messages;
create policy supachat_@schema@_messages_write on @schema@.chat_messages
  for insert to authenticated
  with check (
    sender_id = (select @schema@.supachat_uid()) and @schema@.supachat_is_member(session_id)
  );

-- supachat_profiles and supachat_read_cursors have no policy: they are reached through functions only

-- @part topic_policies
--   topics  ^(session|session-typing|user):[0-9a-f-]{36}$
