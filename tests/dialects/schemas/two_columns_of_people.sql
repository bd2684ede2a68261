-- A thread between two, who stand in two of its columns; the message says again to whom it is.
create table public.members (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text
);
create table public.conversations (
  id uuid primary key default gen_random_uuid(),
  user1_id uuid not null references public.members (id),
  user2_id uuid not null references public.members (id),
  created_at timestamptz not null default now(),
  unique (user1_id, user2_id)
);
create table public.messages (
  id uuid not null default gen_random_uuid(),
  conversation_id uuid not null references public.conversations (id),
  sender_id uuid not null references public.members (id),
  recipient_id uuid not null references public.members (id),
  text text not null,
  flags text[] not null,
  created_at timestamptz not null default now(),
  primary key (id, created_at)
);
alter table public.members enable row level security;
alter table public.conversations enable row level security;
alter table public.messages enable row level security;
grant select on public.members, public.conversations to authenticated;
grant select, insert on public.messages to authenticated;
create policy see on public.members for select to authenticated using (true);
create policy mine on public.conversations for select to authenticated using (auth.uid() in (user1_id, user2_id));
create policy mine on public.messages for select to authenticated using (auth.uid() in (sender_id, recipient_id));
create policy say on public.messages for insert to authenticated
  with check (sender_id = auth.uid() and recipient_id <> auth.uid());
