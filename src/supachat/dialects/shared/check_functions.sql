  -- supachat_describe may have been brought before, alone
  select p.oid::regprocedure::text as name into wanted from pg_proc p
    where p.pronamespace = to_regnamespace('@schema@') and p.proname ~ '@ours@'
      and p.proname <> 'supachat_describe' and not exists (
        select from pg_policies
        where schemaname = 'realtime' and starts_with(policyname, 'supachat_@schema@_@dialect@_')
      ) limit 1;
  if found then
    raise exception 'supachat: the function % is there and is not of the dialect @dialect@. Nothing was changed.', wanted.name;
  end if;
