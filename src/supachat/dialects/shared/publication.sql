-- ------------------------------------------------------------------ what Realtime is told

do $publication$
declare
  name text;
begin
  foreach name in array array[
    @tables@
  ] loop
    if not exists (
      select from pg_publication_tables
      where pubname = 'supabase_realtime' and schemaname = '@schema@' and tablename = name
    ) then
      execute format('alter publication supabase_realtime add table %I.%I', '@schema@', name);
    end if;
  end loop;
end
$publication$;
