-- A project that closes the doors which Supabase leaves open. Traps: default privileges taken back, for later
-- tables and functions too; rights to columns; a private schema with a function that a policy needs; a role of
-- the project's own; statement triggers with transition tables; a rule; sequences without rights.
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges revoke execute on functions from public; -- within one schema this changes nothing
alter default privileges in schema public revoke execute on functions from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon;
revoke all on schema public from public;
create schema if not exists internal;
revoke all on schema internal from public;
grant usage on schema internal to authenticated;

create table hidden (id int primary key, word text);
create table shown (id serial primary key, word text not null, secret text default 'none', made_by uuid default auth.uid());
grant select (id, word), insert (word), delete on shown to authenticated;
grant usage on sequence shown_id_seq to authenticated;
create function internal.allowed(person uuid) returns boolean language sql stable as 'select person is not null';
grant execute on function internal.allowed to authenticated;
create function not_callable() returns int language sql as 'select 1';
create function callable() returns int language sql as 'select 2';
grant execute on function callable() to authenticated;
alter table hidden enable row level security;
alter table shown enable row level security;
create policy p on shown to authenticated using (internal.allowed(auth.uid())) with check (word <> 'bad');

create table deletions (n bigint, words text[]);
alter table deletions enable row level security;
create function internal.count_deleted() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.deletions select count(*), array_agg(word order by word) from gone;
  return null;
end $$;
create trigger counted after delete on shown referencing old table as gone
  for each statement execute function internal.count_deleted();
create rule keep as on update to deletions do instead nothing;
do $$ begin
  if not exists (select from pg_roles where rolname = 'closed_reader') then
    create role closed_reader nologin;
  end if;
end $$;
grant usage on schema public to closed_reader;
grant select on hidden to closed_reader;
grant closed_reader to service_role;
