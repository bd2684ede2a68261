-- supachat, dialect rooms, second part: who may see, write, hear and speak.

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

create or replace function @schema@.supachat_is_member(_session_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.members m
    where m.session_id = _session_id and m.user_id = @schema@.supachat_uid()
  )
$$;

-- the session that ends a topic's name; null for a name that is none of ours
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
      when starts_with(_topic, 'user:') then
        _extension = 'broadcast' and _topic = 'user:' || @schema@.supachat_uid()::text
      when starts_with(_topic, 'session:') then
        _extension = 'broadcast' and @schema@.supachat_is_member(@schema@.supachat_topic_key(_topic, 'session:'))
      when starts_with(_topic, 'session-typing:') then
        _extension in ('broadcast', 'presence')
          and @schema@.supachat_is_member(@schema@.supachat_topic_key(_topic, 'session-typing:'))
    end,
    false
  );
exception when others then
  return false;
end
$$;

-- typing, presence and hints, nothing else
create or replace function @schema@.supachat_may_speak(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    _extension in ('broadcast', 'presence')
      and @schema@.supachat_is_member(@schema@.supachat_topic_key(_topic, 'session-typing:')),
    false
  );
exception when others then
  return false;
end
$$;

-- ------------------------------------------------------------------ policies

grant select on table @schema@.chat_sessions to authenticated;
grant select on table @schema@.members to authenticated;
grant select on table @schema@.chat_messages to authenticated;
-- not created_at: the time of a message is the server's own
grant insert (id, session_id, sender_id, body) on table @schema@.chat_messages to authenticated;
-- the project's own backend: in a schema of its own nothing is granted to it by default
grant select, insert, update, delete on table @schema@.chat_sessions to service_role;
grant select, insert, update, delete on table @schema@.members to service_role;
grant select, insert, update, delete on table @schema@.chat_messages to service_role;
grant select, insert, update, delete on table @schema@.supachat_profiles to service_role;
grant select, insert, update, delete on table @schema@.supachat_read_cursors to service_role;

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

drop policy if exists supachat_@schema@_rooms_listen on realtime.messages;
create policy supachat_@schema@_rooms_listen on realtime.messages
  for select to authenticated
  using (@schema@.supachat_may_listen(topic, extension));

drop policy if exists supachat_@schema@_rooms_speak on realtime.messages;
create policy supachat_@schema@_rooms_speak on realtime.messages
  for insert to authenticated
  with check (@schema@.supachat_may_speak(topic, extension));

-- restrictive: a policy that opens every topic to everybody opens ours to nobody. No role but the one of
-- signed-in people comes near them, and no client at all speaks on session: and user:, which seals them.
drop policy if exists supachat_@schema@_rooms_strangers on realtime.messages;
create policy supachat_@schema@_rooms_strangers on realtime.messages
  as restrictive for all to public
  using (current_user = 'authenticated' or topic !~ '^(session|session-typing|user):[0-9a-f-]{36}$')
  with check (current_user = 'authenticated' or topic !~ '^(session|session-typing|user):[0-9a-f-]{36}$');

drop policy if exists supachat_@schema@_rooms_members on realtime.messages;
create policy supachat_@schema@_rooms_members on realtime.messages
  as restrictive for all to authenticated
  using (
    topic !~ '^(session|session-typing|user):[0-9a-f-]{36}$'
    or @schema@.supachat_may_listen(topic, extension)
  )
  with check (
    topic !~ '^(session|session-typing|user):[0-9a-f-]{36}$'
    or @schema@.supachat_may_speak(topic, extension)
  );
