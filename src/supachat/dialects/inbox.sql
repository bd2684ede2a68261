-- supachat, dialect inbox: conversations with customers, worked by agents, told by postgres_changes.
--
-- @part head
--
-- Roles (table agents, active ones only): admin sees every conversation; agent sees those that are assigned
-- to them or to nobody. An account is an agent by its app metadata {"inbox_role": "agent" | "admin"}, which
-- only the service key sets, or by an admin's supachat_set_agent. Customers and bots have no account: the
-- project's backend writes their rows with the service key, by plain insert.
--
-- Functions for people; [row] is what supachat_threads answers:
--   supachat_whoami()                                 user_id, display_name, role; none for no agent
--   supachat_threads(_conversation_id uuid = null, _status text = null, _assigned text = null)
--     _assigned is me, somebody or nobody. conversation_id, status, assigned_to, assigned_name, channel,
--     customer_id, customer_name, customer_contact, subject, priority, chatbot_enabled, metadata, created_at,
--     updated_at, members jsonb [{user_id, display_name, role}: the agents who see it], last_message_id,
--     last_message_at, last_message_author, last_message_sender_type, last_message_preview, unread,
--     read_message_id, read_at
--   insert_message(_conversation_id uuid, _body text, _id uuid = null, _metadata jsonb = {})
--                                                     a row of messages; also pg_notify with ids only
--   supachat_set_status(_conversation_id uuid, _status text)              [row]
--   supachat_assign(_conversation_id uuid, _agent_id uuid = null)         [row], none if no longer seen
--   supachat_set_chatbot(_conversation_id uuid, _on boolean)              [row]
--   supachat_mark_read(_conversation_id uuid, _message_id uuid)           read_message_id, read_at
--   supachat_search(_text text, _limit integer = 50)  rows of messages
--   supachat_find_people(_text text), supachat_agents()        user_id, display_name, role, active
--   supachat_set_agent(_user_id uuid, _role text, _active boolean = true)   the admin; the same columns
-- Tables that agents read: conversations, messages (order created_at, key id, edits updated_at),
-- canned_replies (shortcut, title, body with {placeholders}; admins insert, update and delete).
-- Topics, all private, to join for postgres_changes; no client broadcasts on the first two (sealed):
--   inbox-agent:<auth id>            that agent: everything that RLS shows them, unfiltered
--   inbox:<conversation_id>          agents who see it: messages with conversation_id=eq.<conversation_id>;
--                                    and, broadcast, moved: somebody else has it now
--   inbox-typing:<conversation_id>   agents who see it hear, broadcast and are present
-- Publication supabase_realtime: conversations, messages.
--
-- Where it does not do what the design it follows did:
--   * there insert_message took the sender's word for who writes. Here whoever calls it writes as the agent
--     that they are; a customer's, a bot's or the system's row comes by the service key only.
--   * the notification held the message; a payload over 8,000 bytes undoes the insert, and every role that
--     may connect can listen. Here it holds ids.

