-- ------------------------------------------------------------------ for supachat dialect check

-- what a publishable key cannot see of the tables that its reader may read. Optional: it can be dropped
create or replace function @schema@.supachat_describe() returns table (
  table_name text, column_name text, type_name text, not_null boolean, single_key boolean,
  row_security boolean, published boolean, replica_identity text
)
language sql
stable
security definer
set search_path = ''
as $$
  select c.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
    exists (
      select from pg_catalog.pg_index i
      where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1 and i.indpred is null
        and i.indkey[0] = a.attnum
    ),
    c.relrowsecurity,
    exists (
      select from pg_catalog.pg_publication_tables p
      where p.pubname = 'supabase_realtime' and p.schemaname = '@schema@' and p.tablename = c.relname
    ),
    c.relreplident::text
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = pg_catalog.to_regnamespace('@schema@') and c.relkind in ('r', 'p', 'v', 'm')
    and pg_catalog.has_any_column_privilege('authenticated', c.oid, 'select')
  order by c.relname, a.attnum
$$;
revoke execute on function @schema@.supachat_describe() from public, anon, authenticated;
grant execute on function @schema@.supachat_describe() to authenticated;
