-- The tables and functions of test_rest_more.py. Run as the role postgres.
create type mood as enum ('calm', 'loud');
create table people (id int primary key, first text not null, last text not null, born date);
create table films (
  id int primary key, title text not null, director int references people, year int,
  mood mood not null default 'calm', meta jsonb not null default '{}', at timestamptz default '2026-01-01 00:00Z'
);
create table roles (film int references films on delete cascade, actor int references people, part text,
  primary key (film, actor));
create table stock (shop text, item text, n int not null default 1, note text, primary key (shop, item));
create table diary (id int primary key, word text);
revoke all on diary from anon;
comment on table films is 'What is shown';
comment on column films.title is 'On the poster';

create function full_name(people) returns text language sql stable as $$ select $1.first || ' ' || $1.last $$;
create function last_film(people) returns setof films rows 1 language sql stable
  as $$ select * from films where director = $1.id order by year desc limit 1 $$;
create function acted_in(person people) returns setof films language sql stable
  as $$ select films.* from films join roles on film = films.id where actor = person.id $$;
create function everybody() returns setof people language sql stable as 'select * from people';
create function changing() returns int language sql stable as 'select 7';
create function told(status text, headers text) returns int language sql as $$
  select set_config('response.status', status, true), set_config('response.headers', headers, true);
  select 1
$$;
create schema other;
grant usage on schema other to anon, authenticated;
create table other.films (id int primary key, name text);
grant select, insert on other.films to anon;
create function other.how_many() returns bigint language sql stable as 'select count(*) from people';
insert into other.films values (1, 'elsewhere');

insert into people values (1, 'Ada', 'Zed', '1900-01-01'), (2, 'Bo', 'Yak', null), (3, 'Cy', 'Xi', '1950-05-05');
insert into films (id, title, director, year, meta) values
  (1, 'One', 1, 1930, '{"stars": 5, "tags": ["old"]}'), (2, 'Two', 2, 1980, '{"stars": 3}'),
  (3, 'Three', 1, 1940, '{}'), (4, 'Four', null, 2000, '{"stars": 4, "by": {"name": "x"}}');
insert into roles values (1, 2, 'lead'), (1, 3, 'voice'), (2, 3, 'lead');
