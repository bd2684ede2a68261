-- A chat that only the tests own: the database makes the keys, so a second try of an insert is a second
-- row. Rows are edited in place and deleted for good.
create table public.pairs (
  id text primary key,
  one uuid not null references auth.users,
  two uuid not null references auth.users
);
create table public.says (
  id bigint generated always as identity primary key,
  pair text not null references public.pairs,
  author uuid not null default auth.uid(),
  body text not null,
  at timestamptz not null default now(),
  changed timestamptz
);
create index says_in_order on public.says (pair, at, id);
create index says_by_change on public.says (pair, changed, id);

create function public.in_pair(_pair text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.pairs p where p.id = _pair and auth.uid() in (p.one, p.two))
$$;
create function public.plain_whoami() returns table (id text, name text)
language sql stable security definer set search_path = '' as $$
  select u.id::text, u.raw_user_meta_data ->> 'name' from auth.users u where u.id = auth.uid()
$$;
create function public.plain_threads() returns table (pair text, other text, other_name text)
language sql stable security definer set search_path = '' as $$
  select p.id, u.id::text, u.raw_user_meta_data ->> 'name'
  from public.pairs p join auth.users u on u.id in (p.one, p.two) and u.id <> auth.uid()
  where auth.uid() in (p.one, p.two)
$$;
create function public.plain_pair(_other text) returns table (pair text, other text, other_name text)
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.pairs values (
    least(auth.uid()::text, _other) || '_' || greatest(auth.uid()::text, _other), auth.uid(), _other::uuid
  ) on conflict do nothing;
  return query select * from public.plain_threads() t where t.other = _other;
end
$$;

alter table public.pairs enable row level security;
alter table public.says enable row level security;
create policy read_says on public.says for select to authenticated using (public.in_pair(pair));
create policy write_says on public.says for insert to authenticated
  with check (author = auth.uid() and public.in_pair(pair));
create policy edit_says on public.says for update to authenticated using (author = auth.uid());
create policy drop_says on public.says for delete to authenticated using (author = auth.uid());
grant select, insert, update, delete on public.says to authenticated;

create function public.says_changed() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.changed := clock_timestamp();
  return new;
end
$$;
create trigger says_changed before update on public.says
  for each row execute function public.says_changed();

create function public.says_tell() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.broadcast_changes(
    'plain:' || coalesce(new.pair, old.pair), tg_op, tg_op, tg_table_name, tg_table_schema, new, old
  );
  return null;
end
$$;
create trigger says_tell after insert or update or delete on public.says
  for each row execute function public.says_tell();
create policy hear_plain on realtime.messages for select to authenticated
  using (realtime.topic() like 'plain:%' and public.in_pair(substr(realtime.topic(), 7)));
