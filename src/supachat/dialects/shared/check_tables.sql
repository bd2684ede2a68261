
  for wanted in
    select own.*, to_regclass(format('%I.%I', '@schema@', own.table_name)) as table_id from (values
      @columns@
    ) as own (table_name, column_name, type_name, is_key)
  loop
    continue when wanted.table_id is null;
    if not exists (
      select from pg_class
      where oid = wanted.table_id and relkind = 'r' and pg_has_role(current_user, relowner, 'USAGE')
    ) then
      raise exception 'supachat: @schema@.% is there and is not a table of this role. Nothing was changed.', wanted.table_name;
    end if;
    select format_type(atttypid, atttypmod) into found_type from pg_attribute
      where attrelid = wanted.table_id and attname = wanted.column_name and not attisdropped;
    if found_type is distinct from wanted.type_name then
      raise exception 'supachat: @schema@.% is there and is not a table of the dialect @dialect@: expected a column % of type %, found %. Nothing was changed.',
        wanted.table_name, wanted.column_name, wanted.type_name, coalesce(found_type, 'none');
    end if;
    if wanted.is_key and not exists (
      select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = wanted.table_id and i.indisunique and i.indnkeyatts = 1 and i.indpred is null
        and a.attname = wanted.column_name
    ) then
      raise exception 'supachat: @schema@.% is there and its column % is not unique. Nothing was changed.',
        wanted.table_name, wanted.column_name;
    end if;
  end loop;
end
$check$;

do $schema$
begin
  if to_regnamespace('@schema@') is null then
    create schema @schema@;
  end if;
  if '@schema@' <> 'public' then
    grant usage on schema @schema@ to authenticated, service_role;
  end if;
end
$schema$;
