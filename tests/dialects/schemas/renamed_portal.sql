-- The tables of portal under other names; written by renamer.py, never by hand.
create table caregivers (
  user_id uuid primary key references auth.users (id) on delete cascade,
  nick text not null default '',
  role text not null default 'clinician',
  active boolean not null default true
);
alter table caregivers enable row level security;
grant select on caregivers to authenticated;
create policy see on caregivers for select to authenticated using (true);
create table cases (
  id uuid primary key default gen_random_uuid(),
  portal_user_id uuid unique,
  clinician_id uuid references caregivers (user_id) on delete set null,
  nick text not null default '',
  sent_at timestamptz not null default clock_timestamp()
);
alter table cases enable row level security;
grant select on cases to authenticated;
create policy see on cases for select to authenticated using (true);
create table letters (
  id uuid primary key default gen_random_uuid(),
  matter_id uuid not null references cases (id) on delete cascade,
  clinician_id uuid,
  from_user uuid not null,
  regarding text not null default '',
  letter_text text not null,
  sent_on timestamptz not null default clock_timestamp()
);
alter table letters enable row level security;
grant select on letters to authenticated;
create policy see on letters for select to authenticated using (true);
create table portal_notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  severity text not null default 'info',
  subject_line text not null,
  message_text text not null default '',
  sent_at timestamptz not null default clock_timestamp(),
  acknowledged_at timestamptz,
  acknowledged_by uuid
);
alter table portal_notifications enable row level security;
grant select on portal_notifications to authenticated;
create policy see on portal_notifications for select to authenticated using (true);
create table appointments (
  id uuid primary key default gen_random_uuid(),
  matter_id uuid not null references cases (id) on delete cascade,
  clinician_id uuid,
  subject_line text not null default '',
  state text not null default 'scheduled',
  starts_at timestamptz not null,
  ends_at timestamptz,
  sent_at timestamptz not null default clock_timestamp(),
  edited_at timestamptz not null default clock_timestamp()
);
alter table appointments enable row level security;
grant select on appointments to authenticated;
create policy see on appointments for select to authenticated using (true);
create table assessment_critical_alerts (
  id uuid primary key default gen_random_uuid(),
  matter_id uuid not null references cases (id) on delete cascade,
  severity text not null default 'critical',
  subject_line text not null,
  message_text text not null default '',
  sent_at timestamptz not null default clock_timestamp(),
  acknowledged_at timestamptz,
  acknowledged_by uuid
);
alter table assessment_critical_alerts enable row level security;
grant select on assessment_critical_alerts to authenticated;
create policy see on assessment_critical_alerts for select to authenticated using (true);
create table notification_logs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  severity text not null default 'info',
  subject_line text not null,
  message_text text not null default '',
  sent_at timestamptz not null default clock_timestamp()
);
alter table notification_logs enable row level security;
grant select on notification_logs to authenticated;
create policy see on notification_logs for select to authenticated using (true);
create table audit_logs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  action_type text not null,
  resource_type text not null default '',
  action_description text not null default '',
  sent_at timestamptz not null default clock_timestamp()
);
alter table audit_logs enable row level security;
grant select on audit_logs to authenticated;
create policy see on audit_logs for select to authenticated using (true);
grant insert on letters to authenticated;
create policy say on letters for insert to authenticated with check (from_user::text = auth.uid()::text);
