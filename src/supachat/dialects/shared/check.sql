begin;

-- ------------------------------------------------------------------ is what is there our own?

do $check$
declare
  wanted record;
  found_type text;
begin
  if current_setting('server_version_num')::int < 150000 then
    raise exception 'supachat: PostgreSQL 15 or newer is needed. Nothing was changed.';
  end if;
  if not (select rolbypassrls or rolsuper from pg_roles where rolname = current_user) then
    raise exception 'supachat: run this as a role that bypasses row level security, on Supabase that is postgres. Nothing was changed.';
  end if;
