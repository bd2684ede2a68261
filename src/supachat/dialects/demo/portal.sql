-- supachat, demo of the dialect portal: letters of clients, and the feeds beside them. A thread's id is
-- its client's.
with input as (select %(story)s::jsonb as story),
people as (
  select p.* from input, jsonb_to_recordset(story -> 'people') as p(id uuid, handle text, name text)
),
clinicians as (
  insert into @schema@.clinicians (user_id, display_name, role)
    select id, name, case when story -> 'admins' ? handle then 'admin' else 'clinician' end from people, input
    on conflict (user_id) do update set display_name = excluded.display_name
),
threads as (
  select t.* from input, jsonb_to_recordset(story -> 'threads')
    as t(id uuid, title text, owner text, account uuid, first_at timestamptz)
),
clients as (
  insert into @schema@.clients (id, portal_user_id, clinician_id, display_name, created_at)
    select t.id, t.account, p.id, t.title, t.first_at
    from threads t join people p on p.handle = t.owner
    on conflict do nothing
),
letters as (
  insert into @schema@.client_portal_messages (id, client_id, clinician_id, sender_id, subject, message,
      sent_date)
    select m.id, m.thread, o.id, coalesce(p.id, t.account), coalesce(m.subject, ''), m.body, m.at
    from input, jsonb_to_recordset(story -> 'messages')
      as m(id uuid, thread uuid, author text, subject text, body text, at timestamptz)
    join threads t on t.id = m.thread
    join people o on o.handle = t.owner
    left join people p on p.handle = m.author
    on conflict do nothing
),
rows as (
  select r.*, p.id as person from input, jsonb_to_recordset(story -> 'rows')
    as r(id uuid, feed text, thread uuid, "to" text, severity text, title text, body text, action text,
      status text, at timestamptz, starts_at timestamptz, taken_at timestamptz, closed_at timestamptz)
  join people p on p.handle = r.to
),
notifications as (
  insert into @schema@.portal_notifications (id, user_id, severity, title, body, created_at,
      acknowledged_at, acknowledged_by)
    select id, person, severity, title, body, at, taken_at, case when taken_at is not null then person end
    from rows where feed = 'notifications'
    on conflict do nothing
),
appointments as (
  insert into @schema@.appointments (id, client_id, clinician_id, title, status, starts_at, ends_at,
      created_at, updated_at)
    select id, thread, person, title, status, starts_at, starts_at + interval '30 minutes', at, at
    from rows where feed = 'appointments'
    on conflict do nothing
),
alerts as (
  insert into @schema@.assessment_critical_alerts (id, client_id, severity, title, body, created_at,
      acknowledged_at, acknowledged_by, closed_at, closed_by)
    select id, thread, severity, title, body, at, taken_at, case when taken_at is not null then person end,
      closed_at, case when closed_at is not null then person end
    from rows where feed = 'alerts'
    on conflict do nothing
),
logs as (
  insert into @schema@.notification_logs (id, user_id, severity, title, body, created_at)
    select id, person, severity, title, body, at from rows where feed = 'log'
    on conflict do nothing
),
audit as (
  insert into @schema@.audit_logs (id, user_id, action_type, resource_type, action_description, created_at)
    select id, person, action, title, body, at from rows where feed = 'audit'
    on conflict do nothing
)
insert into @schema@.supachat_read_cursors (user_id, client_id, read_message_id, read_at)
  select p.id, r.thread, r.message, r.at
  from input, jsonb_to_recordset(story -> 'reads')
    as r(reader text, thread uuid, message uuid, at timestamptz)
  join people p on p.handle = r.reader
  on conflict do nothing
