"""Whether a changed row satisfies the filters of those who subscribed to its table.

Texts decide most of them; PostgreSQL is asked for the others, all at once. Must never let one client's
filter cost another the row, nor more than its time once.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping, Sequence

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.realtime.change_payload import Table
from supachat.server.realtime.filters import Filter, asking, decide, expression
from supachat.server.realtime.pgoutput import UNCHANGED, Change
from supachat.server.realtime.subscriptions import Subscription

_FAILS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    psycopg.errors.QueryCanceled,
)
"""How one person's filter fails on a value: as a pattern that ends in a backslash, as one that a domain
takes no longer, or by taking too long."""


async def passing(
    connection: AsyncConnection[TupleRow],
    change: Change,
    table: Table,
    subscriptions: Sequence[Subscription],
    seconds: float,
) -> tuple[list[Subscription], set[Hashable]]:
    """The subscriptions whose filters the row satisfies, and the sockets whose filters took too long.

    `seconds` is what PostgreSQL may need for all of them together.
    """
    asked = {item for subscription in subscriptions for item in subscription.binding.filters}
    verdicts, conditions = _sorted_out(asked, change, table)
    slow: set[Hashable] = set()
    try:
        verdicts |= zip(conditions, await _together(connection, conditions.values(), seconds), strict=True)
    except _FAILS:
        await connection.rollback()
        slow = await _one_by_one(connection, subscriptions, conditions, verdicts, seconds)
    passed = [
        subscription
        for subscription in subscriptions
        if subscription.listener.line not in slow
        and all(verdicts[item] for item in subscription.binding.filters)
    ]
    return passed, slow


def _sorted_out(
    filters: Iterable[Filter], change: Change, table: Table
) -> tuple[dict[Filter, bool], dict[Filter, sql.Composable]]:
    """What is decided, and what PostgreSQL is to be asked for the rest."""
    row = change.new if change.new is not None else change.old or {}
    columns = {column.name: column for column in table.columns}
    verdicts: dict[Filter, bool] = {}
    conditions: dict[Filter, sql.Composable] = {}
    for item in filters:
        column = columns.get(item.column)
        verdict = decide(item, row, column.type_name if column else "")
        value = row.get(item.column)
        if verdict is None and column is not None and value is not UNCHANGED:
            conditions[item] = expression(item, value, column.type_sql)
        else:
            verdicts[item] = bool(verdict)
    return verdicts, conditions


async def _together(
    connection: AsyncConnection[TupleRow], conditions: Iterable[sql.Composable], seconds: float
) -> Sequence[bool]:
    """Each one's answer. Raises one of `_FAILS` where one of them fails."""
    listed = list(conditions)
    if not listed:
        return []
    array = sql.SQL("array[{}]").format(sql.SQL(", ").join(listed))
    found: Sequence[bool] = (await _asked(connection, array, seconds))[0]
    return found


async def _one_by_one(
    connection: AsyncConnection[TupleRow],
    subscriptions: Sequence[Subscription],
    conditions: Mapping[Filter, sql.Composable],
    verdicts: dict[Filter, bool],
    seconds: float,
) -> set[Hashable]:
    """Adds to `verdicts`. Gives the sockets that were too slow: when the time is used up, the one that used
    most of it is out, and what it used is forgotten."""
    used: dict[Hashable, float] = {}
    slow: set[Hashable] = set()
    for subscription in subscriptions:
        line = subscription.listener.line
        for item in subscription.binding.filters:
            if item in verdicts or line in slow:
                continue
            verdicts[item], took = await _alone(connection, conditions[item], seconds)
            used[line] = used.get(line, 0.0) + took
            if sum(used.values()) >= seconds:
                slow.add(max(used, key=lambda each: used[each]))
                used = {each: cost for each, cost in used.items() if each not in slow}
    return slow


async def _alone(
    connection: AsyncConnection[TupleRow], condition: sql.Composable, seconds: float
) -> tuple[bool, float]:
    """Whether PostgreSQL says so, and the seconds that it needed. One that fails is not satisfied."""
    began = time.monotonic()
    try:
        # its own clock: while we are busy nobody's filter is slow
        clock = sql.SQL(", extract(epoch from clock_timestamp() - statement_timestamp())::float8")
        said, took = await _asked(connection, condition + clock, seconds)
    except _FAILS:
        took = time.monotonic() - began
        await connection.rollback()
        return False, took
    return bool(said), float(took)


async def _asked(
    connection: AsyncConnection[TupleRow], condition: sql.Composable, seconds: float
) -> TupleRow:
    cursor = await connection.execute(asking(seconds, condition))
    cursor.nextset()
    (row,) = await cursor.fetchall()
    return row
