-- Roles, schemas and default rights, as a Supabase project has them. Idempotent, PostgreSQL 15 to 18.
-- Runs as the superuser supabase_admin. Passwords are set by the launcher, never here.

do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('authenticator', 'login noinherit'),
      ('postgres', 'login createdb createrole replication bypassrls'),
      ('dashboard_user', 'nologin createdb createrole replication'),
      ('supabase_auth_admin', 'nologin noinherit createrole'),
      ('supabase_storage_admin', 'nologin noinherit createrole'),
      ('supabase_realtime_admin', 'nologin noinherit')
    ) as roles(name, options)
  loop
    if not exists (select 1 from pg_catalog.pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.options);
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant supabase_realtime_admin to postgres;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
grant set on parameter session_replication_role to postgres;
-- a migration may configure REST: alter role authenticator set pgrst.…
grant set on parameter pgrst.db_schemas, pgrst.db_pre_request, pgrst.db_max_rows, pgrst.db_aggregates_enabled,
  pgrst.db_extra_search_path, pgrst.db_plan_enabled, pgrst.db_tx_end, pgrst.openapi_mode,
  pgrst.openapi_security_active, pgrst.server_cors_allowed_origins to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;

create schema if not exists auth authorization supabase_auth_admin;
create schema if not exists realtime authorization supabase_admin;
create schema if not exists _realtime authorization supabase_admin;
create schema if not exists storage authorization supabase_admin;
create schema if not exists extensions authorization postgres;

grant usage on schema public to postgres, anon, authenticated, service_role;
grant usage on schema extensions to anon, authenticated, service_role;
grant usage on schema auth to postgres, anon, authenticated, service_role, dashboard_user, supabase_realtime_admin;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
-- no right to create: postgres is a member and would have it too
grant usage on schema realtime to supabase_realtime_admin;
grant usage on schema storage to postgres, anon, authenticated, service_role;
grant usage on schema storage to supabase_storage_admin;

-- what a migration makes in public is reachable by the API: row level security decides
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
