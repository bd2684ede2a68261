-- An assistant's chat: what was said is a JSON object in "payload", and not a text.
create table public.chats (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null default 'New chat',
  created_at timestamptz not null default now()
);
create table public.chat_events (
  id uuid primary key default gen_random_uuid(),
  chat_id uuid not null references public.chats (id) on delete cascade,
  user_id uuid references auth.users (id),
  role text not null check (role in ('user', 'assistant', 'system')),
  payload jsonb not null,
  created_at timestamptz not null default now()
);
alter table public.chats enable row level security;
alter table public.chat_events enable row level security;
grant select on public.chats, public.chat_events to authenticated;
grant insert on public.chats, public.chat_events to authenticated;
create policy own on public.chats for all to authenticated using (user_id = auth.uid());
create policy own on public.chat_events for select to authenticated
  using (exists (select from public.chats c where c.id = chat_id and c.user_id = auth.uid()));
create policy say on public.chat_events for insert to authenticated with check (user_id = auth.uid() and role = 'user');
