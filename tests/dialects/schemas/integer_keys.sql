-- Tickets of a help desk: integer keys everywhere, names of its own for what is common, other text about.
create table public.people (
  person_id uuid primary key references auth.users (id) on delete cascade,
  full_name text not null
);
create table public.tickets (
  ticket_no integer generated always as identity primary key,
  topic text not null,
  state text not null default 'open',
  opened_at timestamptz not null default now()
);
create table public.ticket_comments (
  comment_no bigint generated always as identity primary key,
  ticket_no integer not null references public.tickets (ticket_no),
  author uuid not null references public.people (person_id),
  text text not null,
  posted_at timestamptz not null default now()
);
create table public.articles (
  id integer generated always as identity primary key,
  headline text not null,
  body text not null,
  author uuid references public.people (person_id),
  published_at timestamptz
);
alter table public.people enable row level security;
alter table public.tickets enable row level security;
alter table public.ticket_comments enable row level security;
alter table public.articles enable row level security;
grant select on public.people, public.tickets, public.ticket_comments, public.articles to authenticated;
grant insert on public.tickets, public.ticket_comments to authenticated;
create policy see on public.people for select to authenticated using (true);
create policy see on public.tickets for select to authenticated using (true);
create policy see on public.ticket_comments for select to authenticated using (true);
create policy see on public.articles for select to authenticated using (published_at is not null);
create policy say on public.ticket_comments for insert to authenticated with check (author = auth.uid());
