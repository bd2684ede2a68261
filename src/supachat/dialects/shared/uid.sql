-- ------------------------------------------------------------------ who is asking

-- The caller's id as these tables have it. auth.uid() raises where a token's subject is no UUID; policies
-- must not.
create or replace function @schema@.supachat_uid() returns @type@
language plpgsql stable security definer set search_path = '' as $$
begin
  return auth.uid()::@type@;
exception when others then
  return null;
end
$$;
