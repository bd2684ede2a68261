-- Extensions: the real pgcrypto and uuid-ossp where PostgreSQL has them, as a hosted project does, else
-- stand-ins in schema extensions for what migrations commonly call. Idempotent.

-- What a hosted project lets the role postgres install although PostgreSQL asks for a superuser.
-- True: the extension is there now and the statement that asked need not run.
create or replace function _supachat.make_extension(wanted text, place text) returns boolean
  language plpgsql security definer set search_path = '' as $$
declare
  here constant boolean := exists (select 1 from pg_catalog.pg_extension where extname = wanted);
begin
  if wanted in ('uuid-ossp', 'pgcrypto') then
    return here or to_regprocedure('extensions.uuid_nil()') is not null;
  end if;
  if here or wanted not in ('vector', 'moddatetime', 'autoinc', 'insert_username', 'refint', 'pg_stat_statements') then
    return false;
  end if;
  if place is not null and not pg_catalog.has_schema_privilege(session_user, place, 'create') then
    return false;
  end if;
  execute format('create extension %I with schema %I', wanted, coalesce(place, 'public'));
  return true;
end
$$;
revoke execute on function _supachat.make_extension(text, text) from public;
grant usage on schema _supachat to postgres;
grant execute on function _supachat.make_extension(text, text) to postgres;

