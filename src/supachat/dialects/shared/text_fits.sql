  if @text@ is null or @text@ !~ '\S' then
    raise exception 'the message is empty' using errcode = '22023';
  end if;
  if octet_length(@text@) > 65536 then
    raise exception 'the message is longer than 64 KB' using errcode = '22023';
  end if;
