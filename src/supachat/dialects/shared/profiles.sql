-- Never raises: a sign-up must not fail for it.
create or replace function @schema@.supachat_add_profile(_user_id uuid, _said jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into @schema@.supachat_profiles (user_id, display_name)
    values (_user_id::@type@, case when jsonb_typeof(_said -> 'name') = 'string' then
      left(btrim(regexp_replace(_said ->> 'name', '\s+', ' ', 'g')), 80) else '' end)
    on conflict do nothing;
exception when others then
  raise warning 'supachat: the account % has no profile yet: %', _user_id, sqlerrm;
end
$$;

-- People by their exact id, or by three letters or more that their name begins with; 20 at most. Ids and
-- names, never an e-mail address.
create or replace function @schema@.supachat_find_people(_text text)
returns table (user_id @type@, display_name text)
language sql stable security definer set search_path = '' as $$
  select p.user_id, p.display_name
  from @schema@.supachat_profiles p, (select btrim(left(_text, 200)) as sought) s
  where p.user_id <> @schema@.supachat_uid()
    and exists (select from @schema@.supachat_profiles me where me.user_id = @schema@.supachat_uid())
    and (
      p.user_id::text = s.sought
      or (length(s.sought) >= 3 and starts_with(lower(p.display_name), lower(s.sought)))
    )
  order by p.user_id::text <> s.sought, lower(p.display_name), p.user_id
  limit 20
$$;

-- who the caller is here: one row, and none for nobody. Makes a profile that the trigger could not make.
create or replace function @schema@.supachat_whoami()
returns table (user_id @type@, display_name text)
language sql volatile security definer set search_path = '' as $$
  select @schema@.supachat_add_profile(u.id, u.raw_user_meta_data) from auth.users u
    where u.id = @schema@.supachat_uid()::uuid
      and not exists (select from @schema@.supachat_profiles p where p.user_id = u.id::@type@);
  select p.user_id, p.display_name from @schema@.supachat_profiles p
    where p.user_id = @schema@.supachat_uid();
$$;

-- accounts older than this file
select @schema@.supachat_add_profile(u.id, u.raw_user_meta_data) from auth.users u
  where not exists (select from @schema@.supachat_profiles p where p.user_id = u.id::@type@)
  order by u.created_at, u.id;
