"""What the exposed schemas hold: tables, columns, keys, foreign keys, functions.

Loaded in one go and looked up in dictionaries, so that a request costs no query of its own. It decides
which names exist, never who may use them: that is Postgres' business. Types and defaults kept here were
written by Postgres itself, so they are SQL that may be repeated; no other text may become such.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, dict_row

from supachat.server.catalog_sql import COLUMNS, FUNCTIONS, KEYS
from supachat.server.context import Pool

Name = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True, slots=True)
class Column:
    """`type` and `default` are SQL as Postgres prints it; `category` is pg_type.typcategory."""

    name: str
    type: str
    category: str = "U"
    default: str | None = None

    @property
    def is_json(self) -> bool:
        return self.type in ("json", "jsonb")

    @property
    def is_text(self) -> bool:
        return self.category == "S"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` of `table` point at `ref_columns` of `ref`. `unique`: at most one row points at each."""

    name: str
    table: Name
    columns: tuple[str, ...]
    ref: Name
    ref_columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, a view, or the rows that a function returns."""

    schema: str
    name: str
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...] = ()

    @property
    def key(self) -> Name:
        return (self.schema, self.name)


class Shape(StrEnum):
    """What a function answers with."""

    VOID = "void"
    SCALAR = "scalar"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    required: bool = True
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One overload. `rows` are the columns of a ROW answer, under the name of their table if it has one."""

    schema: str
    name: str
    parameters: tuple[Parameter, ...]
    shape: Shape
    many: bool
    volatile: bool
    rows: Table


@dataclass(frozen=True, slots=True)
class Catalog:
    """One moment's schemas."""

    tables: Mapping[Name, Table] = field(default_factory=dict)
    functions: Mapping[Name, tuple[Function, ...]] = field(default_factory=dict)
    out_of: Mapping[Name, tuple[ForeignKey, ...]] = field(default_factory=dict)
    into: Mapping[Name, tuple[ForeignKey, ...]] = field(default_factory=dict)

    def names(self, schema: str) -> list[str]:
        return sorted(name for owner, name in self.tables if owner == schema)


def assemble(
    tables: Iterable[Table], keys: Iterable[ForeignKey] = (), functions: Iterable[Function] = ()
) -> Catalog:
    """A catalog of these parts, indexed both ways."""
    out_of: dict[Name, list[ForeignKey]] = {}
    into: dict[Name, list[ForeignKey]] = {}
    overloads: dict[Name, list[Function]] = {}
    for key in keys:
        out_of.setdefault(key.table, []).append(key)
        into.setdefault(key.ref, []).append(key)
    for function in functions:
        overloads.setdefault((function.schema, function.name), []).append(function)
    return Catalog(
        {table.key: table for table in tables},
        {name: tuple(found) for name, found in overloads.items()},
        {name: tuple(found) for name, found in out_of.items()},
        {name: tuple(found) for name, found in into.items()},
    )


async def load(connection: AsyncConnection[TupleRow], schemas: tuple[str, ...]) -> Catalog:
    """Reads the catalog of `schemas`. The connection's transaction is the caller's."""
    # with an empty path Postgres prints every foreign type with its schema
    await connection.execute("select set_config('search_path', '', true)")
    columns = await _rows(connection, COLUMNS, schemas)
    keys = await _rows(connection, KEYS, schemas)
    functions = await _rows(connection, FUNCTIONS, schemas)
    tables = _tables(columns, keys)
    return assemble(tables.values(), _foreign_keys(keys), (_function(row, tables) for row in functions))


async def _rows(
    connection: AsyncConnection[TupleRow], query: Any, schemas: tuple[str, ...]
) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, {"schemas": list(schemas)})
        return await cursor.fetchall()


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    return {
        row["name"]: Column(row["name"], row["type"], row["category"], row.get("default")) for row in rows
    }


def _tables(rows: list[dict[str, Any]], keys: list[dict[str, Any]]) -> dict[Name, Table]:
    primary = {(key["schema"], key["table"]): tuple(key["columns"]) for key in keys if key["kind"] == "p"}
    tables = {}
    for row in rows:
        name = (row["schema"], row["table"])
        tables[name] = Table(*name, _columns(row["columns"]), primary.get(name, ()))
    return tables


def _foreign_keys(rows: list[dict[str, Any]]) -> list[ForeignKey]:
    unique = {
        ((row["schema"], row["table"]), frozenset(row["columns"]))
        for row in rows
        if row["kind"] in ("p", "u")
    }
    return [
        ForeignKey(
            row["name"],
            table := (row["schema"], row["table"]),
            tuple(row["columns"]),
            (row["ref_schema"], row["ref_table"]),
            tuple(row["ref_columns"]),
            unique=(table, frozenset(row["columns"])) in unique,
        )
        for row in rows
        if row["kind"] == "f"
    ]


def _function(row: Mapping[str, Any], tables: Mapping[Name, Table]) -> Function:
    given = [part for part in row["arguments"] if part["mode"] in ("i", "b", "v")]
    required = len(given) - row["defaults"]
    parameters = tuple(
        Parameter(part["name"], part["type"], place < required, part["mode"] == "v")
        for place, part in enumerate(given)
    )
    schema, name = row["schema"], row["name"]
    named = tables.get((row["row_schema"], row["row_table"])) if row["row_table"] else None
    out = [part for part in row["arguments"] if part["mode"] in ("o", "b", "t")]
    found = named or Table(schema, name, _columns(out or row["row_columns"] or ()))
    return Function(schema, name, parameters, _shape(row, bool(out)), row["many"], row["volatile"], found)


def _shape(row: Mapping[str, Any], has_out: bool) -> Shape:
    if has_out or row["composite"]:
        return Shape.ROW
    return Shape.VOID if row["void"] else Shape.SCALAR


class Catalogs:
    """The newest catalog. Loads again when it is old, or when a name is not found in it.

    `fresh` and `pause` are seconds: how long one is trusted, and how long an unknown name waits for
    the next look, so that a stranger's misspelling cannot keep the server loading.
    """

    def __init__(
        self,
        pool: Pool,
        schemas: tuple[str, ...],
        *,
        fresh: float = 60.0,
        pause: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool, self._schemas = pool, schemas
        self._fresh, self._pause, self._clock = fresh, pause, clock
        self._catalog: Catalog | None = None
        self._loaded = 0.0
        self._loading = asyncio.Lock()

    async def current(self) -> Catalog:
        """The catalog, loaded if it is old."""
        if self._catalog is None or self._age() > self._fresh:
            return await self._load(self._fresh)
        return self._catalog

    async def newer(self) -> Catalog | None:
        """Another look because a name was not found; None if the last one is too recent."""
        if self._age() < self._pause:
            return None
        return await self._load(self._pause)

    def _age(self) -> float:
        return self._clock() - self._loaded

    async def _load(self, age: float) -> Catalog:
        """Loads it, unless another request did while this one waited and it is younger than `age`."""
        async with self._loading:
            if self._catalog is None or self._age() >= age:
                async with self._pool.connection() as connection:
                    self._catalog = await load(connection, self._schemas)
                self._loaded = self._clock()
            return self._catalog
