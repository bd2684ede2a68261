-- supachat, demo: the accounts of everybody in it. One that is there keeps its password.
with people as (
  select p.* from jsonb_to_recordset(%(story)s::jsonb -> 'people')
    as p(id uuid, name text, email text, password text)
),
accounts as (
  insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
      raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
    select '00000000-0000-0000-0000-000000000000', id, 'authenticated', 'authenticated', email, password,
      now(), '{"provider": "email", "providers": ["email"]}',
      jsonb_build_object('sub', id, 'email', email, 'email_verified', true, 'name', name), now(), now()
    from people
    on conflict do nothing
)
insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at)
  select id::text, id, jsonb_build_object('sub', id, 'email', email, 'email_verified', true), 'email', now()
  from people
  on conflict do nothing
