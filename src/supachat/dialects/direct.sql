-- supachat, dialect direct: messages between two people, delivered by a trigger to a sealed topic.
--
-- Run it as the role postgres, as often as you like: it brings what is missing and keeps what is there.
-- PostgreSQL 15 to 18 on Supabase, hosted or self-hosted. In auth and realtime it touches nothing but one
-- trigger on auth.users and its own policies on realtime.messages.
--
-- Where it does not do what the design it follows did:
--   * that design's insert_chat_message let anybody signed in write into any thread, under any name. Here
--     the caller has to be one of the two accounts in the thread's row and to write under its own id.
--   * it let members broadcast on chat:<thread>, so that a member could forge rows. Here only the database
--     speaks there; typing and presence have a topic of their own, typing:<thread>.

begin;

-- ------------------------------------------------------------------ is what is there our own?

do $check$
declare
  wanted record;
  found_type text;
begin
  if current_setting('server_version_num')::int < 150000 then
    raise exception 'supachat: PostgreSQL 15 or newer is needed. Nothing was changed.';
  end if;
  if not (select rolbypassrls or rolsuper from pg_roles where rolname = current_user) then
    raise exception 'supachat: run this as a role that bypasses row level security, on Supabase that is postgres. Nothing was changed.';
  end if;
  if to_regprocedure('realtime.broadcast_changes(text,text,text,text,text,record,record,text)') is null
    or to_regprocedure('realtime.send(jsonb,text,text,boolean)') is null
    or to_regclass('realtime.messages') is null or to_regclass('auth.users') is null then
    raise exception 'supachat: this database is no Supabase project with Broadcast from the database. Nothing was changed.';
  end if;
  select policyname into wanted from pg_policies
    where schemaname = 'realtime' and tablename = 'messages' and policyname ~ '^supachat_.*_direct_listen$'
      and policyname <> 'supachat_@schema@_direct_listen';
  if found then
    raise exception 'supachat: the dialect direct already lives in another schema (policy %). Nothing was changed.', wanted.policyname;
  end if;

  for wanted in
    select rel.oid, rel.relname, rel.relkind, rel.relowner from pg_class rel
    where rel.relnamespace = to_regnamespace('@schema@')
      and rel.relname in ('chat_threads', 'chat_messages', 'supachat_profiles', 'supachat_read_cursors')
  loop
    if wanted.relkind <> 'r' or not pg_has_role(current_user, wanted.relowner, 'USAGE') then
      raise exception 'supachat: @schema@.% is there and is not a table of this role. Nothing was changed.', wanted.relname;
    end if;
  end loop;

  for wanted in
    select * from (values
      ('chat_threads', 'thread_id', 'text', true),
      ('chat_threads', 'user_a_mongo_id', 'text', false),
      ('chat_threads', 'user_b_mongo_id', 'text', false),
      ('chat_threads', 'user_a_supabase_id', 'uuid', false),
      ('chat_threads', 'user_b_supabase_id', 'uuid', false),
      ('chat_threads', 'created_at', 'timestamp with time zone', false),
      ('chat_threads', 'last_message_at', 'timestamp with time zone', false),
      ('chat_messages', 'id', 'uuid', true),
      ('chat_messages', 'thread_id', 'text', false),
      ('chat_messages', 'sender_supabase_id', 'uuid', false),
      ('chat_messages', 'sender_mongo_id', 'text', false),
      ('chat_messages', 'recipient_mongo_id', 'text', false),
      ('chat_messages', 'body', 'text', false),
      ('chat_messages', 'created_at', 'timestamp with time zone', false),
      ('supachat_profiles', 'user_id', 'uuid', true),
      ('supachat_profiles', 'app_user_id', 'text', true),
      ('supachat_profiles', 'display_name', 'text', false),
      ('supachat_read_cursors', 'user_id', 'uuid', false),
      ('supachat_read_cursors', 'thread_id', 'text', false),
      ('supachat_read_cursors', 'read_message_id', 'uuid', false),
      ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)
    ) as columns(table_name, column_name, type_name, is_key)
    where to_regclass(format('%I.%I', '@schema@', table_name)) is not null
  loop
    select format_type(atttypid, atttypmod) into found_type from pg_attribute
      where attrelid = to_regclass(format('%I.%I', '@schema@', wanted.table_name))
        and attname = wanted.column_name and not attisdropped;
    if found_type is distinct from wanted.type_name then
      raise exception 'supachat: @schema@.% is there and is not a table of the dialect direct: expected a column % of type %, found %. Nothing was changed.',
        wanted.table_name, wanted.column_name, wanted.type_name, coalesce(found_type, 'none');
    end if;
    if wanted.is_key and not exists (
      select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = to_regclass(format('%I.%I', '@schema@', wanted.table_name))
        and i.indisunique and i.indnkeyatts = 1 and i.indpred is null and a.attname = wanted.column_name
    ) then
      raise exception 'supachat: @schema@.% is there and its column % is not unique. Nothing was changed.',
        wanted.table_name, wanted.column_name;
    end if;
  end loop;

  select pg_get_function_identity_arguments(p.oid) as arguments into wanted from pg_proc p
    where p.pronamespace = to_regnamespace('@schema@') and p.proname = 'insert_chat_message'
      and oidvectortypes(p.proargtypes) <> 'text, text, text, text'
      and (oidvectortypes(p.proargtypes) <> 'text, text, text, text, uuid'
           or p.prorettype is distinct from to_regtype('@schema@.chat_messages'));
  if found then
    raise exception 'supachat: @schema@.insert_chat_message(%) is there and is not of the dialect direct. Nothing was changed.', wanted.arguments;
  end if;
