"""Who subscribed to changes of which tables, and the checks before somebody may.

All bindings of a channel stand or fall together. Must never accept a table that is not published, or a
filter on a column that the subscriber's role may not select.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.context import Pool
from supachat.server.realtime.access import Identity
from supachat.server.realtime.filters import (
    ASK,
    IS,
    MAX_IN,
    PATTERNS,
    BadRequest,
    Binding,
    Filter,
    read_binding,
)
from supachat.server.realtime.frames import Shared
from supachat.server.realtime.hub import Topic

_PUBLISHED = """
select p.schemaname, p.tablename, c.oid from pg_publication_tables p
join pg_namespace n on n.nspname = p.schemaname
join pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
where p.pubname = 'supabase_realtime'
  and %(schema)s::text in ('*', p.schemaname) and %(table)s::text in ('*', p.tablename)"""

_COLUMN = """
select format_type(atttypid, atttypmod), exists (
  select from pg_operator
  where oprname = %(operator)s and oprleft = atttypid and oprresult = 'boolean'::regtype
) from pg_attribute
where attrelid = %(table)s and attname = %(column)s and attnum > 0 and not attisdropped
  and has_column_privilege(%(role)s::name, attrelid, attnum, 'select')"""


_Refused = psycopg.errors.RaiseException
"""What the real server's own checks in the database raise."""


class Listener(Hashable, Protocol):
    """A channel that hears changes."""

    @property
    def topic(self) -> Topic: ...

    def hear(self, shared: Shared) -> None: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """One binding of one channel, and as whom its rows are judged."""

    listener: Listener
    binding: Binding
    who: Identity


class Subscriptions:
    """All of them. `pool` is the server's own."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._of: dict[Listener, tuple[Subscription, ...]] = {}

    async def subscribe(
        self, listener: Listener, who: Identity, requests: Sequence[Mapping[str, Any]]
    ) -> None:
        """Replace what `listener` hears. Raises BadRequest with the text for the client."""
        self._of.pop(listener, None)
        bindings = [read_binding(request, int(request["id"])) for request in requests]
        async with self._pool.connection() as connection:
            checked = [await _check(connection, binding, who.role) for binding in bindings]
            await connection.rollback()
        self._of[listener] = tuple(Subscription(listener, binding, who) for binding in checked)

    def unsubscribe(self, listener: Listener) -> None:
        """It hears nothing more."""
        self._of.pop(listener, None)

    def wanting(self, event: str, schema: str, table: str) -> list[Subscription]:
        """The subscriptions for that event of that table, before any filter."""
        return [
            subscription
            for subscriptions in self._of.values()
            for subscription in subscriptions
            if subscription.binding.wants(event, schema, table)
        ]


async def _check(connection: AsyncConnection[TupleRow], binding: Binding, role: str) -> Binding:
    """The binding with its filters' values as PostgreSQL prints them. Raises BadRequest."""
    wanted = {"schema": binding.schema, "table": binding.table}
    tables = await (await connection.execute(_PUBLISHED, wanted)).fetchall()
    if not tables:
        raise BadRequest(
            "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the"
            f" given connect parameters: {binding.shown()}"
        )
    filters = binding.filters
    try:
        for _, _, oid in tables:
            filters = tuple([await _check_filter(connection, item, oid, role) for item in filters])
            for name in binding.select or ():
                if await _column(connection, oid, name, role) is None:
                    raise _Refused(f"invalid column for select {name}")
    except psycopg.Error as error:
        await connection.rollback()
        raise _rejected(binding, error) from error
    return replace(binding, filters=filters)


async def _column(
    connection: AsyncConnection[TupleRow], table: int, name: str, role: str, operator: str = ""
) -> tuple[str, bool] | None:
    """The type of a column that `role` may select, as SQL, and whether it has that operator."""
    asked = {"table": table, "column": name, "role": role, "operator": operator}
    row = await (await connection.execute(_COLUMN, asked)).fetchone()
    return None if row is None else (row[0], row[1])


async def _check_filter(
    connection: AsyncConnection[TupleRow], item: Filter, table: int, role: str
) -> Filter:
    """The filter with its values as PostgreSQL prints them. Raises psycopg.Error for one that could not
    be asked of every row."""
    operator = item.operator
    column = await _column(connection, table, item.column, role, PATTERNS.get(operator, ""))
    if column is None:
        raise _Refused(f"invalid column for filter {item.column}")
    type_sql, has_operator = column
    if operator == "is":
        _check_is(item.values[0], type_sql)
        return item
    if operator in PATTERNS:
        if not has_operator:
            raise _Refused(f"operator {operator} requires a text-compatible column type, got {type_sql}")
        if operator in ("match", "imatch"):
            await _check_regex(connection, operator, item.values[0])
        return item
    if len(item.values) > MAX_IN:
        raise _Refused(f"too many values for `in` filter. Maximum {MAX_IN}")
    cast = sql.SQL(f"::{type_sql}::text")
    values = sql.SQL(", ").join(sql.Literal(value) + cast for value in item.values)
    printed = await (await connection.execute(sql.SQL("select {}").format(values))).fetchone()
    return replace(item, values=tuple(printed)) if printed else item


def _check_is(word: str, type_sql: str) -> None:
    if word not in IS:
        raise _Refused("invalid value for is filter: must be null, true, false, or unknown")
    if word != "null" and type_sql != "boolean":
        raise _Refused(f"is {word} filter requires a boolean column, got {type_sql}")


async def _check_regex(connection: AsyncConnection[TupleRow], operator: str, pattern: str) -> None:
    try:
        await connection.execute(ASK + sql.SQL("'' ~ {}").format(sql.Literal(pattern)))
    except psycopg.errors.InvalidRegularExpression as error:
        words = error.diag.message_primary
        raise _Refused(f"invalid regular expression for {operator} filter: {words}") from error


def _rejected(binding: Binding, error: psycopg.Error) -> BadRequest:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    message = error.diag.message_primary or str(error)
    return BadRequest(
        "Unable to subscribe to changes with given parameters. An exception happened so please check your"
        f" connect parameters: {binding.shown()}. Exception: ERROR {error.sqlstate} ({name}) {message}"
    )
