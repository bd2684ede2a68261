"""The small pieces of SQL: columns, JSON paths, operators, conditions, orders. Pure.

Identifiers come from the catalog, values become parameters, everything else is text written here. The
values are sent without a type, so Postgres reads them as the column's and complains in its own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, LiteralString

from psycopg import sql

from supachat.server.catalog import Column, Table
from supachat.server.rest import errors
from supachat.server.rest.tree import Condition, Field, Group, Match, Order

COMPARE: Final[Mapping[str, LiteralString]] = {
    "eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "like": "LIKE",
    "ilike": "ILIKE", "match": "~", "imatch": "~*", "isdistinct": "IS DISTINCT FROM", "cs": "@>",
    "cd": "<@", "ov": "&&", "sl": "<<", "sr": ">>", "nxr": "&<", "nxl": "&>", "adj": "-|-",
}  # fmt: skip
IS: Final[Mapping[str, LiteralString]] = {
    "null": "IS NULL", "not_null": "IS NOT NULL", "true": "IS TRUE", "false": "IS FALSE",
    "unknown": "IS UNKNOWN",
}  # fmt: skip
SEARCH: Final[Mapping[str, LiteralString]] = {
    "fts": "to_tsquery", "plfts": "plainto_tsquery", "phfts": "phraseto_tsquery",
    "wfts": "websearch_to_tsquery",
}  # fmt: skip
CASTS: Final[Mapping[str, LiteralString]] = {
    name: name
    for name in (
        "text", "varchar", "int", "int2", "int4", "int8", "integer", "bigint", "smallint", "numeric",
        "decimal", "real", "float4", "float8", "double precision", "bool", "boolean", "uuid", "json",
        "jsonb", "date", "time", "timetz", "timestamp", "timestamptz", "timestamp with time zone",
        "timestamp without time zone", "interval", "inet", "citext", "bytea", "money", "name", "xml",
    )
}  # fmt: skip

Value = str | int | list[str]


@dataclass
class Values:
    """The parameters of one statement. A value leaves the text of SQL here and nowhere else."""

    given: dict[str, Value] = field(default_factory=dict)

    def add(self, value: Value) -> sql.Placeholder:
        name = f"v{len(self.given)}"
        self.given[name] = value
        return sql.Placeholder(name)


@dataclass(frozen=True)
class Scope:
    """A table as one SELECT sees it. `embeds` are the conditions that an embedded table has no row."""

    table: Table
    alias: sql.Identifier
    embeds: Mapping[str, sql.Composable] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        found = self.table.columns.get(name) or self.table.computed.get(name)
        if found is None:
            raise errors.no_column(self.table.name, name)
        return found

    def value(self, name: str) -> sql.Composable:
        """The column, or the function of this row that goes by its name."""
        if self.column(name).name in self.table.columns:
            return sql.SQL("{}.{}").format(self.alias, ident(name))
        return sql.SQL("{}({})").format(ident(self.table.schema, name), self.alias)


def ident(*names: str) -> sql.Identifier:
    """A quoted name. A percent sign in it must not be taken for a parameter."""
    return sql.Identifier(*(name.replace("%", "%%") for name in names))


def relation(table: Table) -> sql.Identifier:
    """The table itself, with its schema."""
    return ident(table.schema, table.name)


def from_catalog(text: str) -> sql.Composable:
    """SQL that Postgres itself printed: a type's name or a column's default. Never anything else."""
    return sql.SQL(text.replace("%", "%%"))


def label(name: str) -> sql.Identifier:
    """The name of a column of the answer: the only identifier that a stranger may choose."""
    if "\0" in name:
        raise errors.zero_byte()
    return ident(name)


def listing(parts: list[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def both(parts: list[sql.Composable]) -> sql.Composable:
    """` WHERE a AND b`, nothing for no parts."""
    return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(parts)) if parts else sql.SQL("")


def expression(scope: Scope, wanted: Field, values: Values) -> sql.Composable:
    """The column, or what its JSON path leads to."""
    column = scope.column(wanted.name)
    found = scope.value(wanted.name)
    if not wanted.path:
        return found
    if not column.is_json:
        found = sql.SQL("to_jsonb({})").format(found)
    parts = [sql.SQL("(" * len(wanted.path)), found]  # in one list: an address has room for 2,000 steps
    for step in wanted.path:
        arrow = sql.SQL(" ->> ") if step.as_text else sql.SQL(" -> ")
        kind = sql.SQL("::int)") if isinstance(step.key, int) else sql.SQL("::text)")
        parts += [arrow, values.add(step.key), kind]
    return sql.Composed(parts)


def cast(found: sql.Composable, name: str | None, own: str | None) -> sql.Composable:
    """`found` as another type: one of Postgres' usual ones, or `own`, the schema's of that name as SQL."""
    if name is None:
        return found
    if name.lower() in CASTS:
        return sql.SQL("CAST({} AS {})").format(found, sql.SQL(CASTS[name.lower()]))
    if own is None:
        raise errors.no_type(name)
    return sql.SQL("CAST({} AS {})").format(found, from_catalog(own))


def condition(scope: Scope, wanted: Condition, values: Values) -> sql.Composable:
    """One filter or group of them, in brackets where it needs them."""
    if isinstance(wanted, Group):
        joiner = sql.SQL(" AND ") if wanted.joiner == "and" else sql.SQL(" OR ")
        parts = joiner.join([condition(scope, part, values) for part in wanted.parts])
        return _negated(sql.SQL("({})").format(parts), wanted.negated)
    return _negated(_match(scope, wanted, values), wanted.negated)


def _negated(found: sql.Composable, negated: bool) -> sql.Composable:
    return sql.SQL("NOT ({})").format(found) if negated else found


def _match(scope: Scope, wanted: Match, values: Values) -> sql.Composable:
    absent = scope.embeds.get(wanted.field.name)
    if absent is not None and wanted.operator == "is" and wanted.field.name not in scope.table.columns:
        return _negated(absent, wanted.value == "not_null")
    left = expression(scope, wanted.field, values)
    if isinstance(wanted.value, tuple):
        return sql.SQL("{} = ANY ({})").format(left, values.add(array_text(wanted.value)))
    if wanted.operator == "is":
        return sql.SQL("{} {}").format(left, sql.SQL(IS[wanted.value]))
    if wanted.operator in SEARCH:
        return _search(scope, left, wanted, wanted.value, values)
    text = wanted.value.replace("*", "%") if wanted.operator in ("like", "ilike") else wanted.value
    right: sql.Composable = values.add(text)
    if wanted.every:
        right = sql.SQL("{} ({})").format(sql.SQL("ANY" if wanted.every == "any" else "ALL"), right)
    return sql.SQL("{} {} {}").format(left, sql.SQL(COMPARE[wanted.operator]), right)


def _search(scope: Scope, left: sql.Composable, wanted: Match, text: str, values: Values) -> sql.Composable:
    language: sql.Composable = sql.SQL("")
    if wanted.words:
        language = sql.SQL("{}::regconfig, ").format(values.add(wanted.words))
    if scope.column(wanted.field.name).type != "tsvector":
        left = sql.SQL("to_tsvector({}{})").format(language, left)
    query = sql.SQL("{}({}{})").format(sql.SQL(SEARCH[wanted.operator]), language, values.add(text))
    return sql.SQL("{} @@ {}").format(left, query)


def array_text(values: tuple[str, ...]) -> str:
    """A Postgres array literal of any element type: each element quoted, so none is read as NULL."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def ordering(terms: list[sql.Composable]) -> sql.Composable:
    """` ORDER BY ...`, nothing for no terms."""
    return sql.SQL(" ORDER BY {}").format(listing(terms)) if terms else sql.SQL("")


def directed(found: sql.Composable, order: Order) -> sql.Composable:
    """`found` as a term of an order."""
    if order.descending:
        found = sql.SQL("{} DESC").format(found)
    if order.nulls_first is None:
        return found
    return sql.SQL("{} NULLS {}").format(found, sql.SQL("FIRST" if order.nulls_first else "LAST"))