end
$check$;

do $schema$
begin
  if to_regnamespace('@schema@') is null then
    create schema @schema@;
  end if;
  if '@schema@' <> 'public' then
    grant usage on schema @schema@ to authenticated, service_role;
  end if;
end
$schema$;

-- ------------------------------------------------------------------ tables

create table if not exists @schema@.chat_threads (
  thread_id text primary key,
  user_a_mongo_id text,
  user_b_mongo_id text,
  user_a_supabase_id uuid,
  user_b_supabase_id uuid,
  created_at timestamptz default now(),
  last_message_at timestamptz
);

create table if not exists @schema@.chat_messages (
  id uuid primary key default gen_random_uuid(),
  thread_id text not null,
  sender_supabase_id uuid not null,
  sender_mongo_id text not null,
  recipient_mongo_id text not null,
  body text not null,
  created_at timestamptz not null default now()
);

-- who an account is in the app; a project's own profiles are left alone
create table if not exists @schema@.supachat_profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  app_user_id text not null unique,
  display_name text not null default ''
);

create table if not exists @schema@.supachat_read_cursors (
  user_id uuid not null references @schema@.supachat_profiles (user_id) on delete cascade,
  thread_id text not null references @schema@.chat_threads (thread_id) on delete cascade,
  read_message_id uuid not null,
  read_at timestamptz not null,
  primary key (user_id, thread_id)
);

-- tables that were there may have been made without these
update @schema@.chat_threads set created_at = now() where created_at is null;
alter table @schema@.chat_threads alter column created_at set default now();
alter table @schema@.chat_threads alter column created_at set not null;
update @schema@.chat_messages set created_at = now() where created_at is null;
alter table @schema@.chat_messages alter column created_at set default now();
alter table @schema@.chat_messages alter column created_at set not null;
alter table @schema@.chat_messages alter column id set default gen_random_uuid();

do $body$
begin
  if not exists (
    select from pg_constraint
    where conrelid = '@schema@.chat_messages'::regclass and conname = 'supachat_@schema@_body'
  ) then
    -- not valid: what was written before stays
    alter table @schema@.chat_messages add constraint supachat_@schema@_body
      check (body ~ '\S' and octet_length(body) <= 65536) not valid;
  end if;
end
$body$;

create index if not exists chat_messages_thread_id_created_at_idx on @schema@.chat_messages (thread_id, created_at);
create index if not exists chat_messages_thread_id_id_idx on @schema@.chat_messages (thread_id, id);
-- the one that paging and unread counts walk along
create index if not exists supachat_chat_messages_page on @schema@.chat_messages (thread_id, created_at, id);
create index if not exists supachat_chat_threads_a on @schema@.chat_threads (user_a_supabase_id);
create index if not exists supachat_chat_threads_b on @schema@.chat_threads (user_b_supabase_id);

