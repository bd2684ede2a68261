-- supachat, dialect portal: letters with a subject between clients and clinicians, and feeds beside them.
--
-- It comes in four parts that are one transaction: this one, .2.policies, .3.functions, .4.calls. Run them
-- as the role postgres, as often as you like: they bring what is missing and keep what is there.
-- PostgreSQL 15 to 18 on Supabase, hosted or self-hosted. In auth and realtime it touches nothing but one
-- trigger on auth.users and its own policies on realtime.messages.
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
--   supachat_log_subscription(_resource text)          a row of audit_logs: who began to listen to what
-- Tables to read: clients, client_portal_messages (order sent_date, key id; plain insert of id, client_id,
-- clinician_id, sender_id, subject, message works too), appointments: the client and their clinician.
-- portal_notifications, notification_logs: whose user_id it is (logs: admins too). assessment_critical_alerts:
-- the clinician and admins, never the client. audit_logs: admins. Feeds have the order created_at, key id.
-- Topics, all private, to join for postgres_changes; nothing is broadcast on the first two (sealed):
--   portal-user:<auth id>            that person, if they have a part here: the feeds
--   portal:<client_id>               the two: client_portal_messages with client_id=eq.<client_id>
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
  if to_regclass('realtime.messages') is null or to_regclass('auth.users') is null then
    raise exception 'supachat: this database is no Supabase project with Realtime Authorization. Nothing was changed.';
  end if;
  if not exists (
    select from pg_publication p where p.pubname = 'supabase_realtime' and pg_has_role(current_user, p.pubowner, 'USAGE')
  ) then
    raise exception 'supachat: there is no publication supabase_realtime of this role. Nothing was changed.';
  end if;
  select policyname into wanted from pg_policies
    where schemaname = 'realtime' and tablename = 'messages' and policyname ~ '^supachat_.*_portal_listen$'
      and policyname <> 'supachat_@schema@_portal_listen';
  if found then
    raise exception 'supachat: the dialect portal already lives in another schema (policy %). Nothing was changed.', wanted.policyname;
  end if;
  select p.oid::regprocedure::text as name into wanted from pg_proc p
    where p.pronamespace = to_regnamespace('@schema@') and p.proname ~ '^supachat_' and not exists (
      select from pg_policies where schemaname = 'realtime' and policyname = 'supachat_@schema@_portal_listen'
    ) limit 1;
  if found then
    raise exception 'supachat: the function % is there and is not of the dialect portal. Nothing was changed.', wanted.name;
  end if;

  for wanted in
    select rel.relname, rel.relkind, rel.relowner from pg_class rel
    where rel.relnamespace = to_regnamespace('@schema@')
      and rel.relname in ('clinicians', 'clients', 'client_portal_messages', 'portal_notifications',
        'appointments', 'assessment_critical_alerts', 'notification_logs', 'audit_logs', 'supachat_read_cursors')
  loop
    if wanted.relkind <> 'r' or not pg_has_role(current_user, wanted.relowner, 'USAGE') then
      raise exception 'supachat: @schema@.% is there and is not a table of this role. Nothing was changed.', wanted.relname;
    end if;
  end loop;

  for wanted in
    select * from (values
      ('clinicians', 'user_id', 'uuid', true),
      ('clinicians', 'display_name', 'text', false),
      ('clinicians', 'role', 'text', false),
      ('clinicians', 'active', 'boolean', false),
      ('clients', 'id', 'uuid', true),
      ('clients', 'portal_user_id', 'uuid', false),
      ('clients', 'clinician_id', 'uuid', false),
      ('clients', 'display_name', 'text', false),
      ('clients', 'created_at', 'timestamp with time zone', false),
      ('client_portal_messages', 'id', 'uuid', true),
      ('client_portal_messages', 'client_id', 'uuid', false),
      ('client_portal_messages', 'clinician_id', 'uuid', false),
      ('client_portal_messages', 'sender_id', 'uuid', false),
      ('client_portal_messages', 'subject', 'text', false),
      ('client_portal_messages', 'message', 'text', false),
      ('client_portal_messages', 'sent_date', 'timestamp with time zone', false),
      ('portal_notifications', 'id', 'uuid', true),
      ('portal_notifications', 'user_id', 'uuid', false),
      ('portal_notifications', 'severity', 'text', false),
      ('portal_notifications', 'title', 'text', false),
      ('portal_notifications', 'body', 'text', false),
      ('portal_notifications', 'created_at', 'timestamp with time zone', false),
      ('portal_notifications', 'acknowledged_at', 'timestamp with time zone', false),
      ('portal_notifications', 'acknowledged_by', 'uuid', false),
      ('appointments', 'id', 'uuid', true),
      ('appointments', 'client_id', 'uuid', false),
      ('appointments', 'clinician_id', 'uuid', false),
      ('appointments', 'title', 'text', false),
      ('appointments', 'status', 'text', false),
      ('appointments', 'starts_at', 'timestamp with time zone', false),
      ('appointments', 'created_at', 'timestamp with time zone', false),
      ('appointments', 'updated_at', 'timestamp with time zone', false),
      ('assessment_critical_alerts', 'id', 'uuid', true),
      ('assessment_critical_alerts', 'client_id', 'uuid', false),
      ('assessment_critical_alerts', 'severity', 'text', false),
      ('assessment_critical_alerts', 'title', 'text', false),
      ('assessment_critical_alerts', 'body', 'text', false),
      ('assessment_critical_alerts', 'created_at', 'timestamp with time zone', false),
      ('assessment_critical_alerts', 'acknowledged_at', 'timestamp with time zone', false),
      ('assessment_critical_alerts', 'acknowledged_by', 'uuid', false),
      ('notification_logs', 'id', 'uuid', true),
      ('notification_logs', 'user_id', 'uuid', false),
      ('notification_logs', 'severity', 'text', false),
      ('notification_logs', 'title', 'text', false),
      ('notification_logs', 'body', 'text', false),
      ('notification_logs', 'created_at', 'timestamp with time zone', false),
      ('audit_logs', 'id', 'uuid', true),
      ('audit_logs', 'user_id', 'uuid', false),
      ('audit_logs', 'action_type', 'text', false),
      ('audit_logs', 'resource_type', 'text', false),
      ('audit_logs', 'action_description', 'text', false),
      ('audit_logs', 'created_at', 'timestamp with time zone', false),
      ('supachat_read_cursors', 'user_id', 'uuid', false),
      ('supachat_read_cursors', 'client_id', 'uuid', false),
      ('supachat_read_cursors', 'read_message_id', 'uuid', false),
      ('supachat_read_cursors', 'read_at', 'timestamp with time zone', false)
    ) as columns(table_name, column_name, type_name, is_key)
    where to_regclass(format('%I.%I', '@schema@', table_name)) is not null
  loop
    select format_type(atttypid, atttypmod) into found_type from pg_attribute
      where attrelid = to_regclass(format('%I.%I', '@schema@', wanted.table_name))
        and attname = wanted.column_name and not attisdropped;
    if found_type is distinct from wanted.type_name then
      raise exception 'supachat: @schema@.% is there and is not a table of the dialect portal: expected a column % of type %, found %. Nothing was changed.',
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

create table if not exists @schema@.supachat_read_cursors (
  user_id uuid not null references auth.users (id) on delete cascade,
  client_id uuid not null references @schema@.clients (id) on delete cascade,
  read_message_id uuid not null,
  read_at timestamptz not null,
  primary key (user_id, client_id)
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
