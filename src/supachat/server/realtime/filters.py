"""What a postgres_changes request asks for, and whether a row satisfies it.

Pure. A comparison that equal texts cannot decide becomes an SQL expression for PostgreSQL to decide, so
that numbers, times and patterns compare as they do there. Must never put a client's text into SQL
except as a literal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql

from supachat.server.realtime.pgoutput import UNCHANGED, Row

EVENTS: Final = ("INSERT", "UPDATE", "DELETE")
MAX_IN: Final = 100
MAX_FILTER: Final = 8_192
"""Letters of one request's filter: as many as an address of REST has. The real server has no limit, but
letters are read one by one, and the five millions of a frame would stop everybody for seconds."""

_OPERATORS: Final = {
    "eq": "=",
    "neq": "<>",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "like": "like",
    "ilike": "ilike",
    "match": "~",
    "imatch": "~*",
    "isdistinct": "is distinct from",
}
PATTERNS: Final = {"like": "~~", "ilike": "~~", "match": "~", "imatch": "~*"}
"""Operators that compare texts, each with PostgreSQL's own that a column's type must have for it."""
IS: Final = ("null", "true", "false", "unknown")
# equal values of these types have equal texts
_PLAIN: Final = {"int2", "int4", "int8", "text", "varchar", "uuid", "bool"}
_FILTER = re.compile(r"(?s)([^=]+)=(not\.)?([a-z]+)\.(.*)")


class BadRequest(Exception):
    """A postgres_changes request that cannot be read; the text goes to the client."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison. `values` has one text, or for `in` all of them."""

    column: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False

    def shown(self) -> str:
        """As the real server's errors print it."""
        value = f"{{{','.join(self.values)}}}" if self.operator == "in" else self.values[0]
        return f'{{"{self.column}", "{self.operator}", "{value}"}}'


@dataclass(frozen=True, slots=True)
class Binding:
    """One request. `*` stands for any event, schema or table; `select` is None for all columns."""

    request_id: int
    event: str
    schema: str
    table: str
    filters: tuple[Filter, ...] = ()
    select: tuple[str, ...] | None = None
    asks: bool = False  # whether PostgreSQL has to be asked about each row

    def shown(self) -> str:
        """As the real server's errors print it."""
        filters = ", ".join(item.shown() for item in self.filters)
        select = (
            "nil" if self.select is None else "[" + ", ".join(f'"{name}"' for name in self.select) + "]"
        )
        return (
            f"[event: {self.event}, schema: {self.schema}, table: {self.table},"
            f" filters: [{filters}], select: {select}]"
        )

    def wants(self, event: str, schema: str, table: str) -> bool:
        """Whether it asks for that event of that table."""
        return self.event in ("*", event) and self.schema in ("*", schema) and self.table in ("*", table)


def read_binding(request: Mapping[str, Any], request_id: int) -> Binding:
    """One request as the client wrote it. Raises BadRequest."""
    schema, table = request.get("schema"), request.get("table")
    if not isinstance(schema, str) and not isinstance(table, str):
        given = ", ".join(f'"{key}" => "{value}"' for key, value in request.items())
        raise BadRequest(
            "No subscription params provided. Please provide at least a `schema` or `table` to subscribe"
            f" to: %{{{given}}}"
        )
    event = str(request.get("event")).upper()
    select = _select(request.get("select"))
    if select is not None and (not isinstance(table, str) or "*" in (schema, table)):
        raise BadRequest(
            "Column selection is not supported for wildcard subscriptions."
            " Provide an explicit schema and table name."
        )
    return Binding(
        request_id,
        event if event in EVENTS else "*",
        schema if isinstance(schema, str) else "public",
        table if isinstance(table, str) else "*",
        read_filters(request.get("filter")),
        select,
    )


