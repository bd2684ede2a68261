  select policyname into wanted from pg_policies
    where schemaname = 'realtime' and tablename = 'messages' and policyname ~ '^supachat_.*_@dialect@_listen$'
      and policyname <> 'supachat_@schema@_@dialect@_listen';
  if found then
    raise exception 'supachat: the dialect @dialect@ already lives in another schema (policy %). Nothing was changed.', wanted.policyname;
  end if;
