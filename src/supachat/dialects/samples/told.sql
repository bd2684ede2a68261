-- supachat, sample: rooms whose messages are told and never stored.
--
-- For a project that keeps no chat rows: who is in which room stands in two tables, what is said goes by
-- client broadcast on the private topic session:<room id>. Whoever may broadcast there can say anything in
-- any member's name, so supachat marks all that it hears as unverified. Run it as postgres, as often as you
-- like. PostgreSQL 15 to 18. The map that goes with it is told.toml. Not in a project that has the dialect
-- rooms: that one seals the topics of the same name.

begin;

create table if not exists public.told_rooms (
  id uuid primary key default gen_random_uuid(),
  title text not null default '' check (length(title) <= 200),
  owner_id uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz not null default clock_timestamp()
);

-- the owner is not in it
create table if not exists public.told_collaborators (
  room_id uuid not null references public.told_rooms (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  primary key (room_id, user_id)
);

-- no policies: both are reached through the functions below, and by the project's own backend
alter table public.told_rooms enable row level security;
alter table public.told_collaborators enable row level security;
revoke all on table public.told_rooms, public.told_collaborators from public, anon, authenticated;
grant select, insert, update, delete on table public.told_rooms, public.told_collaborators to service_role;

-- ------------------------------------------------------------------ who may hear and speak

create or replace function public.told_is_member(_topic text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.told_rooms r
    where 'session:' || r.id::text = _topic and (
      r.owner_id = auth.uid()
      or exists (select from public.told_collaborators c where c.room_id = r.id and c.user_id = auth.uid())
    )
  );
exception when others then
  return false; -- a policy must not raise
end
$$;

drop policy if exists told_listen on realtime.messages;
create policy told_listen on realtime.messages for select to authenticated
  using (public.told_is_member(topic) or topic = 'user:' || (select auth.uid())::text);

drop policy if exists told_speak on realtime.messages;
create policy told_speak on realtime.messages for insert to authenticated
  with check (public.told_is_member(topic));

-- ------------------------------------------------------------------ what the map calls

create or replace function public.told_name(_user_id uuid) returns text
language sql stable security definer set search_path = '' as $$
  select left(coalesce(u.raw_user_meta_data ->> 'name', ''), 80) from auth.users u where u.id = _user_id
$$;

create or replace function public.told_whoami() returns table (user_id uuid, name text)
language sql stable security definer set search_path = '' as $$
  select auth.uid(), public.told_name(auth.uid()) where auth.uid() is not null
$$;

create or replace function public.told_list()
returns table (room_id uuid, title text, owner_id uuid, created_at timestamptz, members jsonb)
language sql stable security definer set search_path = '' as $$
  select r.id, r.title, r.owner_id, r.created_at, w.members
  from public.told_rooms r
  cross join lateral (
    select jsonb_agg(jsonb_build_object('id', p.id, 'name', public.told_name(p.id)) order by p.id) as members
    from (
      select r.owner_id as id
      union select c.user_id from public.told_collaborators c where c.room_id = r.id
    ) p
  ) w
  where public.told_is_member('session:' || r.id::text)
  order by r.created_at desc, r.id
  limit 1000
$$;

revoke execute on function public.told_is_member(text), public.told_name(uuid), public.told_whoami(),
  public.told_list() from public, anon, authenticated;
grant execute on function public.told_is_member(text), public.told_whoami(), public.told_list()
  to authenticated;

notify pgrst, 'reload schema';

commit;
