"""Extensions that a project asks for: what is done about each, and stand-ins that answer as real ones."""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from typing import Any

import bcrypt
import httpx
import psycopg
import pytest
from psycopg import AsyncConnection

from supachat.server.context import Context
from supachat.server.extensions import Asked, Extensions, asked
from supachat.server.migrate import apply_text
from supachat.server.trouble import MigrationFailed

STATEMENTS: list[tuple[str, Asked | None]] = [
    ("create table t (id int)", None),
    ("CREATE EXTENSION pgcrypto", Asked("create", "pgcrypto", None)),
    (
        'create extension if not exists "uuid-ossp" with schema "extensions"',
        Asked("create", "uuid-ossp", "extensions"),
    ),
    ("create extension Vector\n  schema Ext version '1'", Asked("create", "vector", "Ext".lower())),
    ("drop extension if exists pg_net cascade", Asked("drop", "pg_net", None)),
    ("comment on extension pg_cron is 'x'", Asked("comment", "pg_cron", None)),
    ('alter extension "Odd" update', Asked("alter", "Odd", None)),
]


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS)
def test_what_a_statement_asks(statement: str, expected: Asked | None) -> None:
    assert asked(statement) == expected


def test_only_a_missing_name_is_blamed_on_a_missing_extension() -> None:
    extensions = Extensions({"pg_trgm"})
    assert "no pg_trgm:" in extensions.explain("42704")
    assert extensions.explain("23505") == ""
    assert Extensions().explain("42704") == ""
    assert "stood in for" in Extensions({"pgcrypto"}).explain("42883")
    assert Extensions({"pgcrypto"}).explain("42704") == ""


def test_a_table_of_the_project_is_no_extensions_fault() -> None:
    extensions = Extensions({"pgmq"})
    assert "no pgmq:" in extensions.explain("42P01", 'relation "pgmq.q_mail" does not exist')
    assert extensions.explain("42P01", 'relation "public.profiles" does not exist') == ""
    assert extensions.explain("42P01", 'relation "profiles" does not exist') == ""


PUSHING = """
create table pushed (id int primary key, body text);
create function push() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  token text := (select decrypted_secret from vault.decrypted_secrets where name = 'push');
begin
  perform net.http_post(
    url := 'https://push.example.com/send', body := jsonb_build_object('text', new.body), headers :=
      jsonb_build_object('Authorization', 'Bearer ' || token));
  return new;
end $$;
create trigger pushing after insert on pushed for each row execute function push();
create trigger hook after insert on pushed for each row execute function
  supabase_functions.http_request('https://hook.example.com/', 'POST', '{"a": "b"}', '{}', '1000');
select vault.create_secret('s3cret', 'push');
select cron.schedule('tidy', '*/5 * * * *', 'delete from pushed');
select cron.schedule('tidy', '0 * * * *', 'delete from pushed');
grant insert on pushed to authenticated;
"""


