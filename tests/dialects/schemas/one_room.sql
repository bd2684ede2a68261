-- One room for everybody: messages, and no table of threads.
create table public.people (
  id uuid primary key references auth.users (id) on delete cascade,
  nickname text not null
);
create table public.message_wall (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null default auth.uid() references public.people (id),
  message text not null,
  created_at timestamptz not null default now()
);
alter table public.people enable row level security;
alter table public.message_wall enable row level security;
grant select on public.people to authenticated;
grant select, insert on public.message_wall to authenticated;
create policy see on public.people for select to authenticated using (true);
create policy hear on public.message_wall for select to authenticated using (true);
create policy shout on public.message_wall for insert to authenticated with check (person_id = auth.uid());
alter publication supabase_realtime add table public.message_wall;
