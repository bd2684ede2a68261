-- An audit log. Traps: one trigger function for many tables that reads its arguments, the claims and the
-- request's headers; a chain of hashes by pgcrypto; default keys by uuid-ossp; rows that even their owner
-- cannot change; moddatetime.
create extension if not exists "uuid-ossp" with schema extensions;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists moddatetime schema extensions;
create schema audit;

create table audit.log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  who uuid,
  agent text,
  what text not null,
  row_key text,
  old_row jsonb,
  new_row jsonb,
  hash text
);
create function audit.record() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  last_hash text := (select hash from audit.log order by id desc limit 1);
begin
  insert into audit.log (who, agent, what, row_key, old_row, new_row, hash) values (
    (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid,
    current_setting('request.headers', true)::json ->> 'user-agent',
    tg_table_schema || '.' || tg_table_name || ' ' || tg_op, coalesce(after, before) ->> tg_argv[0],
    before, after,
    encode(extensions.digest(coalesce(last_hash, '') || coalesce(after, before)::text, 'sha256'), 'hex')
  );
  return null;
end $$;

create table public.documents (
  id uuid primary key default extensions.uuid_generate_v4(),
  owner uuid not null default auth.uid(),
  body text,
  token text not null default encode(extensions.gen_random_bytes(16), 'hex'),
  updated_at timestamptz not null default '2000-01-01'
);
create trigger touched before update on public.documents
  for each row execute procedure extensions.moddatetime (updated_at);
create trigger recorded after insert or update or delete on public.documents
  for each row execute function audit.record('body');
alter table public.documents enable row level security;
create policy own on public.documents using (auth.uid() = owner);
revoke select (token) on public.documents from anon, authenticated;
revoke select on public.documents from anon, authenticated;
grant select (id, owner, body, updated_at) on public.documents to authenticated;

create view public.my_log as select what, row_key, agent, hash from audit.log where who = auth.uid() order by id;
revoke all on public.my_log from anon;
revoke insert, update, delete on public.my_log from authenticated;
create function public.checked() returns boolean language sql security definer set search_path = '' as $$
  select bool_and(hash = encode(extensions.digest(coalesce(before, '') || coalesce(new_row, old_row)::text, 'sha256'), 'hex'))
  from (select *, lag(hash) over (order by id) as before from audit.log) as chain
$$;
