-- supachat, dialect rooms, fourth part: what people call, the rights, and the end.

-- ------------------------------------------------------------------ making and changing rooms

-- stops whoever does not own the room
create or replace function @schema@.supachat_check_owner(_session_id uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (
    select from @schema@.members m
    where m.session_id = _session_id and m.user_id = @schema@.supachat_uid() and m.role = 'owner'
  ) then
    raise exception 'only the owner of this room may do that' using errcode = '42501';
  end if;
end
$$;

-- a hundred at most: each message is told to every member's own topic
create or replace function @schema@.supachat_add_member(_session_id uuid, _user_id uuid, _role text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from @schema@.supachat_profiles p where p.user_id = _user_id) then
    raise exception 'there is nobody with the id %', _user_id using errcode = '23503';
  end if;
  -- one change of members at a time, so that the count is true
  perform from @schema@.chat_sessions s where s.id = _session_id for no key update;
  if (select count(*) from @schema@.members m where m.session_id = _session_id) >= 100 then
    raise exception 'this room is full: a hundred people are in it' using errcode = '54000';
  end if;
  insert into @schema@.members (session_id, user_id, role) values (_session_id, _user_id, _role)
    on conflict do nothing;
end
$$;

-- A room of the caller's own. A retry with the same _id answers the room that is there, to its owner only.
create or replace function @schema@.supachat_create_thread(
  _title text default '', _people uuid[] default '{}', _id uuid default null
) returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
  room constant uuid := coalesce(_id, gen_random_uuid());
  person uuid;
begin
  if not exists (select from @schema@.supachat_profiles p where p.user_id = me) then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  insert into @schema@.chat_sessions (id, title)
    values (room, btrim(regexp_replace(coalesce(_title, ''), '\s+', ' ', 'g')))
    on conflict (id) do nothing;
  if found then
    perform @schema@.supachat_add_member(room, me, 'owner');
    for person in select distinct p from unnest(_people) as p where p is distinct from me order by p loop
      perform @schema@.supachat_add_member(room, person, 'collaborator');
    end loop;
  elsif not exists (
    select from @schema@.members m where m.session_id = room and m.user_id = me and m.role = 'owner'
  ) then
    raise exception 'the id of this room is taken' using errcode = '23505';
  end if;
  return query select * from @schema@.supachat_threads(room);
end
$$;

-- the untitled room of the caller and one other person, made if there is none
create or replace function @schema@.supachat_ensure_thread(_user_id uuid) returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
  room uuid;
begin
  if not exists (select from @schema@.supachat_profiles p where p.user_id = me) then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  if _user_id = me then
    raise exception 'a thread needs two people' using errcode = '22023';
  end if;
  -- two who open it at once open one
  perform pg_advisory_xact_lock(hashtextextended('@schema@' || least(me, _user_id) || greatest(me, _user_id), 0));
  select s.id into room from @schema@.chat_sessions s
    join @schema@.members a on a.session_id = s.id and a.user_id = me
    join @schema@.members b on b.session_id = s.id and b.user_id = _user_id
    where s.title = '' and (select count(*) from @schema@.members m where m.session_id = s.id) = 2
    order by s.created_at, s.id limit 1;
  if room is null then
    return query select * from @schema@.supachat_create_thread('', array[_user_id]);
  else
    return query select * from @schema@.supachat_threads(room);
  end if;
end
$$;

create or replace function @schema@.supachat_rename(_session_id uuid, _title text)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_check_owner(_session_id);
  update @schema@.chat_sessions
    set title = btrim(regexp_replace(coalesce(_title, ''), '\s+', ' ', 'g')), updated_at = clock_timestamp()
    where id = _session_id;
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

create or replace function @schema@.supachat_invite(_session_id uuid, _user_id uuid)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_check_owner(_session_id);
  perform @schema@.supachat_add_member(_session_id, _user_id, 'collaborator');
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

create or replace function @schema@.supachat_remove(_session_id uuid, _user_id uuid)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_check_owner(_session_id);
  if _user_id = @schema@.supachat_uid() then
    raise exception 'to go yourself, leave' using errcode = '22023';
  end if;
  delete from @schema@.members m where m.session_id = _session_id and m.user_id = _user_id;
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

-- A room that everybody has left stays for the project's operator.
create or replace function @schema@.supachat_leave(_session_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from @schema@.members m where m.session_id = _session_id and m.user_id = @schema@.supachat_uid();
  return found;
end
$$;

-- ------------------------------------------------------------------ writing, reading, finding

-- A retry with the same _id changes nothing and answers the row that is there, to its author only.
create or replace function @schema@.supachat_send(_session_id uuid, _body text, _id uuid default null)
returns @schema@.chat_messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
  message_id constant uuid := coalesce(_id, gen_random_uuid());
  stored @schema@.chat_messages;
begin
  if not @schema@.supachat_is_member(_session_id) then
    raise exception 'this room is not yours' using errcode = '42501';
  end if;
  if _body is null or _body !~ '\S' then
    raise exception 'the message is empty' using errcode = '22023';
  end if;
  if octet_length(_body) > 65536 then
    raise exception 'the message is longer than 64 KB' using errcode = '22023';
  end if;
  -- one writer at a time in a room: the order of times is then the order of commits
  perform from @schema@.chat_sessions s where s.id = _session_id for no key update;
  insert into @schema@.chat_messages (id, session_id, sender_id, body, created_at)
    values (message_id, _session_id, me, _body, clock_timestamp())
    on conflict (id) do nothing
    returning * into stored;
  if stored.id is null then
    select * into stored from @schema@.chat_messages m
      where m.id = message_id and m.sender_id = me and m.session_id = _session_id;
    if not found then
      raise exception 'the id of this message is taken' using errcode = '23505';
    end if;
  end if;
  return stored;
end
$$;

-- Moves the caller's read cursor to a message, never back. Answers where it stands.
create or replace function @schema@.supachat_mark_read(_session_id uuid, _message_id uuid)
returns table (read_message_id uuid, read_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not @schema@.supachat_is_member(_session_id) then
    raise exception 'this room is not yours' using errcode = '42501';
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
returns table (user_id uuid, display_name text)
language sql stable security definer set search_path = '' as $$
  select p.user_id, p.display_name
  from @schema@.supachat_profiles p, (select btrim(left(_text, 200)) as sought) s
  where p.user_id <> @schema@.supachat_uid()
    and exists (select from @schema@.supachat_profiles me where me.user_id = @schema@.supachat_uid())
    and (
      p.user_id::text = s.sought
      or (length(s.sought) >= 3 and starts_with(lower(p.display_name), lower(s.sought)))
    )
  order by p.user_id::text <> s.sought, lower(p.display_name), p.user_id
  limit 20
$$;

-- who the caller is here: one row, and none for nobody. Makes a profile that the trigger could not make.
create or replace function @schema@.supachat_whoami()
returns table (user_id uuid, display_name text)
language sql volatile security definer set search_path = '' as $$
  select @schema@.supachat_add_profile(u.id, u.raw_user_meta_data) from auth.users u
    where u.id = @schema@.supachat_uid()
      and not exists (select from @schema@.supachat_profiles p where p.user_id = u.id);
  select p.user_id, p.display_name from @schema@.supachat_profiles p
    where p.user_id = @schema@.supachat_uid();
$$;

-- ------------------------------------------------------------------ rights

-- for policies
revoke execute on function @schema@.supachat_uid() from public, anon, authenticated;
revoke execute on function @schema@.supachat_is_member(uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_may_listen(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_may_speak(text, text) from public, anon, authenticated;
grant execute on function @schema@.supachat_uid() to authenticated;
grant execute on function @schema@.supachat_is_member(uuid) to authenticated;
grant execute on function @schema@.supachat_may_listen(text, text) to authenticated;
grant execute on function @schema@.supachat_may_speak(text, text) to authenticated;

-- for people
revoke execute on function @schema@.supachat_threads(uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_create_thread(text, uuid[], uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_ensure_thread(uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_rename(uuid, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_invite(uuid, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_remove(uuid, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_leave(uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_send(uuid, text, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_mark_read(uuid, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_find_people(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_whoami() from public, anon, authenticated;
grant execute on function @schema@.supachat_threads(uuid) to authenticated;
grant execute on function @schema@.supachat_create_thread(text, uuid[], uuid) to authenticated;
grant execute on function @schema@.supachat_ensure_thread(uuid) to authenticated;
grant execute on function @schema@.supachat_rename(uuid, text) to authenticated;
grant execute on function @schema@.supachat_invite(uuid, uuid) to authenticated;
grant execute on function @schema@.supachat_remove(uuid, uuid) to authenticated;
grant execute on function @schema@.supachat_leave(uuid) to authenticated;
grant execute on function @schema@.supachat_send(uuid, text, uuid) to authenticated;
grant execute on function @schema@.supachat_mark_read(uuid, uuid) to authenticated;
grant execute on function @schema@.supachat_find_people(text) to authenticated;
grant execute on function @schema@.supachat_whoami() to authenticated;

-- for nobody: called from the ones above, which run as their owner
revoke execute on function @schema@.supachat_topic_key(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_add_profile(uuid, jsonb) from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_new_user() from public, anon, authenticated;
revoke execute on function @schema@.supachat_tell(uuid, text, jsonb, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_message() from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_member() from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_session() from public, anon, authenticated;
revoke execute on function @schema@.supachat_check_owner(uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_add_member(uuid, uuid, text) from public, anon, authenticated;

-- ------------------------------------------------------------------ what was there before

-- accounts older than this file
select @schema@.supachat_add_profile(u.id, u.raw_user_meta_data) from auth.users u
  where not exists (select from @schema@.supachat_profiles p where p.user_id = u.id)
  order by u.created_at, u.id;

notify pgrst, 'reload schema';

commit;
