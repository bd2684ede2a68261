"""The ground of a project: what its roles may do, and what a project's own SQL may lean on."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus

from supachat.server.bootstrap import bootstrap, texts
from supachat.server.context import Context
from supachat.server.postgres import Postgres

ANN = "11111111-1111-4111-8111-111111111111"

MAY = [
    "create table t (id uuid references auth.users (id) on delete cascade)",
    "create policy p on realtime.messages for select to authenticated using (realtime.topic() = 'room:1')",
    "create function f() returns trigger language plpgsql as $$ begin return new; end $$;"
    "create trigger t after insert on auth.users for each row execute function f()",
    "create table t (id int primary key); alter publication supabase_realtime add table t",
    "create schema rooms; grant usage on schema rooms to authenticated",
    "create role a_reader nologin",
    "select count(*) from auth.users",
    "set session_replication_role = replica",
    "create table t (id uuid default extensions.uuid_generate_v4())",
    "create policy p on storage.objects for select using ((storage.foldername(name))[1] = 'y')",
    "set role authenticated",
]
MAY_NOT = [
    "create table auth.t (id int)",
    "drop table auth.users",
    "alter table auth.users add column x int",
    "create or replace function auth.uid() returns uuid language sql as 'select null::uuid'",
    "create or replace function realtime.topic() returns text language sql as 'select null'",
    "create table realtime.t (id int)",
    "alter system set wal_level = minimal",
    "copy (select 1) to program 'true'",
    "select _realtime.keep_partitions()",
    "delete from _supachat.bootstrap",
]
STRANGER_MAY_NOT = [
    "select * from auth.users",
    "select * from auth.refresh_tokens",
    "select * from supabase_migrations.schema_migrations",
    "insert into auth.users (id) values (gen_random_uuid())",
    "create table public.t (id int)",
    "truncate realtime.messages",
    "delete from realtime.messages",
    "select count(*) from realtime.messages_2026_01_01",
]


async def one(connection: AsyncConnection[Any], statement: str) -> Any:
    row = await (await connection.execute(statement.encode())).fetchone()
    return None if row is None else row[0]


@pytest.mark.parametrize("statement", MAY)
async def test_a_migration_may(statement: str, migrator: AsyncConnection[Any]) -> None:
    await migrator.execute("begin")
    await migrator.execute(statement.encode())
    assert migrator.info.transaction_status is TransactionStatus.INTRANS
    await migrator.execute("rollback")


@pytest.mark.parametrize("statement", MAY_NOT)
async def test_a_migration_may_not(statement: str, migrator: AsyncConnection[Any]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await migrator.execute(statement.encode())


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize("statement", STRANGER_MAY_NOT)
async def test_a_stranger_may_not(role: str, statement: str, context: Context) -> None:
    async with context.requests.connection() as connection:
        await connection.execute(f"set local role {role}".encode())
        refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)
        with pytest.raises(refused):
            await connection.execute(statement.encode())


async def test_who_asks_is_read_from_the_claims(context: Context) -> None:
    async with context.requests.connection() as connection:
        await connection.execute("set local role authenticated")
        assert await one(connection, "select auth.uid()") is None
        claims = f'{{"sub": "{ANN}", "role": "authenticated", "email": "ann@example.com"}}'
        await connection.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
        row = await (
            await connection.execute("select auth.uid()::text, auth.role(), auth.email()")
        ).fetchone()
        assert row == (ANN, "authenticated", "ann@example.com")
        assert await one(connection, "select auth.jwt() ->> 'sub'") == ANN


async def test_new_tables_are_reachable_and_row_security_decides(
    context: Context, migrator: AsyncConnection[Any]
) -> None:
    await migrator.execute("create table notes (id int); insert into notes values (1)")
    await migrator.execute("alter table notes enable row level security")
    for role, seen in (("anon", 0), ("authenticated", 0), ("service_role", 1)):
        async with context.requests.connection() as connection:
            await connection.execute(f"set local role {role}".encode())
            assert await one(connection, "select count(*) from notes") == seen


SENDS = [
    ("select realtime.send('{\"a\": 1}', 'e', 'room:x')", None),
    ("select realtime.send('[1]', 'e', 'room:x')", 'path element at position 1 is not an integer: "id"'),
    ("select realtime.send('{}', null, 'room:x')", None),
    ("select realtime.send('{}', 'e', null)", 'syntax error at or near "NULL"'),
    ("select realtime.send(null, 'e', 'room:x')", None),
    ("select realtime.send_binary('\\x00ff10', 'e', 'room:x')", None),
    (
        "set local role anon; select realtime.send('{}', 'e', 'room:x')",
        'new row violates row-level security policy for table "messages"',
    ),
]


@pytest.mark.parametrize(("statement", "warning"), SENDS)
async def test_sending_warns_and_never_fails(
    statement: str, warning: str | None, migrator: AsyncConnection[Any]
) -> None:
    heard: list[str | None] = []
    migrator.add_notice_handler(lambda notice: heard.append(notice.message_primary))
    await migrator.execute(f"begin; {statement}; commit".encode())
    assert heard == ([] if warning is None else [f"WarnSendingBroadcastMessage: {warning}"])
    assert await one(migrator, "select count(*) from realtime.messages") == (warning is None)


async def test_sending_keeps_an_id_and_makes_one(migrator: AsyncConnection[Any]) -> None:
    await migrator.execute(
        "select realtime.send('{\"id\": \"mine\"}', 'e', 't'), realtime.send('{}', 'e', 't')"
    )
    cursor = await migrator.execute(
        "select id::text, payload ->> 'id', private, extension from realtime.messages"
    )
    first, second = sorted(await cursor.fetchall(), key=lambda row: row[1] != "mine")
    assert first[1:] == ("mine", True, "broadcast")
    assert second[0] == second[1]


CHANGES = [
    ("'TRUNCATE'", "", "Unexpected operation type: TRUNCATE"),
    ("'INSERT'", ", 'STATEMENT'", "function can only be triggered for each row, not for each statement"),
]


@pytest.mark.parametrize(("operation", "level", "said"), CHANGES)
async def test_a_wrong_change_is_an_error(
    operation: str, level: str, said: str, migrator: AsyncConnection[Any]
) -> None:
    await migrator.execute("create table notes (id int)")
    rows = f"null::notes, null::notes{level}"
    call = f"select realtime.broadcast_changes('t', 'E', {operation}, 'notes', 'public', {rows})"
    with pytest.raises(psycopg.errors.RaiseException, match=f"Failed to process the row: {said}"):
        await migrator.execute(call.encode())


async def test_a_trigger_broadcasts_the_row(migrator: AsyncConnection[Any]) -> None:
    await migrator.execute("""
        create table notes (id int, body text);
        create function tell() returns trigger language plpgsql security definer set search_path = '' as $$
        begin
          perform realtime.broadcast_changes(
            'room:x', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
          return null;
        end $$;
        create trigger tell after insert or update or delete on notes for each row execute function tell();
        insert into notes values (1, 'a'); update notes set body = 'b'; delete from notes;
    """)
    cursor = await migrator.execute(
        "select event, payload -> 'record' ->> 'body', payload -> 'old_record' ->> 'body'"
        " from realtime.messages order by event"
    )
    assert await cursor.fetchall() == [("DELETE", None, "b"), ("INSERT", "a", None), ("UPDATE", "b", "a")]


async def test_partitions_follow_the_days(postgres: Postgres, database: str) -> None:
    async with await AsyncConnection.connect(postgres.conninfo(dbname=database)) as connection:
        await connection.execute("select _realtime.keep_partitions('2031-03-01 00:30+00')")
        cursor = await connection.execute(
            "select relname from pg_class where relispartition and relkind = 'r'"
            " and relname like 'messages%' order by 1"
        )
        names = [row[0] for row in await cursor.fetchall()]
        assert names == [
            f"messages_2031_{day}" for day in ("02_28", "03_01", "03_02", "03_03", "03_04")
        ]  # those of today are older than three days by then


async def test_the_ground_is_laid_once_and_can_be_laid_again(postgres: Postgres, database: str) -> None:
    conninfo = postgres.conninfo(dbname=database)
    async with await AsyncConnection.connect(conninfo) as connection:
        await connection.execute("create table kept as select 1 as n")
        await connection.execute("delete from _supachat.bootstrap")
    await bootstrap(conninfo, postgres.password)
    await bootstrap(conninfo, postgres.password)
    async with await AsyncConnection.connect(conninfo) as connection:
        assert await one(connection, "select count(*) from _supachat.bootstrap") == 1
        assert await one(connection, "select n from kept") == 1


def test_the_texts_run_in_their_order() -> None:
    """Roles before what they own, auth before what refers to its users."""
    names = [name for name, _ in texts()]
    assert {"1_roles.sql", "2_auth.sql", "3_realtime.sql", "4_storage.sql"} <= set(names)
    assert names == sorted(names)
