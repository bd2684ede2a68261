"""Reads the catalog of the exposed schemas from Postgres, in one go.

Must never change anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, dict_row

from supachat.server.catalog import Catalog, Column, Function, Name, Parameter, Shape, Table, assemble
from supachat.server.catalog_sql import COLUMNS, CONFIG, FUNCTIONS, KEYS, SCHEMAS, TYPES, VIEWS
from supachat.server.catalog_views import Key, Relation, Through, origins

_VERBS: Final = {8: "insert", 4: "update", 16: "delete"}
"""The bits of pg_relation_is_updatable."""

Row = dict[str, Any]


async def load(connection: AsyncConnection[TupleRow], schemas: tuple[str, ...]) -> Catalog:
    """The catalog of `schemas` and of those that the project exposes itself, which come first.

    The connection's transaction is the caller's.
    """
    # with an empty path Postgres prints every foreign type with its schema
    await connection.execute("select set_config('search_path', '', true)")
    config = {
        row["name"].removeprefix("pgrst."): row["value"] for row in await _rows(connection, CONFIG, ())
    }
    wanted = tuple(name.strip().strip('"') for name in config.get("db_schemas", "").split(",")) + schemas
    there = {row["name"] for row in await _rows(connection, SCHEMAS, wanted)} | set(schemas)
    schemas = tuple(dict.fromkeys(name for name in wanted if name in there))
    relations = await _rows(connection, COLUMNS, schemas)
    through = Through(
        {row["oid"]: _relation(row) for row in relations},
        {row["view"]: origins(row["tree"]) for row in await _rows(connection, VIEWS, schemas)},
        [_key(row) for row in await _rows(connection, KEYS, schemas)],
    )
    primary = through.primary()
    tables = [_table(row, primary) for row in relations]
    named = {table.key: table for table in tables}
    functions = [_function(row, named) for row in await _rows(connection, FUNCTIONS, schemas)]
    types = {(row["schema"], row["name"]): row["type"] for row in await _rows(connection, TYPES, schemas)}
    return replace(assemble(tables, through.foreign(), functions, types), schemas=schemas, config=config)


async def _rows(
    connection: AsyncConnection[TupleRow], query: LiteralString, schemas: tuple[str, ...]
) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, {"schemas": list(schemas)})
        return await cursor.fetchall()


def _relation(row: Row) -> Relation:
    columns = {column["number"]: column["name"] for column in row["columns"]}
    return Relation((row["schema"], row["table"]), columns)


def _key(row: Row) -> Key:
    numbers, ref_numbers = tuple(row["columns"]), tuple(row["ref_columns"])
    return Key(row["name"], row["kind"], row["table"], numbers, row["ref"], ref_numbers)


def _table(row: Row, primary: Mapping[Name, tuple[str, ...]]) -> Table:
    name = (row["schema"], row["table"])
    return Table(
        *name,
        _columns(row["columns"]),
        primary.get(name, ()),
        is_view=row["is_view"],
        row_type=row["row_type"],
        verbs=frozenset(verb for bit, verb in _VERBS.items() if row["verbs"] & bit),
        comment=row["comment"],
    )


def _columns(rows: Iterable[Row]) -> dict[str, Column]:
    return {row["name"]: _column(row) for row in rows}


def _column(row: Row) -> Column:
    return Column(
        row["name"],
        row["type"],
        row.get("default"),
        row.get("nullable", True),
        tuple(row.get("enum") or ()),
        row.get("comment"),
    )


def _function(row: Row, tables: Mapping[Name, Table]) -> Function:
    given = [part for part in row["arguments"] if part["mode"] in ("i", "b", "v")]
    required = len(given) - row["defaults"]
    parameters = tuple(
        Parameter(part["name"], part["type"], place < required, part["mode"] == "v")
        for place, part in enumerate(given)
    )
    schema, name = row["schema"], row["name"]
    named = tables.get((row["row_schema"], row["row_table"])) if row["row_table"] else None
    out = [part for part in row["arguments"] if part["mode"] in ("o", "b", "t")]
    return Function(
        schema,
        name,
        parameters,
        _shape(row, bool(out)),
        row["many"],
        row["volatile"],
        named or Table(schema, name, _columns(out or row["row_columns"] or ())),
        Column(name, row["returns"]),
        row["lone"],
        row["comment"],
    )


def _shape(row: Row, has_out: bool) -> Shape:
    if has_out or row["composite"]:
        return Shape.ROW
    return Shape.VOID if row["void"] else Shape.SCALAR