-- @part check
-- @part check_changes
-- @part check_place
-- @part check_functions
--   ours  ^(supachat_|insert_message$)
-- @part check_tables
--   columns  ('agents', 'user_id', 'uuid', true),
--            ('agents', 'display_name', 'text', false),
--            ('agents', 'role', 'text', false),
--            ('agents', 'active', 'boolean', false),
--            ('conversations', 'id', 'uuid', true),
--            ('conversations', 'status', 'text', false),
--            ('conversations', 'assigned_to', 'uuid', false),
--            ('conversations', 'channel', 'text', false),
--            ('conversations', 'customer_id', 'text', false),
--            ('conversations', 'customer_name', 'text', false),
--            ('conversations', 'customer_contact', 'text', false),
--            ('conversations', 'subject', 'text', false),
--            ('conversations', 'priority', 'text', false),
--            ('conversations', 'chatbot_enabled', 'boolean', false),
--            ('conversations', 'metadata', 'jsonb', false),
--            ('conversations', 'created_at', 'timestamp with time zone', false),
--            ('conversations', 'updated_at', 'timestamp with time zone', false),
--            ('conversations', 'last_message_at', 'timestamp with time zone', false),
--            ('messages', 'id', 'uuid', true),
--            ('messages', 'conversation_id', 'uuid', false),
--            ('messages', 'sender_type', 'text', false),
--            ('messages', 'sender_id', 'text', false),
--            ('messages', 'sender_name', 'text', false),
--            ('messages', 'body', 'text', false),
--            ('messages', 'metadata', 'jsonb', false),
--            ('messages', 'created_at', 'timestamp with time zone', false),
--            ('messages', 'updated_at', 'timestamp with time zone', false),
--            ('canned_replies', 'id', 'uuid', true),
--            ('canned_replies', 'shortcut', 'text', false),
--            ('canned_replies', 'body', 'text', false),
--            ('canned_replies', 'updated_at', 'timestamp with time zone', false),
--            ('supachat_read_cursors', 'user_id', 'uuid', false),
--            ('supachat_read_cursors', 'conversation_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_message_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)

-- ------------------------------------------------------------------ tables

create table if not exists @schema@.agents (
  user_id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null default '',
  role text not null default 'agent' constraint supachat_@schema@_role check (role in ('agent', 'admin')),
  active boolean not null default true
);

create table if not exists @schema@.conversations (
  id uuid primary key default gen_random_uuid(),
  status text not null default 'open'
    constraint supachat_@schema@_status check (status in ('open', 'pending', 'closed')),
  assigned_to uuid references @schema@.agents (user_id) on delete set null,
  channel text not null default 'web',
  customer_id text not null default '',
  customer_name text not null default '',
  customer_contact text not null default '',
  subject text not null default '',
  priority text not null default '',
  chatbot_enabled boolean not null default true,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  last_message_at timestamptz
);

create table if not exists @schema@.messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references @schema@.conversations (id) on delete cascade,
  sender_type text not null
    constraint supachat_@schema@_sender check (sender_type in ('customer', 'agent', 'chatbot', 'system')),
  sender_id text not null,
  sender_name text not null default '',
  body text not null constraint supachat_@schema@_body check (body ~ '\S' and octet_length(body) <= 65536),
  metadata jsonb not null default '{}'
    constraint supachat_@schema@_metadata check (octet_length(metadata::text) <= 65536),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

create table if not exists @schema@.canned_replies (
  id uuid primary key default gen_random_uuid(),
  shortcut text not null unique constraint supachat_@schema@_shortcut check (shortcut ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
  title text not null default '',
  body text not null constraint supachat_@schema@_reply check (body ~ '\S' and octet_length(body) <= 65536),
  updated_at timestamptz not null default clock_timestamp()
);

-- the one that paging and unread counts walk along, and the one for what was changed since
create index if not exists supachat_messages_page on @schema@.messages (conversation_id, created_at, id);
create index if not exists supachat_messages_edits on @schema@.messages (conversation_id, updated_at, id);
create index if not exists supachat_messages_time on @schema@.messages (created_at);
create index if not exists supachat_conversations_assigned on @schema@.conversations (assigned_to);
create index if not exists supachat_conversations_latest on @schema@.conversations (last_message_at);

-- deny by default: whoever wants more has to be granted it below
alter table @schema@.agents enable row level security;
alter table @schema@.conversations enable row level security;
alter table @schema@.messages enable row level security;
alter table @schema@.canned_replies enable row level security;
revoke all on table @schema@.agents, @schema@.conversations, @schema@.messages, @schema@.canned_replies
  from public, anon, authenticated;

-- @part publication
--   tables  'conversations', 'messages'

-- A long text lies outside its row, and an UPDATE that leaves it alone tells it only with full identity. Of
-- a message nobody learns more by it: who sees the new row saw the old one. Conversations keep the key alone,
-- for there the old row may have been somebody else's. A delete tells the key alone in either case.
alter table @schema@.messages replica identity full;

-- @part read_cursors
--   user      uuid not null references auth.users (id) on delete cascade
--   thread    conversation_id
--   type      uuid
--   threads   conversations (id)
--   messages  messages
--   time      created_at
--   sees      supachat_sees
--   refusal   this conversation is not yours, or no longer
