-- Tenants in shared tables. Traps: composite primary keys, foreign keys over two columns and two of them over
-- the same column, a key by unique constraint, an upsert on a constraint that is not the primary key, a tree in
-- one table, cascade through three levels, a tenant that is chosen by a header.
create table tenants (id int primary key, slug text not null unique);
create table tenant_users (
  tenant_id int references tenants on delete cascade, user_id uuid, title text,
  primary key (tenant_id, user_id)
);
create table projects (
  tenant_id int not null references tenants on delete cascade,
  id int not null,
  code text not null,
  lead uuid,
  parent_id int,
  primary key (tenant_id, id),
  unique (tenant_id, code),
  foreign key (tenant_id, lead) references tenant_users (tenant_id, user_id) on delete cascade,
  foreign key (tenant_id, parent_id) references projects (tenant_id, id) on delete cascade
);
create table issues (
  tenant_id int not null, project_id int not null, number int not null,
  reporter uuid not null, assignee uuid, title text not null,
  primary key (tenant_id, project_id, number),
  constraint issue_project foreign key (tenant_id, project_id) references projects on delete cascade,
  constraint issue_reporter foreign key (tenant_id, reporter) references tenant_users,
  constraint issue_assignee foreign key (tenant_id, assignee) references tenant_users
);
create function tenant() returns int language sql stable security definer set search_path = '' as $$
  select t.id from public.tenants t join public.tenant_users u on u.tenant_id = t.id and u.user_id = auth.uid()
  where t.slug = coalesce(current_setting('request.headers', true)::json ->> 'x-tenant', t.slug)
  order by t.id limit 1
$$;
alter table tenants enable row level security;
alter table tenant_users enable row level security;
alter table projects enable row level security;
alter table issues enable row level security;
create policy mine on tenants using (id = tenant());
create policy mine on tenant_users using (tenant_id = tenant());
create policy mine on projects using (tenant_id = tenant());
create policy mine on issues using (tenant_id = tenant());
create function found(slug text) returns int language plpgsql security definer set search_path = '' as $$
declare
  made int;
begin
  insert into public.tenants values ((select coalesce(max(id), 0) + 1 from public.tenants), slug) returning id into made;
  insert into public.tenant_users values (made, auth.uid(), 'founder');
  return made;
end $$;
revoke execute on function found(text) from anon, public;
grant execute on function found(text) to authenticated;
