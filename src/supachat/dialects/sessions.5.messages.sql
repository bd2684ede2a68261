-- supachat, dialect sessions, fifth part: writing, reading, finding, the rights, and the end.

-- A retry with the same _id changes nothing and answers the row that is there, to its author only.
create or replace function @schema@.supachat_send(
  _session_id text, _content text, _id uuid default null, _message_type text default 'text',
  _metadata jsonb default '{}'
) returns @schema@.chat_messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant text := @schema@.supachat_uid();
  message_id constant uuid := coalesce(_id, gen_random_uuid());
  stored @schema@.chat_messages;
begin
  if not @schema@.supachat_is_member(_session_id) then
    raise exception 'this session is not yours' using errcode = '42501';
  end if;
  perform @schema@.supachat_check_content(_content);
  if _message_type is null or _message_type not in ('text', 'voice') then
    raise exception 'a person writes text or voice' using errcode = '22023';
  end if;
  if octet_length(_metadata::text) > 65536 then
    raise exception 'the metadata is longer than 64 KB' using errcode = '22023';
  end if;
  -- one writer at a time in a session: the order of times is then the order of commits
  perform from @schema@.chat_sessions s where s.id = _session_id for no key update;
  insert into @schema@.chat_messages
      (id, session_id, user_id, content, role, message_type, metadata, created_at)
    values (message_id, _session_id, me, _content, 'user', _message_type, coalesce(_metadata, '{}'), clock_timestamp())
    on conflict (id) do nothing
    returning * into stored;
  if stored.id is null then
    select * into stored from @schema@.chat_messages m
      where m.id = message_id and m.user_id = me and m.session_id = _session_id;
    if not found then
      raise exception 'the id of this message is taken' using errcode = '23505';
    end if;
  end if;
  return stored;
end
$$;

