-- From one person to another, about a thing or about none, and no table of threads. What may be null is.
create table public.offers (id bigint generated always as identity primary key, title text);
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  username text not null
);
create table public.private_messages (
  id uuid primary key default gen_random_uuid(),
  offer_id bigint references public.offers (id),
  sender_id uuid references auth.users (id),
  receiver_id uuid references auth.users (id),
  content text not null,
  created_at timestamptz default now()
);
alter table public.profiles enable row level security;
alter table public.private_messages enable row level security;
grant select on public.profiles to authenticated;
grant select, insert on public.private_messages to authenticated;
create policy see on public.profiles for select to authenticated using (true);
create policy mine on public.private_messages for select to authenticated
  using (auth.uid() in (sender_id, receiver_id));
create policy say on public.private_messages for insert to authenticated
  with check (sender_id = auth.uid() and receiver_id <> auth.uid());
