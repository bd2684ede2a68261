-- The tables of direct under other names; written by renamer.py, never by hand.
create table dialogs (
  chat_id text primary key,
  user_a_mongo_id text,
  user_b_mongo_id text,
  user_a_supabase_id uuid,
  user_b_supabase_id uuid,
  posted_at timestamptz default now(),
  last_message_at timestamptz
);
alter table dialogs enable row level security;
grant select on dialogs to authenticated;
create policy see on dialogs for select to authenticated using (true);
create table chat_lines (
  id uuid primary key default gen_random_uuid(),
  chat_id text not null,
  from_auth_id uuid not null,
  author_app_id text not null,
  to_app_user text not null,
  message_text text not null,
  posted_at timestamptz not null default now()
);
alter table chat_lines enable row level security;
grant select on chat_lines to authenticated;
create policy see on chat_lines for select to authenticated using (true);
grant insert on chat_lines to authenticated;
create policy say on chat_lines for insert to authenticated with check (from_auth_id::text = auth.uid()::text);
