"""The tables of a project as the signed-in reader sees them: by its own description, else by trying names.

Reads at most one row of a table. Hosted projects keep their description from publishable keys; there a
small dictionary of names is tried, and each column is asked for its type.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from supachat.assemble.examine import code_of
from supachat.dialects.calls import Call, Row, Select
from supachat.dialects.guess import words
from supachat.dialects.guess.seen import Column, Table, from_row, tables
from supachat.domain.errors import DialectError, NotAllowed, Refused

AT_ONCE = 8
"""Questions under way at a time."""


class Asked(Protocol):
    """What is needed of the examiner."""

    async def describe(self, schema: str) -> Mapping[str, Any] | None: ...

    async def rows(self, call: Call) -> list[Row]: ...

    async def kind(self, table: str, column: str, schema: str) -> str | None: ...


async def look(examiner: Asked, schema: str, also: Sequence[str] = ()) -> tuple[Table, ...]:
    """`also` are names of tables to try besides. Raises `SupachatError` for a project that says nothing."""
    document = await examiner.describe(schema)
    if document is not None and (found := tables(document)):
        return found
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> Table | None:
        async with slots:
            row = await _one_row(examiner, name, schema)
        if row is None:
            return None
        if not row:
            return await _by_names(examiner, slots, name, schema)
        return await _filled(examiner, slots, from_row(name, row), schema)

    tried = await asyncio.gather(*(one(name) for name in dict.fromkeys((*also, *words.TABLES))))
    return tuple(table for table in tried if table is not None)


async def _one_row(examiner: Asked, table: str, schema: str) -> Row | None:
    """A row, an empty one where none is to be seen, None where there is no such table."""
    try:
        found = await examiner.rows(Select(table, limit=1, schema=schema))
    except (DialectError, NotAllowed):
        return None
    except Refused as error:
        if code_of(error).startswith("PGRST"):
            return None
        raise
    return found[0] if found else {}


async def _filled(examiner: Asked, slots: asyncio.Semaphore, table: Table, schema: str) -> Table:
    """A row tells nothing of the columns that are null in it: they are asked for."""

    async def one(column: Column) -> Column:
        if column.type:
            return column
        async with slots:
            return replace(column, type=await examiner.kind(table.name, column.name, schema) or "text")

    return replace(table, columns=tuple(await asyncio.gather(*map(one, table.columns))))


async def _by_names(examiner: Asked, slots: asyncio.Semaphore, table: str, schema: str) -> Table | None:
    """A table in which no row is to be seen, by the columns that it is likely to have."""

    async def one(name: str) -> Column | None:
        async with slots:
            kind = await examiner.kind(table, name, schema)
        return None if kind is None else Column(name, kind or "text", key=name == "id")

    found = await asyncio.gather(*(one(name) for name in words.COLUMNS))
    columns = tuple(column for column in found if column is not None)
    return Table(table, columns, frozenset({"post"})) if columns else None