-- deny by default: whoever wants more has to be granted it below
alter table @schema@.chat_threads enable row level security;
alter table @schema@.chat_messages enable row level security;
alter table @schema@.supachat_profiles enable row level security;
alter table @schema@.supachat_read_cursors enable row level security;
revoke all on table @schema@.chat_threads from public, anon, authenticated;
revoke all on table @schema@.chat_messages from public, anon, authenticated;
revoke all on table @schema@.supachat_profiles from public, anon, authenticated;
revoke all on table @schema@.supachat_read_cursors from public, anon, authenticated;

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

grant select on table @schema@.chat_threads to authenticated;
grant select on table @schema@.chat_messages to authenticated;
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

drop policy if exists supachat_@schema@_direct_listen on realtime.messages;
create policy supachat_@schema@_direct_listen on realtime.messages
  for select to authenticated
  using (@schema@.supachat_may_listen(topic, extension));

drop policy if exists supachat_@schema@_direct_speak on realtime.messages;
create policy supachat_@schema@_direct_speak on realtime.messages
  for insert to authenticated
  with check (@schema@.supachat_may_speak(topic, extension));

-- restrictive: a policy that opens every topic to everybody opens ours to nobody. No role but the one of
-- signed-in people comes near them, and no client at all speaks on chat: and user:, which seals them.
drop policy if exists supachat_@schema@_direct_strangers on realtime.messages;
create policy supachat_@schema@_direct_strangers on realtime.messages
  as restrictive for all to public
  using (current_user = 'authenticated' or topic !~ '^((chat|typing):.*__|user:[0-9a-f-]{36}$)')
  with check (current_user = 'authenticated' or topic !~ '^((chat|typing):.*__|user:[0-9a-f-]{36}$)');

drop policy if exists supachat_@schema@_direct_members on realtime.messages;
create policy supachat_@schema@_direct_members on realtime.messages
  as restrictive for all to authenticated
  using (
    topic !~ '^((chat|typing):.*__|user:[0-9a-f-]{36}$)'
    or @schema@.supachat_may_listen(topic, extension)
  )
  with check (
    topic !~ '^((chat|typing):.*__|user:[0-9a-f-]{36}$)'
    or @schema@.supachat_may_speak(topic, extension)
  );

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

create or replace function @schema@.supachat_on_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform @schema@.supachat_add_profile(new.id, new.raw_app_meta_data, new.raw_user_meta_data);
  return new;
exception when others then
  return new;
end
$$;

create or replace trigger supachat_@schema@_profile
  after insert on auth.users
  for each row execute function @schema@.supachat_on_new_user();

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

