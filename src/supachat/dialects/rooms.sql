-- supachat, dialect rooms: conversations of an owner and collaborators, told by triggers on a sealed topic.
--
-- It comes in four parts that are one transaction: this one, .2.policies, .3.functions, .4.calls. Run them
-- as the role postgres, as often as you like: they bring what is missing and keep what is there.
-- PostgreSQL 15 to 18 on Supabase, hosted or self-hosted. In auth and realtime it touches nothing but one
-- trigger on auth.users and its own policies on realtime.messages.
--
-- A person is their auth id. Functions for people; [row] is what supachat_threads answers:
--   supachat_whoami()                                   user_id, display_name
--   supachat_threads(_session_id uuid = null)           session_id, title, role, owner_id, created_at,
--     updated_at, members jsonb [{user_id, display_name, role}], other_user_id, other_display_name (in a
--     room of two), last_message_id, last_message_at, last_message_author, last_message_preview, unread,
--     read_message_id, read_at
--   supachat_create_thread(_title text = '', _people uuid[] = {}, _id uuid = null)              [row]
--   supachat_ensure_thread(_user_id uuid)               the untitled room of two, made if new   [row]
--   supachat_rename(_session_id uuid, _title text)      the owner                               [row]
--   supachat_invite(_session_id uuid, _user_id uuid)    the owner                               [row]
--   supachat_remove(_session_id uuid, _user_id uuid)    the owner                               [row]
--   supachat_leave(_session_id uuid)                    boolean: was the caller in it
--   supachat_send(_session_id uuid, _body text, _id uuid = null)    a row of chat_messages
--   supachat_mark_read(_session_id uuid, _message_id uuid)          read_message_id, read_at
--   supachat_find_people(_text text)                    user_id, display_name
-- Tables that members read: chat_sessions, members, chat_messages (order created_at, key id; plain insert of
-- id, session_id, sender_id, body works too).
-- Topics, all private:
--   session:<session_id>         members hear; only the database speaks (sealed). INSERT and UPDATE with
--                                record, DELETE with the old_record's id and session_id
--   session-typing:<session_id>  members hear, broadcast chat:typing and chat:message, and are present
--   user:<auth id>               that person hears; only the database speaks (sealed): session:message
--                                {session_id, message_id, created_at}, session:invited, session:removed,
--                                session:changed {session_id, by}
-- Publication: nothing.
--
-- Where it does not do what the guide it follows did:
--   * there members broadcast chat:message on session:<uuid> itself, so that each could forge what another
--     said. Here rows are told there by the database alone; what clients say is a hint, on session-typing:.
--     A deployment that keeps the guide's way is a map of its own: rows on session:{thread}, not sealed.
--   * Realtime asks its policies when somebody joins, not again: who is removed hears a topic that they had
--     joined until their token is renewed, an hour at most. What is read, they lose at once.

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
    where schemaname = 'realtime' and tablename = 'messages' and policyname ~ '^supachat_.*_rooms_listen$'
      and policyname <> 'supachat_@schema@_rooms_listen';
  if found then
    raise exception 'supachat: the dialect rooms already lives in another schema (policy %). Nothing was changed.', wanted.policyname;
  end if;
  select p.oid::regprocedure::text as name into wanted from pg_proc p
    where p.pronamespace = to_regnamespace('@schema@') and p.proname ~ '^supachat_' and not exists (
      select from pg_policies where schemaname = 'realtime' and policyname = 'supachat_@schema@_rooms_listen'
    ) limit 1;
  if found then
    raise exception 'supachat: the function % is there and is not of the dialect rooms. Nothing was changed.', wanted.name;
  end if;

  for wanted in
    select rel.relname, rel.relkind, rel.relowner from pg_class rel
    where rel.relnamespace = to_regnamespace('@schema@')
      and rel.relname in ('chat_sessions', 'members', 'chat_messages', 'supachat_profiles', 'supachat_read_cursors')
  loop
    if wanted.relkind <> 'r' or not pg_has_role(current_user, wanted.relowner, 'USAGE') then
      raise exception 'supachat: @schema@.% is there and is not a table of this role. Nothing was changed.', wanted.relname;
    end if;
  end loop;

  for wanted in
    select * from (values
      ('chat_sessions', 'id', 'uuid', true),
      ('chat_sessions', 'title', 'text', false),
      ('chat_sessions', 'created_at', 'timestamp with time zone', false),
      ('chat_sessions', 'updated_at', 'timestamp with time zone', false),
      ('members', 'session_id', 'uuid', false),
      ('members', 'user_id', 'uuid', false),
      ('members', 'role', 'text', false),
      ('members', 'joined_at', 'timestamp with time zone', false),
      ('chat_messages', 'id', 'uuid', true),
      ('chat_messages', 'session_id', 'uuid', false),
      ('chat_messages', 'sender_id', 'uuid', false),
      ('chat_messages', 'body', 'text', false),
      ('chat_messages', 'created_at', 'timestamp with time zone', false),
      ('supachat_profiles', 'user_id', 'uuid', true),
      ('supachat_profiles', 'display_name', 'text', false),
      ('supachat_read_cursors', 'user_id', 'uuid', false),
      ('supachat_read_cursors', 'session_id', 'uuid', false),
      ('supachat_read_cursors', 'read_message_id', 'uuid', false),
      ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)
    ) as columns(table_name, column_name, type_name, is_key)
    where to_regclass(format('%I.%I', '@schema@', table_name)) is not null
  loop
    select format_type(atttypid, atttypmod) into found_type from pg_attribute
      where attrelid = to_regclass(format('%I.%I', '@schema@', wanted.table_name))
        and attname = wanted.column_name and not attisdropped;
    if found_type is distinct from wanted.type_name then
      raise exception 'supachat: @schema@.% is there and is not a table of the dialect rooms: expected a column % of type %, found %. Nothing was changed.',
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