do $do$
begin
  if to_regprocedure('extensions.uuid_generate_v4()') is null
     and exists (select 1 from pg_catalog.pg_available_extensions where name = 'uuid-ossp') then
    create extension "uuid-ossp" with schema extensions;
  end if;
  if to_regprocedure('extensions.gen_salt(text)') is null
     and exists (select 1 from pg_catalog.pg_available_extensions where name = 'pgcrypto') then
    create extension pgcrypto with schema extensions;
  end if;

  if not exists (select 1 from pg_catalog.pg_available_extensions where name = 'moddatetime') then
    execute $sql$
      -- create trigger … execute function moddatetime(updated_at)
      create or replace function extensions.moddatetime() returns trigger language plpgsql set search_path = '' as $$
      begin
        return jsonb_populate_record(new, jsonb_build_object(tg_argv[0], now()));
      end $$;
    $sql$;
  end if;

  if not exists (select 1 from pg_catalog.pg_extension where extname = 'pgcrypto') then
    execute $sql$
      create or replace function extensions.gen_random_uuid() returns uuid
        language sql volatile parallel safe set search_path = '' as 'select pg_catalog.gen_random_uuid()';

      create or replace function extensions.gen_random_bytes(count int) returns bytea
        language plpgsql volatile strict set search_path = '' as $$
      declare
        found bytea := '';
      begin
        if count not between 1 and 1024 then
          raise exception using errcode = '39000', message = 'Length not in range';
        end if;
        while length(found) < count loop
          found := found || sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
        end loop;
        return substr(found, 1, count);
      end $$;

      -- PostgreSQL has every digest but this one
      create or replace function extensions._sha1(data bytea) returns bytea
        language plpgsql immutable strict parallel safe set search_path = '' as $$
      declare
        mask constant bigint := 4294967295;
        state bigint[] := array[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
        text constant bytea := data || '\x80' || decode(repeat('00', (119 - length(data) % 64) % 64), 'hex')
                               || int8send(length(data) * 8::bigint);
        w bigint[];
        a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; t bigint;
      begin
        for chunk in 0 .. length(text) / 64 - 1 loop
          for i in 0 .. 15 loop
            w[i] := ('x' || encode(substr(text, chunk * 64 + i * 4 + 1, 4), 'hex'))::bit(32)::bigint;
          end loop;
          for i in 16 .. 79 loop
            t := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
            w[i] := ((t << 1) | (t >> 31)) & mask;
          end loop;
          a := state[1]; b := state[2]; c := state[3]; d := state[4]; e := state[5];
          for i in 0 .. 79 loop
            case i / 20
              when 0 then f := (b & c) | ((b # mask) & d); k := 1518500249;
              when 1 then f := b # c # d; k := 1859775393;
              when 2 then f := (b & c) | (b & d) | (c & d); k := 2400959708;
              else f := b # c # d; k := 3395469782;
            end case;
            t := ((((a << 5) | (a >> 27)) & mask) + f + e + k + w[i]) & mask;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := t;
          end loop;
          state := array[(state[1] + a) & mask, (state[2] + b) & mask, (state[3] + c) & mask,
                         (state[4] + d) & mask, (state[5] + e) & mask];
        end loop;
        return decode(string_agg(lpad(to_hex(part), 8, '0'), '' order by place), 'hex')
          from unnest(state) with ordinality as parts(part, place);
      end $$;

      create or replace function extensions.digest(data bytea, kind text) returns bytea
        language plpgsql immutable strict parallel safe set search_path = '' as $$
      begin
        case lower(kind)
          when 'md5' then return decode(md5(data), 'hex');
          when 'sha1' then return extensions._sha1(data);
          when 'sha224' then return sha224(data);
          when 'sha256' then return sha256(data);
          when 'sha384' then return sha384(data);
          when 'sha512' then return sha512(data);
          else raise exception using errcode = '22023', message = format('Cannot use "%s": No such hash algorithm', kind);
        end case;
      end $$;
      create or replace function extensions.digest(data text, kind text) returns bytea
        language sql immutable strict parallel safe set search_path = ''
        as $$ select extensions.digest(convert_to(data, 'UTF8'), kind) $$;

      create or replace function extensions.hmac(data bytea, key bytea, kind text) returns bytea
        language plpgsql immutable strict parallel safe set search_path = '' as $$
      declare
        size constant int := case when lower(kind) in ('sha384', 'sha512') then 128 else 64 end;
        filled bytea := case when length(key) > size then extensions.digest(key, kind) else key end;
        inner_pad bytea;
        outer_pad bytea;
      begin
        filled := filled || decode(repeat('00', size - length(filled)), 'hex');
        inner_pad := filled;
        outer_pad := filled;
        for i in 0 .. size - 1 loop
          inner_pad := set_byte(inner_pad, i, get_byte(filled, i) # 54);
          outer_pad := set_byte(outer_pad, i, get_byte(filled, i) # 92);
        end loop;
        return extensions.digest(outer_pad || extensions.digest(inner_pad || data, kind), kind);
      end $$;
      create or replace function extensions.hmac(data text, key text, kind text) returns bytea
        language sql immutable strict parallel safe set search_path = ''
        as $$ select extensions.hmac(convert_to(data, 'UTF8'), convert_to(key, 'UTF8'), kind) $$;
    $sql$;
  end if;

  if not exists (select 1 from pg_catalog.pg_extension where extname = 'uuid-ossp') then
    execute $sql$
      create or replace function extensions.uuid_nil() returns uuid
        language sql immutable parallel safe as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;
      create or replace function extensions.uuid_ns_dns() returns uuid
        language sql immutable parallel safe as $$ select '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
      create or replace function extensions.uuid_ns_url() returns uuid
        language sql immutable parallel safe as $$ select '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
      create or replace function extensions.uuid_ns_oid() returns uuid
        language sql immutable parallel safe as $$ select '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
      create or replace function extensions.uuid_ns_x500() returns uuid
        language sql immutable parallel safe as $$ select '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

      create or replace function extensions.uuid_generate_v4() returns uuid
        language sql volatile parallel safe set search_path = '' as 'select pg_catalog.gen_random_uuid()';

      -- the time in steps of 100 ns since 1582, then random bits where a network card's address would be
      create or replace function extensions.uuid_generate_v1() returns uuid
        language sql volatile parallel safe set search_path = '' as $$
        select (substr(ticks, 9) || substr(ticks, 5, 4) || '1' || substr(ticks, 2, 3)
                || substr(translate(random, '-', ''), 17, 4) || '03' || substr(translate(random, '-', ''), 23))::uuid
        from (select lpad(to_hex((extract(epoch from clock_timestamp()) * 10000000)::bigint + 122192928000000000), 16, '0'),
                     gen_random_uuid()::text) as made (ticks, random)
      $$;
      create or replace function extensions.uuid_generate_v1mc() returns uuid
        language sql volatile parallel safe set search_path = '' as 'select extensions.uuid_generate_v1()';

      create or replace function extensions._named_uuid(hash bytea, version int) returns uuid
        language sql immutable strict parallel safe set search_path = '' as $$
        select encode(substr(set_byte(set_byte(hash, 6, (get_byte(hash, 6) & 15) | (version << 4)),
                                      8, (get_byte(hash, 8) & 63) | 128), 1, 16), 'hex')::uuid
      $$;
      create or replace function extensions.uuid_generate_v3(namespace uuid, name text) returns uuid
        language sql immutable strict parallel safe set search_path = '' as $$
        select extensions._named_uuid(decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex'), 3)
      $$;
      create or replace function extensions.uuid_generate_v5(namespace uuid, name text) returns uuid
        language sql immutable strict parallel safe set search_path = '' as $$
        select extensions._named_uuid(
          extensions.digest(uuid_send(namespace) || convert_to(name, 'UTF8'), 'sha1'), 5)
      $$;
    $sql$;
  end if;
end
$do$;
