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
  -- @part two_people
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
  -- @part text_fits
  --   text  _body
  -- one writer at a time in a room: the order of times is then the order of commits
  perform from @schema@.chat_sessions s where s.id = _session_id for no key update;
  insert into @schema@.chat_messages (id, session_id, sender_id, body, created_at)
    values (message_id, _session_id, me, _body, clock_timestamp())
  -- @part once
  --   messages  chat_messages
  --   mine      m.sender_id = me and m.session_id = _session_id
  return stored;
end
$$;

-- @part rights
--   called  @schema@.supachat_uid(), @schema@.supachat_is_member(uuid),
--           @schema@.supachat_may_listen(text, text), @schema@.supachat_may_speak(text, text),
--           @schema@.supachat_threads(uuid), @schema@.supachat_create_thread(text, uuid[], uuid),
--           @schema@.supachat_ensure_thread(uuid), @schema@.supachat_rename(uuid, text),
--           @schema@.supachat_invite(uuid, uuid), @schema@.supachat_remove(uuid, uuid),
--           @schema@.supachat_leave(uuid), @schema@.supachat_send(uuid, text, uuid),
--           @schema@.supachat_find_people(text), @schema@.supachat_whoami()
--   inner   @schema@.supachat_topic_key(text, text), @schema@.supachat_add_profile(uuid, jsonb),
--           @schema@.supachat_on_new_user(), @schema@.supachat_tell(uuid, text, jsonb, uuid),
--           @schema@.supachat_on_message(), @schema@.supachat_on_member(), @schema@.supachat_on_session(),
--           @schema@.supachat_tell_member(uuid, uuid, boolean),
--           @schema@.supachat_membership_words(uuid, boolean),
--           @schema@.supachat_check_owner(uuid), @schema@.supachat_add_member(uuid, uuid, text)

-- @part end
