create or replace function @schema@.supachat_on_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform @schema@.@make@;
  return new;
exception when others then
  return new;
end
$$;

create or replace trigger supachat_@schema@_@trigger@
  after insert on auth.users
  for each row execute function @schema@.supachat_on_new_user();
