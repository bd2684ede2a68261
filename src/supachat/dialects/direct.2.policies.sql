-- supachat, dialect direct, second part: who may see, write, hear and speak.

-- @part uid
--   type  uuid

-- the caller's id in the app, null for nobody
create or replace function @schema@.supachat_app_id() returns text
language sql stable security definer set search_path = '' as $$
  select app_user_id from @schema@.supachat_profiles where user_id = @schema@.supachat_uid()
$$;

create or replace function @schema@.supachat_is_member(_thread_id text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.chat_threads t
    where t.thread_id = _thread_id
      and @schema@.supachat_uid() in (t.user_a_supabase_id, t.user_b_supabase_id)
  )
$$;

-- whether the caller may write a row that says so
create or replace function @schema@.supachat_may_write(_thread_id text, _sender text, _recipient text)
returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return _sender = @schema@.supachat_app_id() and exists (
    select from @schema@.chat_threads t
    join @schema@.supachat_profiles p on p.app_user_id = _recipient
    where t.thread_id = _thread_id
      and (
        (t.user_a_supabase_id, t.user_a_mongo_id, t.user_b_supabase_id, t.user_b_mongo_id)
          = (@schema@.supachat_uid(), _sender, p.user_id, _recipient)
        or (t.user_b_supabase_id, t.user_b_mongo_id, t.user_a_supabase_id, t.user_a_mongo_id)
          = (@schema@.supachat_uid(), _sender, p.user_id, _recipient)
      )
  );
exception when others then
  return false;
end
$$;

-- whether the caller may hear a topic: the two topics that carry rows by broadcast only
create or replace function @schema@.supachat_may_listen(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    case
      when _topic like 'user:%' then
        _extension = 'broadcast' and _topic = 'user:' || @schema@.supachat_uid()::text
      when _topic like 'chat:%' then
        _extension = 'broadcast' and @schema@.supachat_is_member(substr(_topic, 6))
      when _topic like 'typing:%' then
        _extension in ('broadcast', 'presence') and @schema@.supachat_is_member(substr(_topic, 8))
    end,
    false
  );
exception when others then
  return false;
end
$$;

-- whether the caller may speak on a topic: typing and presence, nothing else
create or replace function @schema@.supachat_may_speak(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    _topic like 'typing:%'
      and _extension in ('broadcast', 'presence')
      and @schema@.supachat_is_member(substr(_topic, 8)),
    false
  );
exception when others then
  return false;
end
$$;

-- ------------------------------------------------------------------ policies

grant select on table @schema@.chat_threads, @schema@.chat_messages to authenticated;
-- not created_at: the time of a message is the server's own
grant insert (id, thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body)
  on table @schema@.chat_messages to authenticated;

drop policy if exists supachat_@schema@_threads_read on @schema@.chat_threads;
create policy supachat_@schema@_threads_read on @schema@.chat_threads
  for select to authenticated
  using ((select @schema@.supachat_uid()) in (user_a_supabase_id, user_b_supabase_id));

-- restrictive: whatever other policies on these tables allow, they allow it to members only
drop policy if exists supachat_@schema@_threads_members on @schema@.chat_threads;
create policy supachat_@schema@_threads_members on @schema@.chat_threads
  as restrictive for all to authenticated
  using ((select @schema@.supachat_uid()) in (user_a_supabase_id, user_b_supabase_id));

drop policy if exists supachat_@schema@_messages_read on @schema@.chat_messages;
create policy supachat_@schema@_messages_read on @schema@.chat_messages
  for select to authenticated
  using (@schema@.supachat_is_member(thread_id));

drop policy if exists supachat_@schema@_messages_write on @schema@.chat_messages;
create policy supachat_@schema@_messages_write on @schema@.chat_messages
  for insert to authenticated
  with check (
    sender_supabase_id = (select @schema@.supachat_uid())
    and @schema@.supachat_may_write(thread_id, sender_mongo_id, recipient_mongo_id)
  );

drop policy if exists supachat_@schema@_messages_members on @schema@.chat_messages;
create policy supachat_@schema@_messages_members on @schema@.chat_messages
  as restrictive for all to authenticated
  using (@schema@.supachat_is_member(thread_id))
  with check (
    sender_supabase_id = (select @schema@.supachat_uid())
    and @schema@.supachat_may_write(thread_id, sender_mongo_id, recipient_mongo_id)
  );

-- supachat_profiles and supachat_read_cursors have no policy: they are reached through functions only

-- @part topic_policies
--   topics  ^((chat|typing):.*__|user:[0-9a-f-]{36}$)
