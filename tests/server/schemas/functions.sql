-- An API of functions. Traps: defaults, overloads that differ in names and overloads that do not, out
-- parameters, tables, sets, records, arrays, JSON, void, variadic, a function that only one role may call,
-- a search path that must hold extensions, errors with codes of their own.
create table counters (name text primary key, n int not null default 0);
alter table counters enable row level security;

create function bump(counter text, step int default 1, note text default null) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  found_n int;
begin
  if step = 0 then
    raise exception 'a step of nothing' using errcode = 'P0001', hint = 'use 1', detail = format('counter %s', counter);
  elsif step < 0 then
    raise sqlstate 'PT422' using message = 'no way back';
  end if;
  insert into public.counters as c values (counter, step)
  on conflict (name) do update set n = c.n + excluded.n returning n into found_n;
  return found_n;
end $$;
create function area(side numeric) returns numeric language sql immutable return side * side;
create function area(width numeric, height numeric) returns numeric language sql immutable return width * height;
create function area(radius double precision, unit text) returns text language sql immutable
  as $$ select round((pi() * radius * radius)::numeric, 1) || unit $$;
create function listed() returns table (name text, n int) language sql stable security definer set search_path = public
  as $$ select name, n from counters order by name $$;
create function one() returns counters language sql stable security definer set search_path = public
  as $$ select * from counters order by n desc limit 1 $$;
create function minmax(numbers int[], out low int, out high int) language sql immutable
  as $$ select min(x), max(x) from unnest(numbers) x $$;
create function words(variadic parts text[]) returns text language sql immutable return array_to_string(parts, ' ');
create function spread(data jsonb) returns setof jsonb language sql immutable as $$ select jsonb_array_elements(data) $$;
create function hashed(word text) returns text language sql immutable
  as $$ select encode(digest(word, 'sha256'), 'hex') $$;
create function me() returns json language sql stable
  as $$ select json_build_object('id', auth.uid(), 'role', auth.role(), 'email', auth.email()) $$;
create procedure never() language sql as 'select 1';
create function only_users() returns int language sql immutable return 7;
revoke execute on function only_users() from public, anon;
create function inout_it(inout a int, inout b int default 5) language sql immutable as 'select b, a';
