-- ------------------------------------------------------------------ how far everybody has read

create table if not exists @schema@.supachat_read_cursors (
  user_id @user@,
  @thread@ @type@ not null references @schema@.@threads@ on delete cascade,
  read_message_id uuid not null,
  read_at timestamptz not null,
  primary key (user_id, @thread@)
);

alter table @schema@.supachat_read_cursors enable row level security;
revoke all on table @schema@.supachat_read_cursors from public, anon, authenticated;

-- Moves the caller's read cursor to a message, never back. Answers where it stands.
create or replace function @schema@.supachat_mark_read(_@thread@ @type@, _message_id uuid)
returns table (read_message_id uuid, read_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not @schema@.@sees@(_@thread@) then
    raise exception '@refusal@' using errcode = '42501';
  end if;
  insert into @schema@.supachat_read_cursors as c (user_id, @thread@, read_message_id, read_at)
    select @schema@.supachat_uid(), m.@thread@, m.id, m.@time@
    from @schema@.@messages@ m where m.@thread@ = _@thread@ and m.id = _message_id
    on conflict (user_id, @thread@) do update
      set read_message_id = excluded.read_message_id, read_at = excluded.read_at
      where (c.read_at, c.read_message_id) < (excluded.read_at, excluded.read_message_id);
  return query
    select c.read_message_id, c.read_at from @schema@.supachat_read_cursors c
    where c.user_id = @schema@.supachat_uid() and c.@thread@ = _@thread@;
end
$$;

revoke execute on function @schema@.supachat_mark_read(@type@, uuid) from public, anon, authenticated;
grant execute on function @schema@.supachat_mark_read(@type@, uuid) to authenticated;