create table if not exists @schema@.chat_sessions (
  id uuid primary key default gen_random_uuid(),
  title text not null default '' constraint supachat_@schema@_title check (length(title) <= 200),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

create table if not exists @schema@.members (
  session_id uuid not null references @schema@.chat_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'collaborator'
    constraint supachat_@schema@_role check (role in ('owner', 'collaborator')),
  joined_at timestamptz not null default clock_timestamp(),
  primary key (session_id, user_id)
);

-- what somebody wrote stays when their account goes: no reference to it
create table if not exists @schema@.chat_messages (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references @schema@.chat_sessions (id) on delete cascade,
  sender_id uuid not null,
  body text not null constraint supachat_@schema@_body check (body ~ '\S' and octet_length(body) <= 65536),
  created_at timestamptz not null default clock_timestamp()
);

create table if not exists @schema@.supachat_profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null default ''
);

create table if not exists @schema@.supachat_read_cursors (
  user_id uuid not null references auth.users (id) on delete cascade,
  session_id uuid not null references @schema@.chat_sessions (id) on delete cascade,
  read_message_id uuid not null,
  read_at timestamptz not null,
  primary key (user_id, session_id)
);

-- the one that paging and unread counts walk along
create index if not exists supachat_chat_messages_page on @schema@.chat_messages (session_id, created_at, id);
create index if not exists supachat_members_user on @schema@.members (user_id);
create unique index if not exists supachat_members_owner on @schema@.members (session_id) where role = 'owner';

-- deny by default: whoever wants more has to be granted it below
alter table @schema@.chat_sessions enable row level security;
alter table @schema@.members enable row level security;
alter table @schema@.chat_messages enable row level security;
alter table @schema@.supachat_profiles enable row level security;
alter table @schema@.supachat_read_cursors enable row level security;
revoke all on table @schema@.chat_sessions from public, anon, authenticated;
revoke all on table @schema@.members from public, anon, authenticated;
revoke all on table @schema@.chat_messages from public, anon, authenticated;
revoke all on table @schema@.supachat_profiles from public, anon, authenticated;
revoke all on table @schema@.supachat_read_cursors from public, anon, authenticated;
