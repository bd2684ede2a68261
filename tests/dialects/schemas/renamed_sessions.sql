-- The tables of sessions under other names; written by renamer.py, never by hand.
create table discussions (
  id text primary key,
  user_id text,
  name text,
  state text default 'active',
  last_activity timestamptz default now(),
  inserted_at timestamptz default now(),
  edited_at timestamptz default now(),
  extra jsonb default '{}'
);
alter table discussions enable row level security;
grant select on discussions to authenticated;
create policy see on discussions for select to authenticated using (true);
create table chat_lines (
  id uuid primary key default gen_random_uuid(),
  discussion_id text not null references discussions (id) on delete cascade,
  user_id text,
  message text not null,
  role text not null,
  extra jsonb default '{}',
  inserted_at timestamptz default now(),
  edited_at timestamptz default now(),
  state text default 'delivered',
  message_type text default 'text'
);
alter table chat_lines enable row level security;
grant select on chat_lines to authenticated;
create policy see on chat_lines for select to authenticated using (true);
create table user_presence (
  user_id text primary key,
  discussion_id text not null,
  state text default 'online',
  last_seen timestamptz default now(),
  is_typing boolean default false,
  typing_in_session text,
  extra jsonb default '{}'
);
alter table user_presence enable row level security;
grant select on user_presence to authenticated;
create policy see on user_presence for select to authenticated using (true);
create table crypto_prices (
  id uuid primary key default gen_random_uuid(),
  symbol text not null,
  price numeric not null,
  change_24h numeric default 0,
  change_percentage_24h numeric default 0,
  market_cap bigint default 0,
  volume_24h bigint default 0,
  last_updated timestamptz default now()
);
alter table crypto_prices enable row level security;
grant select on crypto_prices to authenticated;
create policy see on crypto_prices for select to authenticated using (true);
grant insert on chat_lines to authenticated;
create policy say on chat_lines for insert to authenticated with check (user_id::text = auth.uid()::text);
