    on conflict (id) do nothing
    returning * into stored;
  if stored.id is null then
    select * into stored from @schema@.@messages@ m
      where m.id = message_id and @mine@;
    if not found then
      raise exception 'the id of this message is taken' using errcode = '23505';
    end if;
  end if;