create or replace function @schema@.supachat_check_content(_content text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if _content is null or _content !~ '\S' then
    raise exception 'the message is empty' using errcode = '22023';
  end if;
  if octet_length(_content) > 65536 then
    raise exception 'the message is longer than 64 KB' using errcode = '22023';
  end if;
end
$$;

-- what the caller wrote, while they belong to its session
create or replace function @schema@.supachat_edit(_message_id uuid, _content text)
returns @schema@.chat_messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  stored @schema@.chat_messages;
begin
  perform @schema@.supachat_check_content(_content);
  update @schema@.chat_messages m set content = _content
    where m.id = _message_id and m.role = 'user' and m.user_id = @schema@.supachat_uid()
      and @schema@.supachat_is_member(m.session_id)
    returning * into stored;
  if not found then
    raise exception 'this message is not yours' using errcode = '42501';
  end if;
  return stored;
end
$$;

-- Whether there was such a message. One that is gone is gone: a retry answers false.
create or replace function @schema@.supachat_delete(_message_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from @schema@.chat_messages m
    where m.id = _message_id and (
      @schema@.supachat_is_owner(m.session_id)
      or (m.role = 'user' and m.user_id = @schema@.supachat_uid() and @schema@.supachat_is_member(m.session_id))
    );
  if found then
    return true;
  end if;
  if exists (select from @schema@.chat_messages m where m.id = _message_id) then
    raise exception 'this message is not yours' using errcode = '42501';
  end if;
  return false;
end
$$;

-- Moves the caller's read cursor to a message, never back. Answers where it stands.
create or replace function @schema@.supachat_mark_read(_session_id text, _message_id uuid)
returns table (read_message_id uuid, read_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not @schema@.supachat_is_member(_session_id) then
    raise exception 'this session is not yours' using errcode = '42501';
  end if;
  insert into @schema@.supachat_read_cursors as c (user_id, session_id, read_message_id, read_at)
    select @schema@.supachat_uid(), m.session_id, m.id, m.created_at
    from @schema@.chat_messages m where m.session_id = _session_id and m.id = _message_id
    on conflict (user_id, session_id) do update
      set read_message_id = excluded.read_message_id, read_at = excluded.read_at
      where (c.read_at, c.read_message_id) < (excluded.read_at, excluded.read_message_id);
  return query
    select c.read_message_id, c.read_at from @schema@.supachat_read_cursors c
    where c.user_id = @schema@.supachat_uid() and c.session_id = _session_id;
end
$$;

-- People by their exact id, or by three letters or more that their name begins with; 20 at most. Ids and
-- names, never an e-mail address.
create or replace function @schema@.supachat_find_people(_text text)
returns table (user_id text, display_name text)
language sql stable security definer set search_path = '' as $$
  select p.user_id, p.display_name
  from @schema@.supachat_profiles p, (select btrim(left(_text, 200)) as sought) s
  where p.user_id <> @schema@.supachat_uid()
    and exists (select from @schema@.supachat_profiles me where me.user_id = @schema@.supachat_uid())
    and (
      p.user_id = s.sought
      or (length(s.sought) >= 3 and starts_with(lower(p.display_name), lower(s.sought)))
    )
  order by p.user_id <> s.sought, lower(p.display_name), p.user_id
  limit 20
$$;

-- who the caller is here: one row, and none for nobody. Makes a profile that the trigger could not make.
create or replace function @schema@.supachat_whoami()
returns table (user_id text, display_name text)
language sql volatile security definer set search_path = '' as $$
  select @schema@.supachat_add_profile(u.id, u.raw_user_meta_data) from auth.users u
    where u.id = @schema@.supachat_uid()::uuid
      and not exists (select from @schema@.supachat_profiles p where p.user_id = u.id::text);
  select p.user_id, p.display_name from @schema@.supachat_profiles p
    where p.user_id = @schema@.supachat_uid();
$$;

-- ------------------------------------------------------------------ rights

-- for policies
revoke execute on function @schema@.supachat_uid() from public, anon, authenticated;
revoke execute on function @schema@.supachat_is_member(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_is_owner(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_may_listen(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_may_speak(text, text) from public, anon, authenticated;
grant execute on function @schema@.supachat_uid() to authenticated;
grant execute on function @schema@.supachat_is_member(text) to authenticated;
grant execute on function @schema@.supachat_is_owner(text) to authenticated;
grant execute on function @schema@.supachat_may_listen(text, text) to authenticated;
grant execute on function @schema@.supachat_may_speak(text, text) to authenticated;

-- for people
revoke execute on function @schema@.supachat_threads(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_create_thread(text, text[], text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_ensure_thread(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_rename(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_set_status(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_touch(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_invite(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_remove(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_leave(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_set_presence(text, text, jsonb) from public, anon, authenticated;
revoke execute on function @schema@.supachat_prices(text[]) from public, anon, authenticated;
revoke execute on function @schema@.supachat_send(text, text, uuid, text, jsonb) from public, anon, authenticated;
revoke execute on function @schema@.supachat_edit(uuid, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_delete(uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_mark_read(text, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_find_people(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_whoami() from public, anon, authenticated;
grant execute on function @schema@.supachat_threads(text) to authenticated;
grant execute on function @schema@.supachat_create_thread(text, text[], text) to authenticated;
grant execute on function @schema@.supachat_ensure_thread(text) to authenticated;
grant execute on function @schema@.supachat_rename(text, text) to authenticated;
grant execute on function @schema@.supachat_set_status(text, text) to authenticated;
grant execute on function @schema@.supachat_touch(text) to authenticated;
grant execute on function @schema@.supachat_invite(text, text) to authenticated;
grant execute on function @schema@.supachat_remove(text, text) to authenticated;
grant execute on function @schema@.supachat_leave(text) to authenticated;
grant execute on function @schema@.supachat_set_presence(text, text, jsonb) to authenticated;
grant execute on function @schema@.supachat_prices(text[]) to authenticated;
grant execute on function @schema@.supachat_send(text, text, uuid, text, jsonb) to authenticated;
grant execute on function @schema@.supachat_edit(uuid, text) to authenticated;
grant execute on function @schema@.supachat_delete(uuid) to authenticated;
grant execute on function @schema@.supachat_mark_read(text, uuid) to authenticated;
grant execute on function @schema@.supachat_find_people(text) to authenticated;
grant execute on function @schema@.supachat_whoami() to authenticated;

-- for nobody: called from the ones above, which run as their owner
revoke execute on function @schema@.supachat_add_profile(uuid, jsonb) from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_user() from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_change() from public, anon, authenticated;
revoke execute on function @schema@.supachat_before_message() from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_message() from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_member() from public, anon, authenticated;
revoke execute on function @schema@.supachat_check_owner(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_add_member(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_check_content(text) from public, anon, authenticated;

-- ------------------------------------------------------------------ what was there before

-- accounts older than this file
select @schema@.supachat_add_profile(u.id, u.raw_user_meta_data) from auth.users u
  where not exists (select from @schema@.supachat_profiles p where p.user_id = u.id::text)
  order by u.created_at, u.id;

notify pgrst, 'reload schema';

commit;
