"""Which subscribers may see a changed row: row level security decides, for each role and its claims.

One round trip for all of them. Nothing is written; every transaction is rolled back by the caller.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.realtime.access import Identity
from supachat.server.realtime.authorise import UNLOGGED, grantable
from supachat.server.realtime.change_payload import Table, key_row
from supachat.server.realtime.pgoutput import Change

log = logging.getLogger(__name__)

_TIMEOUT = "5s"  # a policy that never ends must not stop everybody's changes

# The stream tells of a commit a moment before other transactions see it. It numbers transactions in 32
# bits, snapshots in 64: the one meant is the nearest to the snapshot's own.
_OVER = """
select pg_visible_in_snapshot((newest + behind)::text::xid8, snapshot)
from pg_current_snapshot() as snapshot,
     lateral (select pg_snapshot_xmax(snapshot)::text::bigint as newest) as ours,
     lateral (
       select (%(xid)s - newest %% 4294967296 + 6442450944) %% 4294967296 - 2147483648 as behind
     ) as theirs"""
_OVER_LIMIT = 5.0
_OVER_PAUSE = 0.001


async def over(connection: AsyncConnection[TupleRow], xid: int) -> None:
    """Returns when others see what the committed transaction `xid` did, or after `_OVER_LIMIT` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _OVER_LIMIT
    while loop.time() < deadline:
        row = await (await connection.execute(_OVER, {"xid": xid})).fetchone()
        if row is None or row[0]:
            return
        await asyncio.sleep(_OVER_PAUSE)
    log.warning(
        "A committed transaction is still not seen after %.0f s; its rows are judged now.", _OVER_LIMIT
    )


async def visible(
    connection: AsyncConnection[TupleRow], change: Change, table: Table, people: Sequence[Identity]
) -> set[Identity]:
    """Those of `people` who see the row now."""
    roles = {person.role for person in people}
    taken = {role for role in roles if await grantable(connection, role)}
    people = [person for person in people if person.role in taken]
    try:
        return await _ask(connection, change, table, people)
    except psycopg.Error as error:
        await connection.rollback()
        if len(people) == 1:
            log.warning("The policies of %s failed and hide the row: %s", change.relation.name, error)
            return set()
    seen: set[Identity] = set()
    for person in people:  # one of them fails; the others must not pay for it
        seen |= await visible(connection, change, table, [person])
    return seen


async def _ask(
    connection: AsyncConnection[TupleRow], change: Change, table: Table, people: Sequence[Identity]
) -> set[Identity]:
    lookup = _lookup(change, table)
    timeout = sql.SQL(f"set local statement_timeout = '{_TIMEOUT}'")
    statements: list[sql.Composable] = [sql.SQL(UNLOGGED), timeout]
    for person in people:
        statements += [_become(person), lookup]
    cursor = await connection.execute(sql.SQL("; ").join([*statements, sql.SQL("reset role")]))
    answers: list[bool] = []
    while True:
        if cursor.description and cursor.description[0].name == "seen":
            answers += [row[0] for row in await cursor.fetchall()]
        if not cursor.nextset():
            break
    return {person for person, seen in zip(people, answers, strict=True) if seen}


def _lookup(change: Change, table: Table) -> sql.Composable:
    row = key_row(change, table)
    conditions = [
        sql.Identifier(column.name)
        + sql.SQL(" = ")
        + sql.Literal(row[column.name])
        + sql.SQL(f"::{column.type_sql}")
        for column in table.keys
    ]
    return sql.SQL("select exists (select 1 from {} where {}) as seen").format(
        sql.Identifier(change.relation.schema, change.relation.name), sql.SQL(" and ").join(conditions)
    )


def _become(person: Identity) -> sql.Composable:
    calls = [
        sql.SQL("set_config({}, {}, true)").format(sql.Literal(name), sql.Literal(value))
        for name, value in person.settings().items()
    ]
    return sql.SQL("select ") + sql.SQL(", ").join(calls)
