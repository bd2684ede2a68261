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
alter table @schema@.supachat_read_cursors enable row level security;
revoke all on table @schema@.clinicians from public, anon, authenticated;
revoke all on table @schema@.clients from public, anon, authenticated;
revoke all on table @schema@.client_portal_messages from public, anon, authenticated;
revoke all on table @schema@.portal_notifications from public, anon, authenticated;
revoke all on table @schema@.appointments from public, anon, authenticated;
revoke all on table @schema@.assessment_critical_alerts from public, anon, authenticated;
revoke all on table @schema@.notification_logs from public, anon, authenticated;
revoke all on table @schema@.audit_logs from public, anon, authenticated;
revoke all on table @schema@.supachat_read_cursors from public, anon, authenticated;

-- ------------------------------------------------------------------ what Realtime is told

do $publication$
declare
  name text;
begin
  foreach name in array array[
    'client_portal_messages', 'portal_notifications', 'appointments', 'assessment_critical_alerts',
    'notification_logs', 'audit_logs'
  ] loop
    if not exists (
      select from pg_publication_tables
      where pubname = 'supabase_realtime' and schemaname = '@schema@' and tablename = name
    ) then
      execute format('alter publication supabase_realtime add table %I.%I', '@schema@', name);
    end if;
  end loop;
end
$publication$;

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

-- the client who ends a topic's name; null for a name that is none of ours
create or replace function @schema@.supachat_topic_key(_topic text, _head text) returns uuid
language sql immutable set search_path = '' as $$
  select case
    when starts_with(_topic, _head)
      and substr(_topic, length(_head) + 1) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    then substr(_topic, length(_head) + 1)::uuid
  end
$$;

create or replace function @schema@.supachat_may_listen(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    case
      when starts_with(_topic, 'portal-user:') then
        _extension = 'broadcast' and @schema@.supachat_role() is not null
          and _topic = 'portal-user:' || @schema@.supachat_uid()::text
      when starts_with(_topic, 'portal:') then
        _extension = 'broadcast' and @schema@.supachat_is_member(@schema@.supachat_topic_key(_topic, 'portal:'))
      when starts_with(_topic, 'portal-typing:') then
        _extension in ('broadcast', 'presence')
          and @schema@.supachat_is_member(@schema@.supachat_topic_key(_topic, 'portal-typing:'))
    end,
    false
  );
exception when others then
  return false;
end
$$;

-- typing and presence, nothing else
create or replace function @schema@.supachat_may_speak(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    _extension in ('broadcast', 'presence')
      and @schema@.supachat_is_member(@schema@.supachat_topic_key(_topic, 'portal-typing:')),
    false
  );
exception when others then
  return false;
end
$$;

-- ------------------------------------------------------------------ policies

grant select on table @schema@.clients to authenticated;
grant select on table @schema@.client_portal_messages to authenticated;
-- not sent_date: the time of a letter is the server's own
grant insert (id, client_id, clinician_id, sender_id, subject, message)
  on table @schema@.client_portal_messages to authenticated;
grant select on table @schema@.portal_notifications to authenticated;
grant select on table @schema@.appointments to authenticated;
grant select on table @schema@.assessment_critical_alerts to authenticated;
grant select on table @schema@.notification_logs to authenticated;
grant select on table @schema@.audit_logs to authenticated;
-- the project's own backend: in a schema of its own nothing is granted to it by default; what was logged stays
grant select, insert, update, delete on table @schema@.clinicians to service_role;
grant select, insert, update, delete on table @schema@.clients to service_role;
grant select, insert, update, delete on table @schema@.client_portal_messages to service_role;
grant select, insert, update, delete on table @schema@.portal_notifications to service_role;
grant select, insert, update, delete on table @schema@.appointments to service_role;
grant select, insert, update, delete on table @schema@.assessment_critical_alerts to service_role;
grant select, insert, update, delete on table @schema@.notification_logs to service_role;
grant select, insert, update, delete on table @schema@.supachat_read_cursors to service_role;
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

drop policy if exists supachat_@schema@_portal_listen on realtime.messages;
create policy supachat_@schema@_portal_listen on realtime.messages
  for select to authenticated
  using (@schema@.supachat_may_listen(topic, extension));

drop policy if exists supachat_@schema@_portal_speak on realtime.messages;
create policy supachat_@schema@_portal_speak on realtime.messages
  for insert to authenticated
  with check (@schema@.supachat_may_speak(topic, extension));

-- restrictive: a policy that opens every topic to everybody opens ours to nobody
drop policy if exists supachat_@schema@_portal_strangers on realtime.messages;
create policy supachat_@schema@_portal_strangers on realtime.messages
  as restrictive for all to public
  using (current_user = 'authenticated' or topic !~ '^portal(-user|-typing)?:')
  with check (current_user = 'authenticated' or topic !~ '^portal(-user|-typing)?:');

drop policy if exists supachat_@schema@_portal_members on realtime.messages;
create policy supachat_@schema@_portal_members on realtime.messages
  as restrictive for all to authenticated
  using (topic !~ '^portal(-user|-typing)?:' or @schema@.supachat_may_listen(topic, extension))
  with check (topic !~ '^portal(-user|-typing)?:' or @schema@.supachat_may_speak(topic, extension));
