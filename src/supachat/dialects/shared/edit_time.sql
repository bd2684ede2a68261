-- what edits are caught up by: later than the row's last, whatever the writer says
create or replace function @schema@.supachat_on_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
  return new;
end
$$;
