-- supachat, dialect direct: messages between two people, delivered by a trigger to a sealed topic.
--
-- @part head
--
-- Where it does not do what the design it follows did:
--   * that design's insert_chat_message let anybody signed in write into any thread, under any name. Here
--     the caller has to be one of the two accounts in the thread's row and to write under its own id.
--   * it let members broadcast on chat:<thread>, so that a member could forge rows. Here only the database
--     speaks there; typing and presence have a topic of their own, typing:<thread>.

-- @part check
-- @part check_broadcast
-- @part check_place
  select pg_get_function_identity_arguments(p.oid) as arguments into wanted from pg_proc p
    where p.pronamespace = to_regnamespace('@schema@') and p.proname = 'insert_chat_message'
      and oidvectortypes(p.proargtypes) <> 'text, text, text, text'
      and (oidvectortypes(p.proargtypes) <> 'text, text, text, text, uuid'
           or p.prorettype is distinct from to_regtype('@schema@.chat_messages'));
  if found then
    raise exception 'supachat: @schema@.insert_chat_message(%) is there and is not of the dialect direct. Nothing was changed.', wanted.arguments;
  end if;
-- @part check_tables
--   columns  ('chat_threads', 'thread_id', 'text', true),
--            ('chat_threads', 'user_a_mongo_id', 'text', false),
--            ('chat_threads', 'user_b_mongo_id', 'text', false),
--            ('chat_threads', 'user_a_supabase_id', 'uuid', false),
--            ('chat_threads', 'user_b_supabase_id', 'uuid', false),
--            ('chat_threads', 'created_at', 'timestamp with time zone', false),
--            ('chat_threads', 'last_message_at', 'timestamp with time zone', false),
--            ('chat_messages', 'id', 'uuid', true),
--            ('chat_messages', 'thread_id', 'text', false),
--            ('chat_messages', 'sender_supabase_id', 'uuid', false),
--            ('chat_messages', 'sender_mongo_id', 'text', false),
--            ('chat_messages', 'recipient_mongo_id', 'text', false),
--            ('chat_messages', 'body', 'text', false),
--            ('chat_messages', 'created_at', 'timestamp with time zone', false),
--            ('supachat_profiles', 'user_id', 'uuid', true),
--            ('supachat_profiles', 'app_user_id', 'text', true),
--            ('supachat_profiles', 'display_name', 'text', false),
--            ('supachat_read_cursors', 'user_id', 'uuid', false),
--            ('supachat_read_cursors', 'thread_id', 'text', false),
--            ('supachat_read_cursors', 'read_message_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)

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
revoke all on table @schema@.chat_threads, @schema@.chat_messages, @schema@.supachat_profiles
  from public, anon, authenticated;

-- @part read_cursors
--   user      uuid not null references @schema@.supachat_profiles (user_id) on delete cascade
--   thread    thread_id
--   type      text
--   threads   chat_threads (thread_id)
--   messages  chat_messages
--   time      created_at
--   sees      supachat_is_member
--   refusal   this thread is not yours
