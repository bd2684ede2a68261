-- Views of every kind. Traps: a view runs with its owner's rights and shows what row security hides, unless it
-- is a security_invoker; rights to a view are granted like a table's; views that can be written to, by
-- themselves or by a trigger; embeds that follow a key through a view; a materialized view.
create table authors (id int primary key, name text not null, owner uuid default auth.uid());
create table articles (
  id int primary key, author_id int not null references authors on delete cascade,
  title text not null, published boolean not null default false
);
alter table authors enable row level security;
alter table articles enable row level security;
create policy everybody on authors for select to authenticated using (true);
create policy own on authors for all to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
create policy own on articles for all to authenticated
  using (exists (select 1 from authors a where a.id = author_id and a.owner = auth.uid()));

create view published as select id, title, author_id from articles where published;
create view my_articles with (security_invoker = true) as
  select a.id as article, a.title as heading, a.author_id as writer, a.published from articles a;
create view overview with (security_invoker = on, security_barrier) as
  select p.id, p.title as "Title", au.name as author, count(*) over () as "all"
  from articles p join authors au on au.id = p.author_id;
create view writers with (security_invoker) as select id as writer_id, name from authors;
create view nested with (security_invoker) as select article, writer as by from my_articles;
create materialized view counts as select author_id, count(*) as n from articles group by author_id;
revoke all on counts from anon;

create view article_names with (security_invoker) as
  select a.title, au.name from articles a join authors au on au.id = a.author_id;
create function write_article_name() returns trigger language plpgsql as $$
begin
  insert into articles (id, author_id, title)
  values ((select coalesce(max(id), 0) + 1 from articles), (select id from authors where name = new.name), new.title);
  return new;
end $$;
create trigger write_it instead of insert on article_names for each row execute function write_article_name();
create function recount() returns void language sql security definer set search_path = public
  as 'refresh materialized view counts';
