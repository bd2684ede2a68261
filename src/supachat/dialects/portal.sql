-- supachat, dialect portal: letters with a subject between clients and clinicians, and feeds beside them.
--
-- @part head
--
-- Roles: a client is a row of clients with their portal_user_id; a clinician or admin an active row of
-- clinicians. An account becomes one by its app metadata {"portal_role": "client" | "clinician" | "admin"},
-- which only the service key sets. A thread is what one client and their clinician write; its id is the
-- client's. Who was replaced as clinician has no part in it any more. An admin reads no letters: the logs.
--
-- Functions for people; [row] is what supachat_threads answers:
--   supachat_whoami()                                  user_id, display_name, role
--   supachat_threads(_client_id uuid = null)           client_id, client_name, client_user_id, clinician_id,
--     clinician_name, other_user_id, other_display_name, members jsonb [{user_id, display_name, role}],
--     created_at, last_message_id, last_message_at, last_message_author, last_message_subject,
--     last_message_preview, unread, read_message_id, read_at
--   supachat_ensure_thread(_user_id uuid)              a client with no clinician chooses one; else   [row]
--   supachat_assign(_client_id uuid, _clinician_id uuid)       the admin; boolean
--   supachat_send(_client_id uuid, _message text, _subject text = '', _id uuid = null)
--                                                      a row of client_portal_messages
--   supachat_mark_read(_client_id uuid, _message_id uuid)      read_message_id, read_at
--   supachat_find_people(_text text)                   user_id, display_name, role
--   supachat_feed(_before timestamptz = null, _before_id uuid = null, _limit integer = 50)
--     feed (the table's name), id, severity, title, body, at, can_acknowledge, acknowledged_at, acknowledged_by
--   supachat_acknowledge(_feed text, _id uuid)         the same columns; notifications and critical alerts
--   supachat_close(_id uuid)                           a row of assessment_critical_alerts: it is dealt with
--   supachat_log_subscription(_resource text)          a row of audit_logs: who began to listen to what
-- Tables to read: clients, client_portal_messages (order sent_date, key id; plain insert of id, client_id,
-- clinician_id, sender_id, subject, message works too), appointments: the client and their clinician.
-- portal_notifications, notification_logs: whose user_id it is (logs: admins too). assessment_critical_alerts:
-- the clinician and admins, never the client. audit_logs: admins. Feeds have the order created_at, key id.
-- Topics, all private, to join for postgres_changes; no client broadcasts on the first two (sealed):
--   portal-user:<auth id>            that person, if they have a part here: the feeds
--   portal:<client_id>               the two: client_portal_messages with client_id=eq.<client_id>; and,
--                                    broadcast, moved: another clinician has the client now
--   portal-typing:<client_id>        the two hear, broadcast and are present
-- Publication supabase_realtime: client_portal_messages, portal_notifications, appointments,
-- assessment_critical_alerts, notification_logs, audit_logs.
--
-- Where it does not do what the runbook it follows did:
--   * its policy shows a letter to whoever sent it and to the client, but not to the clinician it is for;
--     and to a clinician who was replaced for ever. Here the two who correspond now read it.
--   * it polls by created_at what is ordered by sent_date, so that a row can be passed over. Here is one.
--   * anybody could write any audit row. Here the database says who, what and when, and keeps it.
--   * it asks for full replica identity. That tells what a row said before to whoever sees it now; these
--     rows are short, so that the key is enough, and a delete tells the key alone in any case.

-- @part check
-- @part check_changes
-- @part check_place
-- @part check_functions
--   ours  ^supachat_
-- @part check_tables
--   columns  ('clinicians', 'user_id', 'uuid', true),
--            ('clinicians', 'display_name', 'text', false),
--            ('clinicians', 'role', 'text', false),
--            ('clinicians', 'active', 'boolean', false),
--            ('clients', 'id', 'uuid', true),
--            ('clients', 'portal_user_id', 'uuid', false),
--            ('clients', 'clinician_id', 'uuid', false),
--            ('clients', 'display_name', 'text', false),
--            ('clients', 'created_at', 'timestamp with time zone', false),
--            ('client_portal_messages', 'id', 'uuid', true),
--            ('client_portal_messages', 'client_id', 'uuid', false),
--            ('client_portal_messages', 'clinician_id', 'uuid', false),
--            ('client_portal_messages', 'sender_id', 'uuid', false),
--            ('client_portal_messages', 'subject', 'text', false),
--            ('client_portal_messages', 'message', 'text', false),
--            ('client_portal_messages', 'sent_date', 'timestamp with time zone', false),
--            ('portal_notifications', 'id', 'uuid', true),
--            ('portal_notifications', 'user_id', 'uuid', false),
--            ('portal_notifications', 'severity', 'text', false),
--            ('portal_notifications', 'title', 'text', false),
--            ('portal_notifications', 'body', 'text', false),
--            ('portal_notifications', 'created_at', 'timestamp with time zone', false),
--            ('portal_notifications', 'acknowledged_at', 'timestamp with time zone', false),
--            ('portal_notifications', 'acknowledged_by', 'uuid', false),
--            ('appointments', 'id', 'uuid', true),
--            ('appointments', 'client_id', 'uuid', false),
--            ('appointments', 'clinician_id', 'uuid', false),
--            ('appointments', 'title', 'text', false),
--            ('appointments', 'status', 'text', false),
--            ('appointments', 'starts_at', 'timestamp with time zone', false),
--            ('appointments', 'created_at', 'timestamp with time zone', false),
--            ('appointments', 'updated_at', 'timestamp with time zone', false),
--            ('assessment_critical_alerts', 'id', 'uuid', true),
--            ('assessment_critical_alerts', 'client_id', 'uuid', false),
--            ('assessment_critical_alerts', 'severity', 'text', false),
--            ('assessment_critical_alerts', 'title', 'text', false),
--            ('assessment_critical_alerts', 'body', 'text', false),
--            ('assessment_critical_alerts', 'created_at', 'timestamp with time zone', false),
--            ('assessment_critical_alerts', 'acknowledged_at', 'timestamp with time zone', false),
--            ('assessment_critical_alerts', 'acknowledged_by', 'uuid', false),
--            ('notification_logs', 'id', 'uuid', true),
--            ('notification_logs', 'user_id', 'uuid', false),
--            ('notification_logs', 'severity', 'text', false),
--            ('notification_logs', 'title', 'text', false),
--            ('notification_logs', 'body', 'text', false),
--            ('notification_logs', 'created_at', 'timestamp with time zone', false),
--            ('audit_logs', 'id', 'uuid', true),
--            ('audit_logs', 'user_id', 'uuid', false),
--            ('audit_logs', 'action_type', 'text', false),
--            ('audit_logs', 'resource_type', 'text', false),
--            ('audit_logs', 'action_description', 'text', false),
--            ('audit_logs', 'created_at', 'timestamp with time zone', false),
--            ('supachat_read_cursors', 'user_id', 'uuid', false),
--            ('supachat_read_cursors', 'client_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_message_id', 'uuid', false),
--            ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)

