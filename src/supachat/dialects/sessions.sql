-- supachat, dialect sessions: people and an assistant in a session, told by postgres_changes; and prices.
--
-- @part head
--
-- It fits over the tables of the design it follows (dialect sql sessions --schema public).
--
-- A person is their auth id, as text; the author of a row without a person is its role (assistant, system).
-- Functions for people; [row] is what supachat_threads answers:
--   supachat_whoami()                                  user_id, display_name
--   supachat_threads(_session_id text = null)          session_id, user_id (the owner), title, status,
--     last_activity, created_at, updated_at, metadata, members jsonb [{user_id, display_name, role: owner |
--     member}], last_message_id, last_message_at, last_message_author, last_message_role,
--     last_message_preview, unread, read_message_id, read_at
--   supachat_create_thread(_title text = '', _people text[] = {}, _id text = null)             [row]
--   supachat_ensure_thread(_user_id text)              the untitled session of two, made if new [row]
--   supachat_rename(_session_id text, _title text), supachat_set_status(_session_id text, _status text)
--                                                      the owner; archived is archive           [row]
--   supachat_touch(_session_id text)                   last_activity is now                     [row]
--   supachat_invite(_session_id text, _user_id text), supachat_remove(...)   the owner          [row]
--   supachat_leave(_session_id text)                   boolean: was the caller in it
--   supachat_send(_session_id text, _content text, _id uuid = null, _message_type text = 'text',
--     _metadata jsonb = {})                            a row of chat_messages, role user, type text or voice
--   supachat_edit(_message_id uuid, _content text)     the author; a row of chat_messages
--   supachat_delete(_message_id uuid)                  the author or the session's owner; boolean
--   supachat_mark_read(_session_id text, _message_id uuid)       read_message_id, read_at
--   supachat_find_people(_text text)                   user_id, display_name
--   supachat_set_presence(_session_id text, _status text, _metadata jsonb = {})  a row of user_presence
--   supachat_prices(_symbols text[] = null)            the latest row of crypto_prices of each symbol
-- Tables to read: chat_sessions, chat_messages (order created_at, key id, edits updated_at), user_presence
-- by members; crypto_prices by everybody signed in. Plain insert into chat_messages (id, session_id,
-- user_id, content, role, metadata, message_type) works too, as do update of content and delete.
-- Topics, all private, to join for postgres_changes; no client broadcasts on the first two (sealed):
--   sessions-user:<auth id>          that person: the list, and prices
--   sessions:<session_id>            members: chat_messages and user_presence with session_id=eq.<session_id>;
--                                    and, broadcast, moved: somebody is no member any more
--   sessions-typing:<session_id>     members hear, broadcast typing and are present
-- Publication supabase_realtime: chat_sessions, chat_messages, user_presence, crypto_prices.
--
-- Where it does not do what the design it follows did:
--   * its policies compare a text with auth.uid(), which no PostgreSQL runs, and say nothing of writing. Here
--     members read, and write as themselves with the role user; an assistant's and the system's rows come
--     by the service key only, so that nobody puts words into the assistant's mouth.
--   * whoever had once written in a session kept its rows. Here members are a table, and who leaves has left.
--   * it sends typing and presence on the channel of the rows. Here they have a topic of their own.
--   * it updates a message to the status read, which its own check refuses. Here reading is a cursor.