def _select(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        raise BadRequest(
            "Error parsing `select` params: expected a list of column name strings,"
            ' e.g. select: ["col1", "col2"]'
        )
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
    return tuple(names) or None


def read_filters(text: Any) -> tuple[Filter, ...]:
    """`col=op.value[,col2=op.value]`. Raises BadRequest."""
    if text is None:
        return ()
    if not isinstance(text, str):
        raise BadRequest(f"Error parsing `filter` params: {text}")
    if len(text) > MAX_FILTER:
        raise BadRequest(f"Error parsing `filter` params: longer than {MAX_FILTER} characters")
    return tuple(_read_filter(part.strip()) for part in _split(text)) if text.strip() else ()


def _split(text: str) -> list[str]:
    """`text` between its commas; those inside brackets and quotes belong to a value. A quote begins where
    a value does, so that one in the middle of a word is a letter like any other."""
    parts, start, depth, quoted = [], 0, 0, False
    begun = (
        False  # whether the part has a letter yet: to look back at each quote took minutes for a long one
    )
    at = 0
    while at < len(text):
        char = text[at]
        if quoted:
            at += char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = not begun or text[at - 1] in ".(,"
        elif char == "," and not depth:
            parts.append(text[start:at])
            start = at + 1
        else:
            depth = max(0, depth + (char == "(") - (char == ")"))
        begun = at >= start and (begun or not char.isspace())
        at += 1
    return [*parts, text[start:]]


def _read_filter(part: str) -> Filter:
    if not part:
        raise BadRequest(
            "Error parsing `filter` params: filter must not contain empty segments (check for extra commas)"
        )
    found = _FILTER.fullmatch(part)
    if found is None:
        raise BadRequest(f'Error parsing `filter` params: ["{part}"]')
    column, negated, operator, value = found.groups()
    if operator == "in":
        values = _in_values(value)
    elif operator in _OPERATORS or operator == "is":
        values = (_unquoted(value),)
    else:
        raise BadRequest(f'Error parsing `filter` params: ["{operator}", "{value}"]')
    return Filter(column, operator, values, negated is not None)


def _in_values(value: str) -> tuple[str, ...]:
    if len(value) < 2 or not value.startswith("(") or not value.endswith(")"):
        raise BadRequest("Error parsing `filter` params: `in` filter value must be wrapped by parentheses")
    listed = value[1:-1].strip()
    return tuple(_unquoted(item.strip()) for item in _split(listed)) if listed else ()


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def decide(item: Filter, row: Row, type_name: str) -> bool | None:
    """Whether the row satisfies the filter; None where PostgreSQL has to decide.

    A column that the row does not carry satisfies nothing, as in Realtime's is_visible_through_filters: a
    DELETE carries only its key, no row one that was renamed or dropped since, an UPDATE no long text that
    was left alone. The filter's values must be as PostgreSQL prints them.
    """
    value = row.get(item.column, UNCHANGED)
    if value is UNCHANGED:
        return False
    if item.operator == "is" and item.values[0] == "null":
        return (value is None) != item.negated
    if value is None and item.operator not in ("is", "isdistinct"):
        return False
    if not item.values:
        return item.negated
    if item.operator in ("eq", "neq", "in") and type_name in _PLAIN:
        return (value in item.values) ^ (item.operator == "neq") ^ item.negated
    return None


def asking(seconds: float, condition: sql.Composable) -> sql.Composed:
    """What asks PostgreSQL for no longer than that: a regular expression can take seconds to read, and
    with references back hours over 300 letters."""
    limit = max(1, int(seconds * 1000))  # zero were no limit
    return sql.SQL(f"set local statement_timeout = {limit}; select ") + condition


def expression(item: Filter, value: str | None, type_sql: str) -> sql.Composable:
    """The filter as an SQL condition on a value of that type (its name as PostgreSQL prints it)."""
    cast = sql.SQL("::text" if item.operator in PATTERNS else f"::{type_sql}")
    left = sql.Literal(value) + cast
    if item.operator == "is":
        condition = left + sql.SQL(f" is {item.values[0]}")
    elif item.operator == "in":
        condition = left + sql.SQL(" in (") + sql.SQL(", ").join(_cast(item.values, cast)) + sql.SQL(")")
    else:
        operator = sql.SQL(f" {_OPERATORS[item.operator]} ")
        condition = left + operator + _cast(item.values, cast)[0]
    negation = sql.SQL("not " if item.negated else "")
    return sql.SQL("coalesce(") + negation + sql.SQL("(") + condition + sql.SQL("), false)")


def _cast(values: Sequence[str], cast: sql.SQL) -> list[sql.Composable]:
    return [sql.Literal(value) + cast for value in values]
