  if not exists (select from @schema@.supachat_profiles p where p.user_id = me) then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  if _user_id = me then
    raise exception 'a thread needs two people' using errcode = '22023';
  end if;
  -- two who open it at once open one
  perform pg_advisory_xact_lock(hashtextextended('@schema@' || least(me, _user_id) || greatest(me, _user_id), 0));
