-- supachat, dialect portal, second part: who may see, write, hear and speak.

-- deny by default: whoever wants more has to be granted it below
alter table @schema@.clinicians enable row level security;
alter table @schema@.clients enable row level security;
alter table @schema@.client_portal_messages enable row level security;
alter table @schema@.portal_notifications enable row level security;
alter table @schema@.appointments enable row level security;
alter table @schema@.assessment_critical_alerts enable row level security;
alter table @schema@.notification_logs enable row level security;
alter table @schema@.audit_logs enable row level security;
revoke all on table @schema@.clinicians, @schema@.clients, @schema@.client_portal_messages,
  @schema@.portal_notifications, @schema@.appointments, @schema@.assessment_critical_alerts,
  @schema@.notification_logs, @schema@.audit_logs from public, anon, authenticated;

-- @part publication
--   tables  'client_portal_messages', 'portal_notifications', 'appointments', 'assessment_critical_alerts',
--           'notification_logs', 'audit_logs'

-- @part uid
--   type  uuid

-- what the caller is here: clinician, admin, client, or null for everybody else
create or replace function @schema@.supachat_role() returns text
language sql stable security definer set search_path = '' as $$
  select coalesce(
    (select s.role from @schema@.clinicians s where s.user_id = @schema@.supachat_uid() and s.active),
    (select 'client' from @schema@.clients c where c.portal_user_id = @schema@.supachat_uid())
  )
$$;

-- whether the caller is the clinician of that client, now
create or replace function @schema@.supachat_treats(_client_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.clients c join @schema@.clinicians s on s.user_id = c.clinician_id and s.active
    where c.id = _client_id and s.user_id = @schema@.supachat_uid()
  )
$$;

-- whether the caller is one of the two who correspond
create or replace function @schema@.supachat_is_member(_client_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select @schema@.supachat_treats(_client_id) or exists (
    select from @schema@.clients c where c.id = _client_id and c.portal_user_id = @schema@.supachat_uid()
  )
$$;

-- who treats that client, for those who correspond
create or replace function @schema@.supachat_clinician(_client_id uuid) returns uuid
language sql stable security definer set search_path = '' as $$
  select c.clinician_id from @schema@.clients c where c.id = _client_id and @schema@.supachat_is_member(c.id)
$$;

-- @part topics
--   person  portal-user:
--   thread  portal:
--   typing  portal-typing:
--   known   @schema@.supachat_role()
--   sees    supachat_is_member

-- ------------------------------------------------------------------ policies

grant select on table @schema@.clients, @schema@.client_portal_messages to authenticated;
-- not sent_date: the time of a letter is the server's own
grant insert (id, client_id, clinician_id, sender_id, subject, message)
  on table @schema@.client_portal_messages to authenticated;
grant select on table @schema@.portal_notifications, @schema@.appointments,
  @schema@.assessment_critical_alerts, @schema@.notification_logs, @schema@.audit_logs to authenticated;
-- the project's own backend: in a schema of its own nothing is granted to it by default; what was logged stays
grant select, insert, update, delete on table @schema@.clinicians, @schema@.clients,
  @schema@.client_portal_messages, @schema@.portal_notifications, @schema@.appointments,
  @schema@.assessment_critical_alerts, @schema@.notification_logs, @schema@.supachat_read_cursors
  to service_role;
grant select, insert on table @schema@.audit_logs to service_role;

drop policy if exists supachat_@schema@_clients_read on @schema@.clients;
create policy supachat_@schema@_clients_read on @schema@.clients
  for select to authenticated
  using (@schema@.supachat_is_member(id) or (select @schema@.supachat_role()) = 'admin');

drop policy if exists supachat_@schema@_messages_read on @schema@.client_portal_messages;
create policy supachat_@schema@_messages_read on @schema@.client_portal_messages
  for select to authenticated
  using (@schema@.supachat_is_member(client_id));

drop policy if exists supachat_@schema@_messages_write on @schema@.client_portal_messages;
create policy supachat_@schema@_messages_write on @schema@.client_portal_messages
  for insert to authenticated
  with check (
    sender_id = (select @schema@.supachat_uid()) and @schema@.supachat_is_member(client_id)
    and clinician_id is not distinct from @schema@.supachat_clinician(client_id)
  );

drop policy if exists supachat_@schema@_notifications_read on @schema@.portal_notifications;
create policy supachat_@schema@_notifications_read on @schema@.portal_notifications
  for select to authenticated
  using (user_id = (select @schema@.supachat_uid()));

drop policy if exists supachat_@schema@_appointments_read on @schema@.appointments;
create policy supachat_@schema@_appointments_read on @schema@.appointments
  for select to authenticated
  using (@schema@.supachat_is_member(client_id));

drop policy if exists supachat_@schema@_alerts_read on @schema@.assessment_critical_alerts;
create policy supachat_@schema@_alerts_read on @schema@.assessment_critical_alerts
  for select to authenticated
  using (@schema@.supachat_treats(client_id) or (select @schema@.supachat_role()) = 'admin');

drop policy if exists supachat_@schema@_notification_logs_read on @schema@.notification_logs;
create policy supachat_@schema@_notification_logs_read on @schema@.notification_logs
  for select to authenticated
  using (user_id = (select @schema@.supachat_uid()) or (select @schema@.supachat_role()) = 'admin');

drop policy if exists supachat_@schema@_audit_logs_read on @schema@.audit_logs;
create policy supachat_@schema@_audit_logs_read on @schema@.audit_logs
  for select to authenticated
  using ((select @schema@.supachat_role()) = 'admin');

-- clinicians and supachat_read_cursors have no policy: they are reached through functions only

-- @part topic_policies
--   topics  ^portal(-user|-typing)?:
