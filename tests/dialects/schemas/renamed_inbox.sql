-- The tables of inbox under other names; written by renamer.py, never by hand.
create table support_staff (
  user_id uuid primary key references auth.users (id) on delete cascade,
  nick text not null default '',
  role text not null default 'agent',
  active boolean not null default true
);
alter table support_staff enable row level security;
grant select on support_staff to authenticated;
create policy see on support_staff for select to authenticated using (true);
create table cases (
  id uuid primary key default gen_random_uuid(),
  phase text not null default 'open',
  assigned_to uuid references support_staff (user_id) on delete set null,
  channel text not null default 'web',
  customer_id text not null default '',
  customer_name text not null default '',
  customer_contact text not null default '',
  topic_line text not null default '',
  priority text not null default '',
  chatbot_enabled boolean not null default true,
  data jsonb not null default '{}',
  posted_at timestamptz not null default clock_timestamp(),
  modified_at timestamptz not null default clock_timestamp(),
  last_message_at timestamptz
);
alter table cases enable row level security;
grant select on cases to authenticated;
create policy see on cases for select to authenticated using (true);
create table ticket_messages (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references cases (id) on delete cascade,
  sender_role text not null,
  from_user text not null,
  author_name text not null default '',
  message_text text not null,
  data jsonb not null default '{}',
  posted_at timestamptz not null default clock_timestamp(),
  modified_at timestamptz not null default clock_timestamp()
);
alter table ticket_messages enable row level security;
grant select on ticket_messages to authenticated;
create policy see on ticket_messages for select to authenticated using (true);
create table canned_replies (
  id uuid primary key default gen_random_uuid(),
  shortcut text not null unique,
  name text not null default '',
  message_text text not null,
  modified_at timestamptz not null default clock_timestamp()
);
alter table canned_replies enable row level security;
grant select on canned_replies to authenticated;
create policy see on canned_replies for select to authenticated using (true);
grant insert on ticket_messages to authenticated;
create policy say on ticket_messages for insert to authenticated with check (from_user::text = auth.uid()::text);
