  if to_regclass('realtime.messages') is null or to_regclass('auth.users') is null then
    raise exception 'supachat: this database is no Supabase project with Realtime Authorization. Nothing was changed.';
  end if;
  if not exists (
    select from pg_publication p where p.pubname = 'supabase_realtime' and pg_has_role(current_user, p.pubowner, 'USAGE')
  ) then
    raise exception 'supachat: there is no publication supabase_realtime of this role. Nothing was changed.';
  end if;