-- @part check
-- @part check_changes
-- @part check_place
-- @part check_functions
--   ours  ^supachat_
-- @part check_tables
--   columns  ('chat_sessions', 'id', 'text', true),
--            ('chat_sessions', 'user_id', 'text', false),
--            ('chat_sessions', 'title', 'text', false),
--            ('chat_sessions', 'status', 'text', false),
--            ('chat_sessions', 'last_activity', 'timestamp with time zone', false),
--            ('chat_sessions', 'created_at', 'timestamp with time zone', false),
--            ('chat_sessions', 'updated_at', 'timestamp with time zone', false),
--            ('chat_sessions', 'metadata', 'jsonb', false),
--            ('chat_messages', 'id', 'uuid', true),
--            ('chat_messages', 'session_id', 'text', false),
--            ('chat_messages', 'user_id', 'text', false),
--            ('chat_messages', 'content', 'text', false),
--            ('chat_messages', 'role', 'text', false),
--            ('chat_messages', 'metadata', 'jsonb', false),
--            ('chat_messages', 'created_at', 'timestamp with time zone', false),
--            ('chat_messages', 'updated_at', 'timestamp with time zone', false),
--            ('chat_messages', 'status', 'text', false),
--            ('chat_messages', 'message_type', 'text', false),
--            ('user_presence', 'user_id', 'text', true),
--            ('user_presence', 'session_id', 'text', false),
--            ('user_presence', 'status', 'text', false),
--            ('user_presence', 'last_seen', 'timestamp with time zone', false),
--            ('user_presence', 'is_typing', 'boolean', false),
--            ('user_presence', 'typing_in_session', 'text', false),
--            ('user_presence', 'metadata', 'jsonb', false),
--            ('crypto_prices', 'id', 'uuid', true),
--            ('crypto_prices', 'symbol', 'text', false),
--            ('crypto_prices', 'price', 'numeric', false),
--            ('crypto_prices', 'change_24h', 'numeric', false),
--            ('crypto_prices', 'change_percentage_24h', 'numeric', false),
--            ('crypto_prices', 'last_updated', 'timestamp with time zone', false),
--            ('supachat_members', 'session_id', 'text', false),
--            ('supachat_members', 'user_id', 'text', false),
--            ('supachat_members', 'joined_at', 'timestamp with time zone', false),
--            ('supachat_profiles', 'user_id', 'text', true),
--            ('supachat_profiles', 'display_name', 'text', false),
--            ('supachat_read_cursors', 'user_id', 'text', false),
--            ('supachat_read_cursors', 'session_id', 'text', false),
--            ('supachat_read_cursors', 'read_message_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)

-- ------------------------------------------------------------------ tables

create table if not exists @schema@.chat_sessions (
  id text primary key,
  user_id text,
  title text,
  status text default 'active' check (status in ('active', 'inactive', 'archived')),
  last_activity timestamptz default now(),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  metadata jsonb default '{}'
);

create table if not exists @schema@.chat_messages (
  id uuid primary key default gen_random_uuid(),
  session_id text not null references @schema@.chat_sessions (id) on delete cascade,
  user_id text,
  content text not null,
  role text not null check (role in ('user', 'assistant', 'system')),
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  status text default 'delivered' check (status in ('sending', 'delivered', 'failed', 'error')),
  message_type text default 'text' check (message_type in ('text', 'voice', 'adapter_action'))
);

create table if not exists @schema@.user_presence (
  user_id text primary key,
  session_id text not null,
  status text default 'online' check (status in ('online', 'away', 'offline')),
  last_seen timestamptz default now(),
  is_typing boolean default false,
  typing_in_session text,
  metadata jsonb default '{}'
);

create table if not exists @schema@.crypto_prices (
  id uuid primary key default gen_random_uuid(),
  symbol text not null,
  price numeric not null,
  change_24h numeric default 0,
  change_percentage_24h numeric default 0,
  market_cap bigint default 0,
  volume_24h bigint default 0,
  last_updated timestamptz default now()
);

-- those whom the owner has let in; the owner stands in chat_sessions
create table if not exists @schema@.supachat_members (
  session_id text not null references @schema@.chat_sessions (id) on delete cascade,
  user_id text not null,
  joined_at timestamptz not null default clock_timestamp(),
  primary key (session_id, user_id)
);

create table if not exists @schema@.supachat_profiles (
  user_id text primary key,
  display_name text not null default ''
);

-- @part read_cursors
--   user      text not null
--   thread    session_id
--   type      text
--   threads   chat_sessions (id)
--   messages  chat_messages
--   time      created_at
--   sees      supachat_is_member
--   refusal   this session is not yours
