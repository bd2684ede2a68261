-- The tables and functions of test_rest.py and test_rest_shapes.py. Run as the role postgres.
create table people (id uuid primary key, name text not null unique, boss uuid references people);
create table rooms (id bigint generated always as identity primary key, title text not null default 'new');
create table members (
  room bigint references rooms on delete cascade, person uuid references people, primary key (room, person)
);
create type mood as enum ('calm', 'loud');
create table notes (
  id uuid primary key default gen_random_uuid(),
  room bigint not null references rooms on delete cascade,
  author uuid not null default auth.uid() references people,
  body text not null check (body <> ''),
  meta jsonb not null default '{"v": 1}',
  tags text[] not null default '{}',
  mood mood not null default 'calm',
  seen int4range,
  found tsvector generated always as (to_tsvector('english', body)) stored,
  "50%; drop" int,
  created_at timestamptz not null default now()
);
create table secrets (id int primary key, word text);
revoke all on secrets from anon, authenticated;
create view loud_notes as select id, body from notes where mood = 'loud';
alter table people enable row level security;
alter table notes enable row level security;
create policy people_all on people to authenticated using (true) with check (true);
create policy notes_read on notes for select to authenticated using (true);
create policy notes_write on notes for insert to authenticated with check (author = auth.uid());
create policy notes_change on notes for update to authenticated using (author = auth.uid());
create policy notes_remove on notes for delete to authenticated using (author = auth.uid());
create function add(a int, b int default 10) returns int language sql immutable as 'select a + b';
create function twice(n int) returns setof int language sql stable as 'select n union all select n * 2';
create function same(x text) returns text language sql stable as 'select x';
create function same(x int) returns text language sql stable as 'select x::text';
create function joined(variadic words text[]) returns text language sql stable
  as $$ select array_to_string(words, '-') $$;
create function kind(jsonb) returns text language sql stable as 'select jsonb_typeof($1)';
create function pair(out one int, out two text) language sql stable as $$ select 1, 'b' $$;
create function nobody() returns people language sql stable as 'select null::people';
create function who() returns json language sql stable as $$
  select json_build_object('uid', auth.uid(), 'user', current_user, 'path', current_setting('request.path'),
    'agent', current_setting('request.headers')::json ->> 'user-agent')
$$;
create function all_notes() returns setof notes language sql stable as 'select * from notes';
create function make_room() returns void language sql as 'insert into rooms default values';
create function teapot() returns void language plpgsql
  as $$ begin raise sqlstate 'PT418' using message = 'short'; end $$;
create function forever() returns void language sql as 'select pg_sleep(30)';
