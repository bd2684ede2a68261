"""PostgREST, carrying out what a dialect asks for, as data in and rows out.

Knows no table and no dialect. Tries nothing a second time, but for one case: a token that the server
does not take is renewed once. Errors come out as `SupachatError`s, mapped in `refusals`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from math import inf
from typing import Any, Protocol

import httpx
from postgrest.exceptions import APIError
from postgrest.types import CountMethod
from supabase import AsyncClient

from supachat.dialects.asks import quoted
from supachat.dialects.calls import Call, Count, Delete, Insert, Row, Rpc, Select, Update
from supachat.domain.errors import KeyRefused, Refused, ServerTrouble, Unreachable
from supachat.remote.http import Note, OfflineByHand, noted
from supachat.remote.inserts import insert_error
from supachat.remote.refusals import UNREADABLE, TokenRefused, network, rows_error
from supachat.remote.shallow import shallow

UNTAKEN = ("the server does not take our sign-in", "Check this computer's clock")
NAMELESS = (
    "the sign-in does not reach the tables",
    "Does a proxy on the way take the Authorization header away?",
)


class Access(Protocol):
    """Who gives access tokens: the session's keeper."""

    async def access(self) -> str: ...

    async def renew(self, refused: str) -> str: ...


class Rows:
    def __init__(
        self, client: AsyncClient, access: Access, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._access, self._clock = client, access, clock
        self._answered_at = -inf
        self.silent_since: float | None = None
        """Since when every call has failed. A refusal is an answer; the server's own trouble is none, and
        a key that the door turns away never came to a table."""

    def reached_since(self, then: float) -> bool:
        """The tables have answered since `then`, and the last call was no failure."""
        return self._answered_at >= then and self.silent_since is None

    async def carry_out(self, call: Call) -> list[Row]:
        """The rows that the server answered; a function's one object is a list of one.

        Raises `SupachatError`: Unreachable, ServerTrouble, RateLimited, NotAllowed, NotFound, Refused,
        DialectError, SessionEnded.
        """
        http = self._client.options.httpx_client
        if http is not None and http.is_closed:
            raise Unreachable("the link is closed", arrived=False)
        token = await self._access.access()
        try:
            return await self._once(call)
        except TokenRefused:
            await self._access.renew(token)
        try:
            return await self._once(call)
        except TokenRefused as error:
            self._failed()
            words, cure = NAMELESS if error.nameless else UNTAKEN
            raise ServerTrouble(words, cure=cure, arrived=False) from error

    async def _once(self, call: Call) -> list[Row]:
        note = noted()
        try:
            answer = await self._run(call)
        except httpx.HTTPError as error:
            if not isinstance(error, OfflineByHand):
                self._failed()
            raise network(error) from error
        except APIError as error:
            refusal = rows_error(error, note)
            if isinstance(call, Insert) and isinstance(refusal, Refused):
                refusal = insert_error(error, refusal)
            if isinstance(refusal, ServerTrouble | KeyRefused):
                self._failed()
            else:
                self._answered()
            raise refusal from error
        except (ValueError, RecursionError) as error:  # neither rows nor an error, or nested too deep
            answer = self._within_reach(note, error)
        if note.foreign:
            self._failed()
            raise ServerTrouble(
                "what answers there is not the project", cure="Is this network asking you in?"
            )
        self._answered()
        return as_rows(answer)

    def _within_reach(self, note: Note, error: Exception) -> object:
        """What can be read of an answer in which something is nested too deep."""
        try:
            if isinstance(error, RecursionError):
                return json.loads(shallow(note.body.decode()))
        except (ValueError, RecursionError):
            pass  # nothing can
        self._failed()
        raise ServerTrouble(UNREADABLE) from error

    def _answered(self) -> None:
        self._answered_at, self.silent_since = self._clock(), None

    def _failed(self) -> None:
        if self.silent_since is None:
            self.silent_since = self._clock()

    def _run(self, call: Call) -> Awaitable[Any]:
        return _BUILDERS[type(call)](self._client, call)


async def _rpc(client: AsyncClient, call: Rpc) -> Any:
    query = client.schema(call.schema).rpc(call.function, dict(call.params))
    return (await (query.offset(call.offset) if call.offset else query).execute()).data


async def _select(client: AsyncClient, call: Select) -> Any:
    query = _filtered(client.schema(call.schema).from_(call.table).select(call.columns), call.filters)
    if call.any_of:
        query = query.or_(call.any_of)
    for column, descending in call.order:
        query = query.order(column, desc=descending)
    if call.limit is not None:
        query = query.limit(call.limit)
    if call.offset:
        query = query.offset(call.offset)
    if (inner := call.inner) is not None:
        for column, descending in inner.order:
            query = query.order(column, desc=descending, foreign_table=inner.name)
        query = query.limit(inner.limit, foreign_table=inner.name)
    return (await query.execute()).data


async def _count(client: AsyncClient, call: Count) -> Any:
    table = client.schema(call.schema).from_(call.table)
    query = _filtered(table.select(call.column, count=CountMethod.estimated, head=True), call.filters)
    answer = await (query.or_(call.any_of) if call.any_of else query).execute()
    return [{"count": answer.count}]


async def _insert(client: AsyncClient, call: Insert) -> Any:
    """`on conflict do nothing`: a row that is there already answers with no row."""
    table, row = client.schema(call.schema).from_(call.table), dict(call.row)
    if not call.on_conflict:
        return (await table.insert(row).execute()).data
    query = table.upsert(row, on_conflict=call.on_conflict, ignore_duplicates=True)
    return (await query.execute()).data


async def _update(client: AsyncClient, call: Update) -> Any:
    query = client.schema(call.schema).from_(call.table).update(dict(call.values))
    return (await _filtered(query, call.filters).execute()).data


async def _delete(client: AsyncClient, call: Delete) -> Any:
    query = client.schema(call.schema).from_(call.table).delete()
    return (await _filtered(query, call.filters).execute()).data


def _filtered(query: Any, filters: tuple[tuple[str, str, str], ...]) -> Any:
    for column, operator, value in filters:
        if column in _PARAMETERS:
            said = value if operator == "in" else quoted(value)
            query = query.or_(f'"{column}".{operator}.{said}')
        else:
            query = query.filter(column, operator, value)
    return query


_PARAMETERS = frozenset({"select", "order", "limit", "offset", "and", "or", "columns", "on_conflict"})
"""What PostgREST takes for a parameter of its own; inside a condition it is the column that it names."""


_BUILDERS: Mapping[type[Call], Callable[[AsyncClient, Any], Awaitable[Any]]] = {
    Rpc: _rpc,
    Select: _select,
    Count: _count,
    Insert: _insert,
    Update: _update,
    Delete: _delete,
}


def as_rows(answer: object) -> list[Row]:
    """Whatever JSON the server gave as rows: nothing is none, an object one, a bare value a row
    with the key `value`."""
    if answer is None or answer == "":
        return []
    if isinstance(answer, list):
        return [row if isinstance(row, dict) else {"value": row} for row in answer]
    return [answer] if isinstance(answer, dict) else [{"value": answer}]
