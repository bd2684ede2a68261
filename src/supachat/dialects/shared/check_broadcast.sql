  if to_regprocedure('realtime.broadcast_changes(text,text,text,text,text,record,record,text)') is null
    or to_regprocedure('realtime.send(jsonb,text,text,boolean)') is null
    or to_regclass('realtime.messages') is null or to_regclass('auth.users') is null then
    raise exception 'supachat: this database is no Supabase project with Broadcast from the database. Nothing was changed.';
  end if;
