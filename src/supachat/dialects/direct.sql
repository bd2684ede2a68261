-- supachat, dialect direct: messages between two people, delivered by a trigger to a sealed topic.
--
-- It comes in three parts that are one transaction: this one, .2.policies.sql, .3.functions.sql. Run them
-- as the role postgres, as often as you like: they bring what is missing and keep what is there.
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
