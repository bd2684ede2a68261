-- supachat, dialect direct, third part: profiles, what a message sets off, what people call, and the end.

-- ------------------------------------------------------------------ profiles

-- The id comes from app metadata, which only the service key can set; from what the person says of itself
-- only where the database setting supachat.app_ids_from_user_metadata is on. An id that is malformed or
-- taken is no id: then it is the account's own. Never raises: a sign-up must not fail for it.
create or replace function @schema@.supachat_add_profile(_user_id uuid, _app jsonb, _said jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  wanted text;
  said_name text;
begin
  if jsonb_typeof(_app -> 'app_user_id') in ('string', 'number') then
    wanted := _app ->> 'app_user_id';
  elsif coalesce(current_setting('supachat.app_ids_from_user_metadata', true), '') in ('on', 'true', 'yes', '1')
    and jsonb_typeof(_said -> 'app_user_id') in ('string', 'number') then
    wanted := _said ->> 'app_user_id';
  end if;
  if wanted !~ '^[A-Za-z0-9.@:-]+(_[A-Za-z0-9.@:-]+)*$' or length(wanted) > 64 then
    wanted := null;
  elsif wanted ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' and wanted <> _user_id::text
    and exists (select from auth.users u where u.id = wanted::uuid) then
    wanted := null; -- another account's own id is not free
  end if;
  if jsonb_typeof(_said -> 'name') = 'string' then
    said_name := left(btrim(regexp_replace(_said ->> 'name', '\s+', ' ', 'g')), 80);
  end if;

  insert into @schema@.supachat_profiles (user_id, app_user_id, display_name)
    values (_user_id, coalesce(wanted, _user_id::text), coalesce(said_name, ''))
    on conflict do nothing;
  if not found then
    insert into @schema@.supachat_profiles (user_id, app_user_id, display_name)
      values (_user_id, _user_id::text, coalesce(said_name, ''))
      on conflict do nothing;
  end if;
exception when others then
  raise warning 'supachat: the account % has no profile yet: %', _user_id, sqlerrm;
end
$$;

-- @part new_account
--   make     supachat_add_profile(new.id, new.raw_app_meta_data, new.raw_user_meta_data)
--   trigger  profile

-- ------------------------------------------------------------------ what a new message sets off

create or replace function @schema@.supachat_on_message_time() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update @schema@.chat_threads set last_message_at = greatest(last_message_at, new.created_at)
    where thread_id = new.thread_id;
  return new;
end
$$;

create or replace trigger supachat_@schema@_last_message
  after insert on @schema@.chat_messages
  for each row execute function @schema@.supachat_on_message_time();

-- The row goes to the thread's sealed topic, a notice without its text to the other person's own. As the
-- owner of this function, who bypasses row level security: no policy lets a client do the same. A message
-- is kept even where it cannot be told.
create or replace function @schema@.supachat_on_message() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  other uuid;
begin
  perform realtime.broadcast_changes(
    'chat:' || new.thread_id, tg_op, tg_op, tg_table_name, tg_table_schema, new, old
  );
  select case when t.user_a_supabase_id = new.sender_supabase_id then t.user_b_supabase_id
              else t.user_a_supabase_id end
    into other
    from @schema@.chat_threads t where t.thread_id = new.thread_id;
  if other is not null then
    perform realtime.send(
      jsonb_build_object('thread_id', new.thread_id, 'message_id', new.id, 'created_at', new.created_at),
      'message', 'user:' || other::text, true
    );
  end if;
  return new;
exception when others then
  raise warning 'supachat: the message % was kept and not told: %', new.id, sqlerrm;
  return new;
end
$$;

create or replace trigger supachat_@schema@_broadcast
  after insert on @schema@.chat_messages
  for each row execute function @schema@.supachat_on_message();

-- ------------------------------------------------------------------ what reading sets off

-- Both people of the thread hear how far one of them has read, on its sealed topic. Reading counts even
-- where it cannot be told.
create or replace function @schema@.supachat_on_read() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  reader text;
begin
  select p.app_user_id into reader
    from @schema@.chat_threads t join @schema@.supachat_profiles p on p.user_id = new.user_id
    where t.thread_id = new.thread_id and new.user_id in (t.user_a_supabase_id, t.user_b_supabase_id);
  if reader is not null then
    perform realtime.send(
      jsonb_build_object('person', reader, 'message_id', new.read_message_id, 'read_at', new.read_at),
      'read', 'chat:' || new.thread_id, true
    );
  end if;
  return new;
exception when others then
  raise warning 'supachat: that % was read was kept and not told: %', new.read_message_id, sqlerrm;
  return new;
end
$$;

create or replace trigger supachat_@schema@_read
  after insert or update on @schema@.supachat_read_cursors
  for each row execute function @schema@.supachat_on_read();

-- ------------------------------------------------------------------ what people call

-- the two ids sorted by bytes, joined by two underscores, which no id has inside
create or replace function @schema@.supachat_thread_id(_one text, _two text) returns text
language sql immutable set search_path = '' as $$
  select least(_one collate "C", _two collate "C") || '__' || greatest(_one collate "C", _two collate "C")
$$;

-- makes the thread of the caller and one other person if it is new; its id
create or replace function @schema@.supachat_make_thread(_person text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me @schema@.supachat_profiles;
  other @schema@.supachat_profiles;
  made text;
begin
  select * into me from @schema@.supachat_profiles where user_id = @schema@.supachat_uid();
  if not found then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  select * into other from @schema@.supachat_profiles where app_user_id = _person;
  if not found then
    raise exception 'there is nobody with the id %', left(_person, 64) using errcode = '23503';
  end if;
  if me.user_id = other.user_id then
    raise exception 'a thread needs two people' using errcode = '22023';
  end if;
  made := @schema@.supachat_thread_id(me.app_user_id, other.app_user_id);
  insert into @schema@.chat_threads
      (thread_id, user_a_mongo_id, user_b_mongo_id, user_a_supabase_id, user_b_supabase_id)
    select made, a.app_user_id, b.app_user_id, a.user_id, b.user_id
    from @schema@.supachat_profiles a, @schema@.supachat_profiles b
    where a.app_user_id = split_part(made, '__', 1) and b.app_user_id = split_part(made, '__', 2)
    on conflict (thread_id) do nothing;
  return made;
end
$$;

-- an older file's answered fewer columns, and PostgreSQL replaces no function whose answer is another
drop function if exists @schema@.supachat_threads(text);
drop function if exists @schema@.supachat_ensure_thread(text);

-- The caller's threads, the latest first, 1000 at most: all that a list shows in one answer. Unread counts
-- stop at 1000. How far the other one has read is `seen`. With an id: that thread alone.
create or replace function @schema@.supachat_threads(_thread_id text default null)
returns table (
  thread_id text, created_at timestamptz, other_app_user_id text, other_display_name text,
  last_message_id uuid, last_message_at timestamptz, last_message_author text, last_message_preview text,
  unread integer, read_message_id uuid, read_at timestamptz, seen_message_id uuid, seen_at timestamptz
)
language sql stable security definer set search_path = '' as $$
  with mine as (
    select t.thread_id, t.created_at, uid.id as me,
      case when t.user_a_supabase_id = uid.id then t.user_b_supabase_id else t.user_a_supabase_id end as other_id,
      case when t.user_a_supabase_id = uid.id then t.user_b_mongo_id else t.user_a_mongo_id end as other_app_id
    from (select @schema@.supachat_uid() as id) uid
    join @schema@.chat_threads t on uid.id in (t.user_a_supabase_id, t.user_b_supabase_id)
    where _thread_id is null or t.thread_id = _thread_id
  )
  select m.thread_id, m.created_at, m.other_app_id, coalesce(p.display_name, ''),
    l.id, l.created_at, l.sender_mongo_id, left(l.body, 200),
    n.unread, c.read_message_id, c.read_at, s.read_message_id, s.read_at
  from mine m
  left join @schema@.supachat_profiles p on p.user_id = m.other_id
  left join @schema@.supachat_read_cursors c on c.user_id = m.me and c.thread_id = m.thread_id
  left join @schema@.supachat_read_cursors s on s.user_id = m.other_id and s.thread_id = m.thread_id
  left join lateral (
    select x.id, x.created_at, x.sender_mongo_id, x.body from @schema@.chat_messages x
    where x.thread_id = m.thread_id order by x.created_at desc, x.id desc limit 1
  ) l on true
  -- @part unread
  --   messages  chat_messages
  --   time      created_at
  --   theirs    x.thread_id = m.thread_id and x.sender_supabase_id <> m.me
  --   cursor    c
  where m.other_app_id is not null
  order by coalesce(l.created_at, m.created_at) desc, m.thread_id
  limit 1000
$$;

-- the thread with that person, made if it is new: one row as supachat_threads has it
create or replace function @schema@.supachat_ensure_thread(_app_user_id text)
returns table (
  thread_id text, created_at timestamptz, other_app_user_id text, other_display_name text,
  last_message_id uuid, last_message_at timestamptz, last_message_author text, last_message_preview text,
  unread integer, read_message_id uuid, read_at timestamptz, seen_message_id uuid, seen_at timestamptz
)
language plpgsql volatile security definer set search_path = '' as $$
declare
  made text;
begin
  -- a statement of its own: one that also reads the list would not see the row that it makes
  made := @schema@.supachat_make_thread(_app_user_id);
  return query select * from @schema@.supachat_threads(made);
end
$$;

-- A retry with the same _id changes nothing and answers the row that is there, to its author only.
-- A form with four parameters beside this one would make PostgREST refuse every call as ambiguous.
drop function if exists @schema@.insert_chat_message(text, text, text, text);

create or replace function @schema@.insert_chat_message(
  _thread_id text, _sender_mongo_id text, _recipient_mongo_id text, _body text, _id uuid default null
) returns @schema@.chat_messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
  message_id constant uuid := coalesce(_id, gen_random_uuid());
  stored @schema@.chat_messages;
begin
  if me is null then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  -- @part text_fits
  --   text  _body
  if _sender_mongo_id is distinct from @schema@.supachat_app_id() then
    raise exception 'the sender is somebody else' using errcode = '42501';
  end if;
  if _thread_id = @schema@.supachat_thread_id(_sender_mongo_id, _recipient_mongo_id) then
    perform @schema@.supachat_make_thread(_recipient_mongo_id);
  end if;
  -- one writer at a time in a thread: the order of times is then the order of commits
  perform from @schema@.chat_threads t where t.thread_id = _thread_id for no key update;
  if not @schema@.supachat_may_write(_thread_id, _sender_mongo_id, _recipient_mongo_id) then
    raise exception 'you and the recipient are not the two people of this thread' using errcode = '42501';
  end if;

  insert into @schema@.chat_messages
      (id, thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body, created_at)
    values (message_id, _thread_id, me, _sender_mongo_id, _recipient_mongo_id, _body, clock_timestamp())
  -- @part once
  --   messages  chat_messages
  --   mine      m.sender_supabase_id = me and m.thread_id = _thread_id
  return stored;
end
$$;

-- People by their exact id, or by three letters or more that their name begins with; 20 at most. Ids and
-- names, never an e-mail address.
create or replace function @schema@.supachat_find_people(_text text)
returns table (app_user_id text, display_name text)
language sql stable security definer set search_path = '' as $$
  select p.app_user_id, p.display_name
  from @schema@.supachat_profiles p, (select btrim(left(_text, 200)) as sought) s
  where @schema@.supachat_app_id() is not null
    and p.user_id <> @schema@.supachat_uid()
    and (
      p.app_user_id = s.sought
      or (length(s.sought) >= 3 and starts_with(lower(p.display_name), lower(s.sought)))
    )
  order by p.app_user_id <> s.sought, lower(p.display_name), p.app_user_id
  limit 20
$$;

-- who the caller is here: one row, and none for nobody. Makes a profile that the trigger could not make.
create or replace function @schema@.supachat_whoami()
returns table (app_user_id text, display_name text)
language sql volatile security definer set search_path = '' as $$
  select @schema@.supachat_add_profile(u.id, u.raw_app_meta_data, u.raw_user_meta_data) from auth.users u
    where u.id = @schema@.supachat_uid()
      and not exists (select from @schema@.supachat_profiles p where p.user_id = u.id);
  select p.app_user_id, p.display_name from @schema@.supachat_profiles p
    where p.user_id = @schema@.supachat_uid();
$$;

-- @part rights
--   called  @schema@.supachat_uid(), @schema@.supachat_is_member(text),
--           @schema@.supachat_may_write(text, text, text), @schema@.supachat_may_listen(text, text),
--           @schema@.supachat_may_speak(text, text), @schema@.supachat_threads(text),
--           @schema@.supachat_ensure_thread(text),
--           @schema@.insert_chat_message(text, text, text, text, uuid),
--           @schema@.supachat_find_people(text), @schema@.supachat_whoami()
--   inner   @schema@.supachat_app_id(), @schema@.supachat_add_profile(uuid, jsonb, jsonb),
--           @schema@.supachat_on_new_user(), @schema@.supachat_on_message_time(),
--           @schema@.supachat_on_message(), @schema@.supachat_on_read(),
--           @schema@.supachat_thread_id(text, text),
--           @schema@.supachat_make_thread(text)

-- ------------------------------------------------------------------ what was there before

-- accounts older than this file
select @schema@.supachat_add_profile(u.id, u.raw_app_meta_data, u.raw_user_meta_data) from auth.users u
  where not exists (select from @schema@.supachat_profiles p where p.user_id = u.id)
  order by u.created_at, u.id;

-- threads that were made without the accounts of their people, or never: only where both ids are known
update @schema@.chat_threads t set user_a_supabase_id = p.user_id
  from @schema@.supachat_profiles p
  where t.user_a_supabase_id is null and p.app_user_id = t.user_a_mongo_id;
update @schema@.chat_threads t set user_b_supabase_id = p.user_id
  from @schema@.supachat_profiles p
  where t.user_b_supabase_id is null and p.app_user_id = t.user_b_mongo_id;
insert into @schema@.chat_threads
    (thread_id, user_a_mongo_id, user_b_mongo_id, user_a_supabase_id, user_b_supabase_id, created_at, last_message_at)
  select m.thread_id, a.app_user_id, b.app_user_id, a.user_id, b.user_id, min(m.created_at), max(m.created_at)
  from @schema@.chat_messages m
  join @schema@.supachat_profiles a on a.app_user_id = split_part(m.thread_id, '__', 1)
  join @schema@.supachat_profiles b on b.app_user_id = split_part(m.thread_id, '__', 2)
  where m.thread_id = @schema@.supachat_thread_id(a.app_user_id, b.app_user_id)
    and a.user_id <> b.user_id
  group by 1, 2, 3, 4, 5
  on conflict (thread_id) do nothing;

-- @part end