async def test_what_calls_for_a_push_a_job_or_a_secret_goes_on_without_them(
    context: Context, migrator: AsyncConnection[Any]
) -> None:
    """A trigger on new messages that wants a push sent must not refuse the message."""
    await apply_text(context.conninfo("postgres"), "pushing.sql", PUSHING)
    await migrator.execute("set role authenticated")
    await migrator.execute("insert into pushed values (1, 'hello')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await migrator.execute("select * from vault.decrypted_secrets")
    await migrator.execute("reset role")
    cursor = await migrator.execute("select method, url, headers from net.http_request_queue order by url")
    assert await cursor.fetchall() == [
        ("POST", "https://hook.example.com/", {"a": "b"}),
        ("POST", "https://push.example.com/send", {"Authorization": "Bearer s3cret"}),
    ]
    cursor = await migrator.execute("select jobname, schedule from cron.job")
    assert await cursor.fetchall() == [("tidy", "0 * * * *")]
    cursor = await migrator.execute("select cron.unschedule('tidy')")
    assert await cursor.fetchone() == (True,)


async def test_what_a_dump_says_of_extensions_that_are_not_here(context: Context) -> None:
    text = (
        'create extension if not exists "pg_cron" with schema "pg_catalog";'
        " comment on extension \"pg_cron\" is 'x';"
        ' alter extension "pg_cron" update; drop extension "pg_net"; create extension if not exists'
        ' "pgcrypto" with schema extensions; create extension if not exists moddatetime schema extensions;'
        " create table t (at timestamptz); create trigger t before update on t for each row"
        " execute function extensions.moddatetime(at); insert into t values ('2000-01-01');"
        " update t set at = null;"
    )
    await apply_text(context.conninfo("postgres"), "dump.sql", text)
    async with await AsyncConnection.connect(context.conninfo("postgres")) as connection:
        row = await (await connection.execute("select now() - at < '1 minute' from t")).fetchone()
    assert row == (True,)


async def test_vector_may_be_asked_for_where_postgresql_has_it(
    context: Context, migrator: AsyncConnection[Any]
) -> None:
    cursor = await migrator.execute("select count(*) from pg_available_extensions where name = 'vector'")
    here = await cursor.fetchone() == (1,)
    text = "create extension if not exists vector with schema extensions;\ncreate table v (e vector(2));"
    if here:
        await apply_text(context.conninfo("postgres"), "v.sql", text)
    else:
        with pytest.raises(MigrationFailed, match=r"v\.sql, line 2: .*42704.*no vector:"):
            await apply_text(context.conninfo("postgres"), "v.sql", text)


ANSWERS: list[tuple[str, Any]] = [
    *((f"encode(digest(repeat('a', {size}), 'sha1'), 'hex')", hashlib.sha1(b"a" * size).hexdigest())
      for size in (0, 1, 55, 56, 63, 64, 65, 200)),
    *((f"encode(digest('ü'::text, '{kind}'), 'hex')", hashlib.new(kind, "ü".encode()).hexdigest())
      for kind in ("md5", "sha224", "sha256", "sha384", "sha512")),
    *((f"encode(hmac('text', repeat('k', {size}), '{kind}'), 'hex')",
       hmac.new(b"k" * size, b"text", kind).hexdigest())
      for kind in ("sha1", "sha256", "sha512") for size in (3, 64, 129)),
    ("uuid_generate_v5(uuid_ns_dns(), 'x.org')", uuid.uuid5(uuid.NAMESPACE_DNS, "x.org")),
    ("uuid_generate_v3(uuid_ns_url(), 'x.org')", uuid.uuid3(uuid.NAMESPACE_URL, "x.org")),
    ("uuid_nil()", uuid.UUID(int=0)),
    ("length(gen_random_bytes(100))", 100),
    ("extensions.gen_random_uuid() <> uuid_generate_v4()", True),
]  # fmt: skip


async def test_the_usual_calls_answer_as_the_real_ones(migrator: AsyncConnection[Any]) -> None:
    for call, expected in ANSWERS:
        row = await (await migrator.execute(f"select {call}".encode())).fetchone()
        assert row == (expected,), call
    row = await (await migrator.execute("select uuid_generate_v1()")).fetchone()
    assert row is not None
    assert row[0].version == 1
    assert abs((row[0].time - 0x01B21DD213814000) / 1e7 - time.time()) < 60


REFUSED = ["digest('x', 'sha3')", "gen_salt('nope')", "crypt('x', '')", "gen_random_bytes(2000)"]


@pytest.mark.parametrize("call", REFUSED)
async def test_what_they_cannot_do_is_an_error(call: str, migrator: AsyncConnection[Any]) -> None:
    with pytest.raises(psycopg.DatabaseError):
        await migrator.execute(f"select {call}".encode())


@pytest.mark.parametrize("password", ["", "ü" * 50, "correct horse"])
async def test_crypt_makes_true_bcrypt(password: str, migrator: AsyncConnection[Any]) -> None:
    cursor = await migrator.execute("select crypt(%s, gen_salt('bf', 4))", (password,))
    row = await cursor.fetchone()
    assert row is not None
    made: str = row[0]
    assert bcrypt.checkpw(password.encode()[:72], made.encode())
    again = await migrator.execute("select crypt(%s, %s)", (password, made))
    assert await again.fetchone() == (made,)


async def test_a_seeded_user_can_sign_in(client: httpx.AsyncClient, migrator: AsyncConnection[Any]) -> None:
    await migrator.execute("""
        insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
          raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
        values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'authenticated', 'authenticated',
          'seed@example.com', crypt('password123', gen_salt('bf', 4)), now(),
          '{"provider": "email", "providers": ["email"]}', '{}', now(), now())
    """)
    body = {"email": "seed@example.com", "password": "password123"}
    found = await client.post("/auth/v1/token?grant_type=password", json=body)
    assert found.status_code == 200, found.text
