-- A migration that may run twice. Traps: do blocks that look in information_schema and the system catalogs
-- before they change anything, policies made only where none is, duplicate_object caught, a publication that is
-- asked first, dynamic SQL, a notice, a temporary table, columns added and renamed.
create table if not exists tasks (id serial primary key, title text);
alter table tasks add column if not exists done boolean not null default false;

do $$
begin
  if not exists (
    select 1 from information_schema.columns
    where table_schema = 'public' and table_name = 'tasks' and column_name = 'owner_id'
  ) then
    alter table public.tasks add column owner_id uuid default auth.uid() references auth.users (id) on delete cascade;
  end if;
  if exists (
    select 1 from information_schema.columns
    where table_schema = 'public' and table_name = 'tasks' and column_name = 'title'
  ) then
    alter table public.tasks rename column title to headline;
  end if;
  if not exists (select from information_schema.tables where table_schema = 'auth' and table_name = 'users') then
    raise exception 'this is no Supabase project';
  end if;
  if not exists (
    select from information_schema.table_constraints
    where constraint_name = 'headline_filled' and table_name = 'tasks'
  ) then
    alter table tasks add constraint headline_filled check (headline <> '');
  end if;
end;
$$;

do $do$
declare
  role_name text;
begin
  begin
    create type priority as enum ('low', 'high');
  exception when duplicate_object then
    raise notice 'priority is there';
  end;
  begin
    create type priority as enum ('low', 'high');
  exception when duplicate_object then
    null;
  end;
  if not exists (select 1 from pg_policies where schemaname = 'public' and tablename = 'tasks' and policyname = 'own') then
    execute $sql$create policy "own" on public.tasks to authenticated using ((select auth.uid()) = owner_id)$sql$;
  end if;
  if not exists (
    select 1 from pg_publication_tables where pubname = 'supabase_realtime' and tablename = 'tasks'
  ) then
    alter publication supabase_realtime add table public.tasks;
  end if;
  for role_name in select rolname from pg_roles where rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('grant select on public.tasks to %I', role_name);
  end loop;
  if (select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'auth' and p.proname in ('uid', 'role', 'jwt', 'email')) <> 4 then
    raise exception 'auth is not as it should be';
  end if;
end
$do$;
drop policy if exists "not there" on tasks;
drop trigger if exists nothing on tasks;
drop function if exists nothing(int, text);
create temporary table staging (headline text) on commit drop;
insert into staging values ('from staging');
insert into tasks (headline, owner_id) select headline, null from staging;
alter table tasks add column if not exists priority priority not null default 'low';
alter table tasks enable row level security;
grant usage, select on all sequences in schema public to authenticated;
