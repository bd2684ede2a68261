-- supachat, dialect sessions, fourth part: making and changing sessions, who is there, and prices.

-- stops whoever does not own the session
create or replace function @schema@.supachat_check_owner(_session_id text) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not @schema@.supachat_is_owner(_session_id) then
    raise exception 'only the owner of this session may do that' using errcode = '42501';
  end if;
end
$$;

create or replace function @schema@.supachat_add_member(_session_id text, _user_id text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from @schema@.supachat_profiles p where p.user_id = _user_id) then
    raise exception 'there is nobody with the id %', left(_user_id, 64) using errcode = '23503';
  end if;
  -- one change of members at a time, so that the count is true
  perform from @schema@.chat_sessions s where s.id = _session_id for no key update;
  if (select count(*) from @schema@.supachat_members m where m.session_id = _session_id) >= 100 then
    raise exception 'this session is full: a hundred people are in it' using errcode = '54000';
  end if;
  insert into @schema@.supachat_members (session_id, user_id) values (_session_id, _user_id)
    on conflict do nothing;
end
$$;

-- A session of the caller's own. A retry with the same _id answers the one that is there, to its owner only.
create or replace function @schema@.supachat_create_thread(
  _title text default '', _people text[] default '{}', _id text default null
) returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant text := @schema@.supachat_uid();
  made constant text := coalesce(nullif(_id, ''), gen_random_uuid()::text);
  person text;
begin
  if not exists (select from @schema@.supachat_profiles p where p.user_id = me) then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  if length(made) > 200 then
    raise exception 'the id of a session has 200 characters at most' using errcode = '22023';
  end if;
  insert into @schema@.chat_sessions (id, user_id, title)
    values (made, me, left(btrim(regexp_replace(coalesce(_title, ''), '\s+', ' ', 'g')), 200))
    on conflict (id) do nothing;
  if found then
    for person in select distinct p from unnest(_people) as p where p is distinct from me order by p loop
      perform @schema@.supachat_add_member(made, person);
    end loop;
  elsif not @schema@.supachat_is_owner(made) then
    raise exception 'the id of this session is taken' using errcode = '23505';
  end if;
  return query select * from @schema@.supachat_threads(made);
end
$$;

-- the untitled session of the caller and one other person, whoever began it, made if there is none
create or replace function @schema@.supachat_ensure_thread(_user_id text) returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant text := @schema@.supachat_uid();
  made text;
begin
  -- @part two_people
  select s.id into made from @schema@.chat_sessions s
    join @schema@.supachat_members m on m.session_id = s.id
    where s.title = '' and (s.user_id, m.user_id) in ((me, _user_id), (_user_id, me))
      and (select count(*) from @schema@.supachat_members x where x.session_id = s.id) = 1
    order by s.created_at, s.id limit 1;
  if made is null then
    return query select * from @schema@.supachat_create_thread('', array[_user_id]);
  else
    return query select * from @schema@.supachat_threads(made);
  end if;
end
$$;

create or replace function @schema@.supachat_rename(_session_id text, _title text)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_check_owner(_session_id);
  update @schema@.chat_sessions s
    set title = left(btrim(regexp_replace(coalesce(_title, ''), '\s+', ' ', 'g')), 200)
    where s.id = _session_id;
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

create or replace function @schema@.supachat_set_status(_session_id text, _status text)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_check_owner(_session_id);
  if _status is null or _status not in ('active', 'inactive', 'archived') then
    raise exception 'a status is active, inactive or archived' using errcode = '22023';
  end if;
  update @schema@.chat_sessions s set status = _status where s.id = _session_id and s.status <> _status;
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

-- somebody is at work in it, though they have not written
create or replace function @schema@.supachat_touch(_session_id text) returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not @schema@.supachat_is_member(_session_id) then
    raise exception 'this session is not yours' using errcode = '42501';
  end if;
  update @schema@.chat_sessions s set last_activity = clock_timestamp() where s.id = _session_id;
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

create or replace function @schema@.supachat_invite(_session_id text, _user_id text)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_check_owner(_session_id);
  if _user_id is distinct from @schema@.supachat_uid() then
    perform @schema@.supachat_add_member(_session_id, _user_id);
  end if;
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

create or replace function @schema@.supachat_remove(_session_id text, _user_id text)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_check_owner(_session_id);
  delete from @schema@.supachat_members m where m.session_id = _session_id and m.user_id = _user_id;
  return query select * from @schema@.supachat_threads(_session_id);
end
$$;

-- A member goes. An owner stays: who has done with a session archives it.
create or replace function @schema@.supachat_leave(_session_id text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from @schema@.supachat_members m
    where m.session_id = _session_id and m.user_id = @schema@.supachat_uid();
  return found;
end
$$;

-- ------------------------------------------------------------------ who is there, and prices

-- The row that says so where no channel does. Typing is said on the topic, not here.
create or replace function @schema@.supachat_set_presence(
  _session_id text, _status text, _metadata jsonb default '{}'
) returns @schema@.user_presence
language plpgsql volatile security definer set search_path = '' as $$
declare
  stored @schema@.user_presence;
begin
  if not @schema@.supachat_is_member(_session_id) then
    raise exception 'this session is not yours' using errcode = '42501';
  end if;
  if _status is null or _status not in ('online', 'away', 'offline') then
    raise exception 'a status is online, away or offline' using errcode = '22023';
  end if;
  if octet_length(_metadata::text) > 4096 then
    raise exception 'what is said of a presence is longer than 4 KB' using errcode = '22023';
  end if;
  insert into @schema@.user_presence as p (user_id, session_id, status, last_seen, metadata)
    values (@schema@.supachat_uid(), _session_id, _status, clock_timestamp(), coalesce(_metadata, '{}'))
    on conflict (user_id) do update
      set session_id = excluded.session_id, status = excluded.status, last_seen = excluded.last_seen,
        metadata = excluded.metadata
    returning * into stored;
  return stored;
end
$$;

-- the latest price of each symbol, or of those that are asked for; 500 at most
create or replace function @schema@.supachat_prices(_symbols text[] default null)
returns setof @schema@.crypto_prices
language sql stable security definer set search_path = '' as $$
  select distinct on (p.symbol) p.* from @schema@.crypto_prices p
  where @schema@.supachat_uid() is not null and (_symbols is null or p.symbol = any (_symbols))
  order by p.symbol, p.last_updated desc, p.id desc
  limit 500
$$;
