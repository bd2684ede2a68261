-- The tables of rooms under other names; written by renamer.py, never by hand.
create table discussions (
  id uuid primary key default gen_random_uuid(),
  topic text not null default '',
  posted_at timestamptz not null default clock_timestamp(),
  modified_at timestamptz not null default clock_timestamp()
);
alter table discussions enable row level security;
grant select on discussions to authenticated;
create policy see on discussions for select to authenticated using (true);
create table participants (
  discussion_id uuid not null references discussions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'collaborator',
  joined_at timestamptz not null default clock_timestamp(),
  primary key (discussion_id, user_id)
);
alter table participants enable row level security;
grant select on participants to authenticated;
create policy see on participants for select to authenticated using (true);
create table chat_lines (
  id uuid primary key default gen_random_uuid(),
  discussion_id uuid not null references discussions (id) on delete cascade,
  author_id uuid not null,
  text text not null,
  posted_at timestamptz not null default clock_timestamp()
);
alter table chat_lines enable row level security;
grant select on chat_lines to authenticated;
create policy see on chat_lines for select to authenticated using (true);
grant insert on chat_lines to authenticated;
create policy say on chat_lines for insert to authenticated with check (author_id::text = auth.uid()::text);
