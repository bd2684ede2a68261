-- A room chat with profiles: the commonest public example.
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  username text not null unique,
  avatar_url text,
  updated_at timestamptz
);
create table public.rooms (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now()
);
create table public.room_participants (
  room_id uuid not null references public.rooms (id) on delete cascade,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (room_id, profile_id)
);
create table public.messages (
  id uuid primary key default gen_random_uuid(),
  room_id uuid not null references public.rooms (id) on delete cascade,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  content text not null check (content <> ''),
  created_at timestamptz not null default now()
);
alter table public.profiles enable row level security;
alter table public.rooms enable row level security;
alter table public.room_participants enable row level security;
alter table public.messages enable row level security;
grant select on public.profiles, public.rooms, public.room_participants, public.messages to authenticated;
grant insert on public.rooms, public.messages to authenticated;
create policy see on public.profiles for select to authenticated using (true);
create policy see_own on public.room_participants for select to authenticated using (profile_id = auth.uid());
create policy see_mine on public.rooms for select to authenticated
  using (exists (select from public.room_participants p where p.room_id = rooms.id and p.profile_id = auth.uid()));
create policy see_mine on public.messages for select to authenticated
  using (exists (select from public.room_participants p where p.room_id = messages.room_id and p.profile_id = auth.uid()));
create policy say on public.messages for insert to authenticated with check (profile_id = auth.uid());
alter publication supabase_realtime add table public.messages;
