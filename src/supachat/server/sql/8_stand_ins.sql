-- What a hosted project's extensions pg_cron, pg_net and supabase_vault are called by, where this PostgreSQL
-- has them not: migrations schedule jobs, and a trigger on new messages that calls for a push must not
-- refuse the message. Jobs are kept and never run, requests are kept and never sent, secrets are kept as
-- they are. Idempotent.

do $do$
declare
  here text[] := array(select name from pg_catalog.pg_available_extensions);
begin
  if not 'pg_cron' = any (here) then
    create schema if not exists cron;
    create table if not exists cron.job (
      jobid bigint generated always as identity primary key,
      schedule text not null,
      command text not null,
      nodename text not null default 'localhost',
      nodeport int not null default 5432,
      database text not null default current_database(),
      username text not null default current_user,
      active boolean not null default true,
      jobname text,
      unique (jobname, username)
    );
    create table if not exists cron.job_run_details (
      jobid bigint, runid bigint, job_pid int, database text, username text, command text, status text,
      return_message text, start_time timestamptz, end_time timestamptz
    );
    comment on table cron.job is 'Kept, and never run: this server has no pg_cron.';
    execute $sql$
      create or replace function cron.schedule(job_name text, schedule text, command text) returns bigint
        language sql set search_path = '' as $$
        insert into cron.job (jobname, schedule, command) values (job_name, schedule, command)
          on conflict (jobname, username) do update set schedule = excluded.schedule, command = excluded.command
          returning jobid
      $$;
      create or replace function cron.schedule(schedule text, command text) returns bigint
        language sql set search_path = '' as $$
        insert into cron.job (schedule, command) values (schedule, command) returning jobid
      $$;
      create or replace function cron.unschedule(job_id bigint) returns boolean
        language plpgsql set search_path = '' as $$
      begin
        delete from cron.job where jobid = job_id and username = current_user;
        if not found then
          raise exception using errcode = 'XX000', message = format('could not find valid entry for job ''%s''', job_id);
        end if;
        return true;
      end $$;
      create or replace function cron.unschedule(job_name text) returns boolean
        language plpgsql set search_path = '' as $$
      begin
        delete from cron.job where jobname = job_name and username = current_user;
        if not found then
          raise exception using errcode = 'XX000', message = format('could not find valid entry for job ''%s''', job_name);
        end if;
        return true;
      end $$;
    $sql$;
    grant usage on schema cron to postgres;
    grant all on all tables in schema cron to postgres;
    revoke execute on all functions in schema cron from public;
    grant execute on all functions in schema cron to postgres;
  end if;

  if not 'pg_net' = any (here) then
    create schema if not exists net;
    create table if not exists net.http_request_queue (
      id bigint generated always as identity primary key,
      method text not null,
      url text not null,
      headers jsonb,
      body bytea,
      timeout_milliseconds int not null
    );
    create table if not exists net._http_response (
      id bigint, status_code int, content_type text, headers jsonb, content text, timed_out boolean,
      error_msg text, created timestamptz not null default now()
    );
    comment on table net.http_request_queue is 'Kept, the last thousand, and never sent: this server has no pg_net.';
    execute $sql$
      create or replace function net._kept(method text, url text, headers jsonb, body bytea, wait int) returns bigint
        language plpgsql security definer set search_path = '' as $$
      declare
        made bigint;
      begin
        insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
          values (method, url, headers, body, wait) returning id into made;
        delete from net.http_request_queue where id <= made - 1000;
        return made;
      end $$;
      create or replace function net.http_get(url text, params jsonb default '{}', headers jsonb default '{}',
                                              timeout_milliseconds int default 5000) returns bigint
        language sql set search_path = '' as $$ select net._kept('GET', url, headers, null, timeout_milliseconds) $$;
      create or replace function net.http_post(url text, body jsonb default '{}', params jsonb default '{}',
                                               headers jsonb default '{"Content-Type": "application/json"}',
                                               timeout_milliseconds int default 5000) returns bigint
        language sql set search_path = ''
        as $$ select net._kept('POST', url, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds) $$;
      create or replace function net.http_delete(url text, params jsonb default '{}', headers jsonb default '{}',
                                                 timeout_milliseconds int default 5000) returns bigint
        language sql set search_path = '' as $$ select net._kept('DELETE', url, headers, null, timeout_milliseconds) $$;
    $sql$;
    -- as pg_net has it: whoever may run a trigger's function may ask
    grant usage on schema net to postgres, anon, authenticated, service_role;
    grant select on all tables in schema net to postgres, service_role;

    -- the dashboard's webhooks are triggers that call this
    create schema if not exists supabase_functions;
    execute $sql$
      create or replace function supabase_functions.http_request() returns trigger
        language plpgsql security definer set search_path = '' as $$
      begin
        perform net._kept(tg_argv[1], tg_argv[0], tg_argv[2]::jsonb, null, coalesce(tg_argv[4]::int, 1000));
        return coalesce(new, old);
      end $$;
    $sql$;
    grant usage on schema supabase_functions to postgres, anon, authenticated, service_role;
  end if;

  if not 'supabase_vault' = any (here) then
    create schema if not exists vault;
    create table if not exists vault.secrets (
      id uuid primary key default gen_random_uuid(),
      name text unique,
      description text not null default '',
      secret text not null,
      key_id uuid,
      nonce bytea,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    comment on table vault.secrets is 'Kept as they are, in this data folder: this server has no supabase_vault.';
    create or replace view vault.decrypted_secrets as
      select id, name, description, secret, secret as decrypted_secret, key_id, nonce, created_at, updated_at
      from vault.secrets;
    execute $sql$
      create or replace function vault.create_secret(new_secret text, new_name text default null,
        new_description text default '', new_key_id uuid default null) returns uuid
        language sql set search_path = '' as $$
        insert into vault.secrets (secret, name, description, key_id)
          values (new_secret, new_name, new_description, new_key_id) returning id
      $$;
      create or replace function vault.update_secret(secret_id uuid, new_secret text default null,
        new_name text default null, new_description text default null, new_key_id uuid default null) returns void
        language sql set search_path = '' as $$
        update vault.secrets set secret = coalesce(new_secret, secret), name = coalesce(new_name, name),
          description = coalesce(new_description, description), updated_at = now() where id = secret_id
      $$;
    $sql$;
    revoke execute on all functions in schema vault from public;
    grant usage on schema vault to postgres, service_role;
    grant execute on all functions in schema vault to postgres, service_role;
    grant all on vault.secrets, vault.decrypted_secrets to postgres;
    grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
  end if;
end
$do$;
