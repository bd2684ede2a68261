-- supachat, dialect rooms: conversations of an owner and collaborators, told by triggers on a sealed topic.
--
-- @part head
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
--                                {session_id, message_id, created_at}, session:changed {session_id, by},
--                                session:invited, session:removed {session_id, by, title}
-- What the project's backend tells on session:<session_id> or user:<auth id>, by realtime.send or with the
-- service key under any other event, is a notice {title, body, severity; session_id for one of a room}.
-- Publication: nothing.
--
-- Where it does not do what the guide it follows did:
--   * there members broadcast chat:message on session:<uuid> itself, so that each could forge what another
--     said. Here rows are told there by the database alone; what clients say is a hint, on session-typing:.
--     A deployment that keeps the guide's way, and no rows at all, is a map of its own: see the sample told.
--   * Realtime asks its policies when somebody joins, not again: who is removed hears a topic that they had
--     joined until their token is renewed, an hour at most. What is read, they lose at once.

-- @part check
-- @part check_broadcast
-- @part check_place
-- @part check_functions
--   ours  ^supachat_
-- @part check_tables
--   columns  ('chat_sessions', 'id', 'uuid', true),
--            ('chat_sessions', 'title', 'text', false),
--            ('chat_sessions', 'created_at', 'timestamp with time zone', false),
--            ('chat_sessions', 'updated_at', 'timestamp with time zone', false),
--            ('members', 'session_id', 'uuid', false),
--            ('members', 'user_id', 'uuid', false),
--            ('members', 'role', 'text', false),
--            ('members', 'joined_at', 'timestamp with time zone', false),
--            ('chat_messages', 'id', 'uuid', true),
--            ('chat_messages', 'session_id', 'uuid', false),
--            ('chat_messages', 'sender_id', 'uuid', false),
--            ('chat_messages', 'body', 'text', false),
--            ('chat_messages', 'created_at', 'timestamp with time zone', false),
--            ('supachat_profiles', 'user_id', 'uuid', true),
--            ('supachat_profiles', 'display_name', 'text', false),
--            ('supachat_read_cursors', 'user_id', 'uuid', false),
--            ('supachat_read_cursors', 'session_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_message_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)

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

-- the one that paging and unread counts walk along
create index if not exists supachat_chat_messages_page on @schema@.chat_messages (session_id, created_at, id);
create index if not exists supachat_members_user on @schema@.members (user_id);
create unique index if not exists supachat_members_owner on @schema@.members (session_id) where role = 'owner';

-- deny by default: whoever wants more has to be granted it below
alter table @schema@.chat_sessions enable row level security;
alter table @schema@.members enable row level security;
alter table @schema@.chat_messages enable row level security;
alter table @schema@.supachat_profiles enable row level security;
revoke all on table @schema@.chat_sessions, @schema@.members, @schema@.chat_messages,
  @schema@.supachat_profiles from public, anon, authenticated;

-- @part read_cursors
--   user      uuid not null references auth.users (id) on delete cascade
--   thread    session_id
--   type      uuid
--   threads   chat_sessions (id)
--   messages  chat_messages
--   time      created_at
--   sees      supachat_is_member
--   refusal   this room is not yours