-- The caller's threads, the latest first, 1000 at most: all that a list shows in one answer. Unread counts
-- stop at 1000. With an id: that thread alone.
create or replace function @schema@.supachat_threads(_thread_id text default null)
returns table (
  thread_id text, created_at timestamptz, other_app_user_id text, other_display_name text,
  last_message_id uuid, last_message_at timestamptz, last_message_author text, last_message_preview text,
  unread integer, read_message_id uuid, read_at timestamptz
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
    n.unread, c.read_message_id, c.read_at
  from mine m
  left join @schema@.supachat_profiles p on p.user_id = m.other_id
  left join @schema@.supachat_read_cursors c on c.user_id = m.me and c.thread_id = m.thread_id
  left join lateral (
    select x.id, x.created_at, x.sender_mongo_id, x.body from @schema@.chat_messages x
    where x.thread_id = m.thread_id order by x.created_at desc, x.id desc limit 1
  ) l on true
  cross join lateral (
    select count(*)::integer as unread from (
      select from @schema@.chat_messages x
      where x.thread_id = m.thread_id and x.sender_supabase_id <> m.me
        and (x.created_at, x.id) > (
          coalesce(c.read_at, '-infinity'), coalesce(c.read_message_id, '00000000-0000-0000-0000-000000000000')
        )
      limit 1000
    ) counted
  ) n
  where m.other_app_id is not null
  order by coalesce(l.created_at, m.created_at) desc, m.thread_id
  limit 1000
$$;

-- the thread with that person, made if it is new: one row as supachat_threads has it
create or replace function @schema@.supachat_ensure_thread(_app_user_id text)
returns table (
  thread_id text, created_at timestamptz, other_app_user_id text, other_display_name text,
  last_message_id uuid, last_message_at timestamptz, last_message_author text, last_message_preview text,
  unread integer, read_message_id uuid, read_at timestamptz
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
  if _body is null or _body !~ '\S' then
    raise exception 'the message is empty' using errcode = '22023';
  end if;
  if octet_length(_body) > 65536 then
    raise exception 'the message is longer than 64 KB' using errcode = '22023';
  end if;
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
    on conflict (id) do nothing
    returning * into stored;
  if stored.id is null then
    select * into stored from @schema@.chat_messages m
      where m.id = message_id and m.sender_supabase_id = me and m.thread_id = _thread_id;
    if not found then
      raise exception 'the id of this message is taken' using errcode = '23505';
    end if;
  end if;
  return stored;
end
$$;

-- Moves the caller's read cursor to a message, never back. Answers where it stands.
create or replace function @schema@.supachat_mark_read(_thread_id text, _message_id uuid)
returns table (read_message_id uuid, read_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not @schema@.supachat_is_member(_thread_id) then
    raise exception 'this thread is not yours' using errcode = '42501';
  end if;
  insert into @schema@.supachat_read_cursors as c (user_id, thread_id, read_message_id, read_at)
    select @schema@.supachat_uid(), m.thread_id, m.id, m.created_at
    from @schema@.chat_messages m where m.thread_id = _thread_id and m.id = _message_id
    on conflict (user_id, thread_id) do update
      set read_message_id = excluded.read_message_id, read_at = excluded.read_at
      where (c.read_at, c.read_message_id) < (excluded.read_at, excluded.read_message_id);
  return query
    select c.read_message_id, c.read_at from @schema@.supachat_read_cursors c
    where c.user_id = @schema@.supachat_uid() and c.thread_id = _thread_id;
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

-- ------------------------------------------------------------------ rights

-- for policies and people
revoke execute on function @schema@.supachat_uid() from public, anon, authenticated;
revoke execute on function @schema@.supachat_app_id() from public, anon, authenticated;
revoke execute on function @schema@.supachat_is_member(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_may_write(text, text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_may_listen(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_may_speak(text, text) from public, anon, authenticated;
grant execute on function @schema@.supachat_uid() to authenticated;
grant execute on function @schema@.supachat_is_member(text) to authenticated;
grant execute on function @schema@.supachat_may_write(text, text, text) to authenticated;
grant execute on function @schema@.supachat_may_listen(text, text) to authenticated;
grant execute on function @schema@.supachat_may_speak(text, text) to authenticated;

-- for people
revoke execute on function @schema@.supachat_threads(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_ensure_thread(text) from public, anon, authenticated;
revoke execute on function @schema@.insert_chat_message(text, text, text, text, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_mark_read(text, uuid) from public, anon, authenticated;
revoke execute on function @schema@.supachat_find_people(text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_whoami() from public, anon, authenticated;
grant execute on function @schema@.supachat_threads(text) to authenticated;
grant execute on function @schema@.supachat_ensure_thread(text) to authenticated;
grant execute on function @schema@.insert_chat_message(text, text, text, text, uuid) to authenticated;
grant execute on function @schema@.supachat_mark_read(text, uuid) to authenticated;
grant execute on function @schema@.supachat_find_people(text) to authenticated;
grant execute on function @schema@.supachat_whoami() to authenticated;

-- for nobody: called from the ones above, which run as their owner
revoke execute on function @schema@.supachat_add_profile(uuid, jsonb, jsonb) from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_new_user() from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_message_time() from public, anon, authenticated;
revoke execute on function @schema@.supachat_on_message() from public, anon, authenticated;
revoke execute on function @schema@.supachat_thread_id(text, text) from public, anon, authenticated;
revoke execute on function @schema@.supachat_make_thread(text) from public, anon, authenticated;

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

notify pgrst, 'reload schema';

commit;