-- ------------------------------------------------------------------ people and letters

create table if not exists @schema@.clinicians (
  user_id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null default '',
  role text not null default 'clinician'
    constraint supachat_@schema@_role check (role in ('clinician', 'admin')),
  active boolean not null default true
);

create table if not exists @schema@.clients (
  id uuid primary key default gen_random_uuid(),
  portal_user_id uuid unique,
  clinician_id uuid references @schema@.clinicians (user_id) on delete set null,
  display_name text not null default '',
  created_at timestamptz not null default clock_timestamp()
);

create table if not exists @schema@.client_portal_messages (
  id uuid primary key default gen_random_uuid(),
  client_id uuid not null references @schema@.clients (id) on delete cascade,
  clinician_id uuid,
  sender_id uuid not null,
  subject text not null default '' constraint supachat_@schema@_subject check (length(subject) <= 200),
  message text not null
    constraint supachat_@schema@_message check (message ~ '\S' and octet_length(message) <= 65536),
  sent_date timestamptz not null default clock_timestamp()
);

-- ------------------------------------------------------------------ feeds: the project's backend writes them

create table if not exists @schema@.portal_notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  severity text not null default 'info' check (severity in ('info', 'warning', 'critical')),
  title text not null,
  body text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  acknowledged_at timestamptz,
  acknowledged_by uuid
);

create table if not exists @schema@.appointments (
  id uuid primary key default gen_random_uuid(),
  client_id uuid not null references @schema@.clients (id) on delete cascade,
  clinician_id uuid,
  title text not null default '',
  status text not null default 'scheduled'
    check (status in ('scheduled', 'confirmed', 'cancelled', 'completed', 'missed')),
  starts_at timestamptz not null,
  ends_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

create table if not exists @schema@.assessment_critical_alerts (
  id uuid primary key default gen_random_uuid(),
  client_id uuid not null references @schema@.clients (id) on delete cascade,
  severity text not null default 'critical' check (severity in ('info', 'warning', 'critical')),
  title text not null,
  body text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  acknowledged_at timestamptz,
  acknowledged_by uuid
);
-- later than the table: a project that has it already gets them
alter table @schema@.assessment_critical_alerts
  add column if not exists closed_at timestamptz,
  add column if not exists closed_by uuid;

create table if not exists @schema@.notification_logs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  severity text not null default 'info' check (severity in ('info', 'warning', 'critical')),
  title text not null,
  body text not null default '',
  created_at timestamptz not null default clock_timestamp()
);

-- who did it stays when the account goes: no reference to it
create table if not exists @schema@.audit_logs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  action_type text not null,
  resource_type text not null default '',
  action_description text not null default '',
  created_at timestamptz not null default clock_timestamp()
);

-- the first is the one that paging and unread counts walk along; each feed has its own
create index if not exists supachat_client_portal_messages_page
  on @schema@.client_portal_messages (client_id, sent_date, id);
create index if not exists supachat_clients_clinician on @schema@.clients (clinician_id);
create index if not exists supachat_portal_notifications_page on @schema@.portal_notifications (user_id, created_at, id);
create index if not exists supachat_appointments_page on @schema@.appointments (client_id, created_at, id);
create index if not exists supachat_appointments_edits on @schema@.appointments (client_id, updated_at, id);
create index if not exists supachat_alerts_page on @schema@.assessment_critical_alerts (client_id, created_at, id);
create index if not exists supachat_notification_logs_page on @schema@.notification_logs (user_id, created_at, id);
create index if not exists supachat_notification_logs_time on @schema@.notification_logs (created_at, id);
create index if not exists supachat_audit_logs_page on @schema@.audit_logs (created_at, id);
create index if not exists supachat_audit_logs_user on @schema@.audit_logs (user_id, resource_type, created_at);

-- @part read_cursors
--   user      uuid not null references auth.users (id) on delete cascade
--   thread    client_id
--   type      uuid
--   threads   clients (id)
--   messages  client_portal_messages
--   time      sent_date
--   sees      supachat_is_member
--   refusal   these letters are not yours
