"""Makes an empty PostgreSQL into a Supabase project: the texts in `sql/`, in the order of their names.

They are idempotent and run only when they differ from what ran last. Must never touch schema public.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.trouble import ServerTrouble

LOGINS = ("postgres", "authenticator")


def texts() -> tuple[tuple[str, str], ...]:
    """The bootstrap's files as (name, SQL), in order."""
    folder = files("supachat.server") / "sql"
    found = sorted(
        (entry.name, entry.read_text("utf-8")) for entry in folder.iterdir() if entry.name.endswith(".sql")
    )
    return tuple(found)


async def bootstrap(conninfo: str, password: str) -> None:
    """Brings the database of `conninfo` (the superuser's) up to date; sets the login roles' `password`.

    Raises ServerTrouble naming the file that failed; nothing of that run is kept then.
    """
    parts = texts()
    # a new password must reach the other roles too
    mark = hashlib.sha256(repr((parts, password)).encode()).hexdigest()
    async with await AsyncConnection.connect(conninfo) as connection:
        if await _done(connection, mark):
            return
        for name, text in parts:
            try:
                await connection.execute(text.encode())
            except psycopg.Error as error:
                raise ServerTrouble(
                    f"the project's ground could not be laid, in {name}: {error}"
                ) from error
        for role in LOGINS:
            statement = sql.SQL("alter role {} password {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
            await connection.execute(statement)
        name = connection.info.dbname
        await connection.execute(
            sql.SQL("alter database {} owner to postgres").format(sql.Identifier(name))
        )
        await connection.execute("delete from _supachat.bootstrap")
        await connection.execute("insert into _supachat.bootstrap (mark) values (%s)", (mark,))


async def keep_partitions(conninfo: str) -> None:
    """Makes the coming days' partitions of realtime.messages and drops the old ones."""
    async with await AsyncConnection.connect(conninfo) as connection:
        await connection.execute("select _realtime.keep_partitions()")


async def _done(connection: AsyncConnection[TupleRow], mark: str) -> bool:
    await connection.execute(
        "create schema if not exists _supachat;"
        "create table if not exists _supachat.bootstrap"
        " (mark text primary key, done_at timestamptz default now())"
    )
    cursor = await connection.execute("select 1 from _supachat.bootstrap where mark = %s", (mark,))
    return await cursor.fetchone() is not None
