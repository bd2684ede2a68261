-- Rights from claims and tables. Traps: policies that read auth.jwt(), restrictive policies beside permissive
-- ones, an update that may not leave its own filter, columns of which only some may be written, a policy of
-- one role that is granted to another, force row level security, policies that hide what has been deleted.
create type app_permission as enum ('posts.delete', 'posts.pin');
create table role_permissions (role text not null, permission app_permission not null, unique (role, permission));
insert into role_permissions values ('moderator', 'posts.delete'), ('moderator', 'posts.pin');
create table user_roles (user_id uuid primary key references auth.users on delete cascade, role text not null);

create function authorize(wanted app_permission) returns boolean
  language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select 1 from public.role_permissions p join public.user_roles r on r.role = p.role
    where r.user_id = (select auth.uid()) and p.permission = wanted
  );
end $$;

create table posts (
  id int generated always as identity primary key,
  author uuid not null default auth.uid(),
  body text not null,
  pinned boolean not null default false,
  deleted_at timestamptz
);
alter table role_permissions enable row level security;
alter table user_roles enable row level security;
alter table posts enable row level security;
alter table posts force row level security;
create policy "read own role" on user_roles for select using (user_id = (select auth.uid()));
create policy "everybody reads" on posts for select using (true);
create policy "authors write" on posts for insert to authenticated with check (author = (select auth.uid()));
create policy "authors change" on posts for update to authenticated
  using (author = (select auth.uid())) with check (author = (select auth.uid()));
create policy "moderators change" on posts for update to authenticated using (authorize('posts.pin'));
create policy "moderators delete" on posts for delete to authenticated using (authorize('posts.delete'));
create policy "the deleted is gone" on posts as restrictive for select
  using (deleted_at is null or coalesce(auth.jwt() -> 'app_metadata' ->> 'archive', '') = 'yes');
create policy "no guests" on posts as restrictive for insert to authenticated
  with check (coalesce((auth.jwt() ->> 'is_anonymous')::boolean, false) is false);
revoke update on posts from anon, authenticated;
grant update (body, pinned) on posts to authenticated;

create function claims() returns jsonb language sql stable as $$
  select jsonb_build_object('role', auth.jwt() ->> 'role', 'aal', auth.jwt() ->> 'aal',
    'provider', auth.jwt() -> 'app_metadata' ->> 'provider', 'name', auth.jwt() -> 'user_metadata' ->> 'full_name',
    'guest', auth.jwt() -> 'is_anonymous')
$$;
create function promote(person uuid) returns void language sql as $$ insert into user_roles values (person, 'moderator') $$;
revoke execute on function promote(uuid) from public, anon, authenticated;
