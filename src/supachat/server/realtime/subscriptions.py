"""Who subscribed to changes of which tables, and the checks before somebody may.

All bindings of a channel stand or fall together. Must never accept a table that is not published, or a
filter on a column that the subscriber's role may not select.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Protocol
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.context import Pool
from supachat.server.realtime.access import Identity
from supachat.server.realtime.filters import (
    IS,
    MAX_IN,
    PATTERNS,
    BadRequest,
    Binding,
    Filter,
    asking,
    decide,
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
select format_type(atttypid, atttypmod), typname, exists (
  select from pg_operator
  where oprname = %(operator)s and oprleft = atttypid and oprresult = 'boolean'::regtype
) from pg_attribute join pg_type on pg_type.oid = atttypid
where attrelid = %(table)s and attname = %(column)s and attnum > 0 and not attisdropped
  and has_column_privilege(%(role)s::name, attrelid, attnum, 'select')"""


_Refused = psycopg.errors.RaiseException
"""What the real server's own checks in the database raise."""

EXTENSION: Final = "postgres_changes"
AT_ONCE: Final = 2
"""Checks of subscriptions, one for a socket: their connections are missed by those who sign in or join."""
REGEX_TIME: Final = 1.0


class Listener(Hashable, Protocol):
    """A channel that hears changes."""

    @property
    def topic(self) -> Topic: ...

    @property
    def line(self) -> Hashable:
        """The socket that it is on."""
        ...

    def hear(self, shared: Shared) -> None: ...

    def system(self, status: str, message: str, extension: str = "system") -> None: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """One binding of one channel, and as whom its rows are judged. `asks`: PostgreSQL has to be asked about
    each row for one of the channel's filters."""

    listener: Listener
    binding: Binding
    who: Identity
    asks: bool = False


class Subscriptions:
    """All of them. `pool` is the server's own; `seconds` is how long one channel's may be checked."""

    def __init__(self, pool: Pool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds
        self._checking = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakKeyDictionary[Hashable, asyncio.Lock] = WeakKeyDictionary()
        self._of: dict[Listener, tuple[Subscription, ...]] = {}

    async def subscribe(
        self, listener: Listener, who: Identity, requests: Sequence[Mapping[str, Any]]
    ) -> None:
        """Replace what `listener` hears; until that is checked, which may have to wait, it hears the old.
        Raises BadRequest with the text for the client, and psycopg.Error; it hears nothing then."""
        try:
            bindings = [read_binding(request, int(request["id"])) for request in requests]
            async with self._turns.setdefault(listener.line, asyncio.Lock()), self._checking:
                checked = await self._checked(bindings, who.role)
        except (BadRequest, psycopg.Error):
            self._of.pop(listener, None)
            raise
        asks = any(binding.asks for binding in checked)
        self._of[listener] = tuple(Subscription(listener, binding, who, asks) for binding in checked)

    async def _checked(self, bindings: Sequence[Binding], role: str) -> list[Binding]:
        async with self._pool.connection() as connection:
            try:
                async with asyncio.timeout(self._seconds):
                    checked = [await _check(connection, binding, role) for binding in bindings]
            except TimeoutError as error:
                raise BadRequest(
                    "Unable to subscribe to changes with given parameters: to check them took longer than"
                    f" {self._seconds:g} seconds"
                ) from error
            await connection.rollback()
        return checked

    def unsubscribe(self, listener: Listener) -> None:
        """It hears nothing more."""
        self._of.pop(listener, None)

    def lose(self, listener: Listener, words: str) -> None:
        """It hears nothing more and is told why, unless it has left meanwhile."""
        if self._of.pop(listener, None) is not None:
            listener.system("error", words, EXTENSION)

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
    filters, asks = binding.filters, False
    try:
        for _, _, oid in tables:
            judged = [await _check_filter(connection, item, oid, role) for item in filters]
            filters = tuple(item for item, _ in judged)
            asks = asks or any(asked for _, asked in judged)
            for name in binding.select or ():
                if await _column(connection, oid, name, role) is None:
                    raise _Refused(f"invalid column for select {name}")
    except psycopg.Error as error:
        await connection.rollback()
        raise _rejected(binding, error) from error
    return replace(binding, filters=filters, asks=asks)


class _Column(NamedTuple):
    """A column that may be selected: its type as SQL, that type's name, and whether it has the operator."""

    type_sql: str
    type_name: str
    has_operator: bool


async def _column(
    connection: AsyncConnection[TupleRow], table: int, name: str, role: str, operator: str = ""
) -> _Column | None:
    """The column if `role` may select it."""
    asked = {"table": table, "column": name, "role": role, "operator": operator}
    row = await (await connection.execute(_COLUMN, asked)).fetchone()
    return None if row is None else _Column(*row)


async def _check_filter(
    connection: AsyncConnection[TupleRow], item: Filter, table: int, role: str
) -> tuple[Filter, bool]:
    """The filter with its values as PostgreSQL prints them, and whether it is asked about each row. Raises
    psycopg.Error for one that could not be asked of every row."""
    column = await _column(connection, table, item.column, role, PATTERNS.get(item.operator, ""))
    if column is None:
        raise _Refused(f"invalid column for filter {item.column}")
    checked = await _printed(connection, item, column)
    return checked, decide(checked, {item.column: ""}, column.type_name) is None


async def _printed(connection: AsyncConnection[TupleRow], item: Filter, column: _Column) -> Filter:
    operator, (type_sql, _, has_operator) = item.operator, column
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
        await connection.execute(asking(REGEX_TIME, sql.SQL("'' ~ {}").format(sql.Literal(pattern))))
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
