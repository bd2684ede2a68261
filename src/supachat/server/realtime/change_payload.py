"""A changed row as the `data` of a postgres_changes frame. Pure; values that only PostgreSQL can print come
through a function.
Must never show a column that the reader's role may not select, nor an old row behind row level security.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from supachat.server.realtime.frames import parse_json
from supachat.server.realtime.pgoutput import UNCHANGED, Change, Row

TOO_LARGE: Final = "Error 413: Payload Too Large"
UNAUTHORIZED: Final = "Error 401: Unauthorized"
NO_KEY: Final = "Error 400: Bad Request, no primary key"
_KEPT_BYTES: Final = 64  # values up to this size stay in a record that is too large

_NUMBERS: Final = {"int2", "int4", "int8", "oid", "float4", "float8", "numeric"}
_TEXTS: Final = {
    "text", "varchar", "bpchar", "char", "name", "citext", "uuid", "date", "time", "timetz", "interval",
    "inet", "cidr", "macaddr", "bytea", "tsvector", "xml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its type's short name, the type as SQL writes it, whether it is of the primary key."""

    name: str
    type_name: str
    type_sql: str
    key: bool
    text: bool = False  # an enum or a domain over one of the types that JSON shows as text


@dataclass(frozen=True, slots=True)
class Table:
    """What the catalog says of a published table."""

    columns: tuple[TableColumn, ...]
    secured: bool  # row level security is on

    @property
    def keys(self) -> tuple[TableColumn, ...]:
        return tuple(column for column in self.columns if column.key)


class NotSimple(Exception):
    """Only PostgreSQL can turn this value into JSON."""


def simple_json(text: str, column: TableColumn) -> Any:
    """A column's text as the JSON value PostgreSQL makes of it. Raises NotSimple."""
    name = column.type_name
    if name in _TEXTS or column.text:
        return text
    if name in _NUMBERS:
        return _number(text)
    if name == "bool":
        return text == "t"
    if name in ("json", "jsonb"):
        return parse_json(text)
    if name in ("timestamp", "timestamptz"):
        return _timestamp(text)
    raise NotSimple(name)


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        value = float(text)
        return value if math.isfinite(value) else text


def _timestamp(text: str) -> str:
    date, _, clock = text.partition(" ")
    if not clock:
        return text  # infinity
    if clock[-3:-2] in ("+", "-"):
        clock += ":00"
    return f"{date}T{clock}"


def key_row(change: Change, table: Table) -> Row:
    """The values of the primary key, new if there are new ones."""
    row = change.new if change.new is not None else change.old or {}
    return {column.name: row.get(column.name) for column in table.keys}


def old_row(change: Change, table: Table) -> Row:
    """What of the old row may be told: with row level security a DELETE tells only its key."""
    if change.old is None:
        return key_row(change, table)  # the identity did not change, so PostgreSQL did not send it
    if change.kind == "DELETE" and table.secured:
        return key_row(change, table)
    return change.old


def is_large(change: Change, limit: int) -> bool:
    """Whether the record is over `limit` bytes."""
    rows = (change.new or {}, change.old or {})
    return sum(len(value) for row in rows for value in row.values() if isinstance(value, str)) > limit


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a payload is made: the columns its role may select and those it asked for (None: all)."""

    selectable: Collection[str]
    select: tuple[str, ...] | None


def _chosen(table: Table, reader: Reader) -> list[TableColumn]:
    return [
        column
        for column in table.columns
        if column.name in reader.selectable
        and (reader.select is None or column.key or column.name in reader.select)
    ]


def payload(
    change: Change,
    at: datetime,
    table: Table,
    reader: Reader,
    to_json: Callable[[str, TableColumn], Any],
    limit: int,
) -> dict[str, Any]:
    """The `data` object. `to_json` makes the value of a column's text."""
    problem = _problem(change, table, reader)
    if problem is not None:
        return _base(change) | {"record": {}, "columns": [], "commit_timestamp": None, "errors": [problem]}
    large = is_large(change, limit)
    columns = _chosen(table, reader)

    def shown(row: Row) -> dict[str, Any]:
        return {
            column.name: None if value is None else to_json(value, column)
            for column in columns
            if column.name in row
            and (value := row[column.name]) is not UNCHANGED
            and not (large and (value is None or len(value.encode()) > _KEPT_BYTES))
        }

    data = _base(change) | {
        "columns": [{"name": column.name, "type": column.type_name} for column in columns],
        "commit_timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "errors": [TOO_LARGE] if large else None,
    }
    if change.new is not None:
        data["record"] = shown(change.new)
    if change.kind != "INSERT":
        data["old_record"] = shown(old_row(change, table))
    return data


def _base(change: Change) -> dict[str, Any]:
    return {"schema": change.relation.schema, "table": change.relation.name, "type": change.kind}


def _problem(change: Change, table: Table, reader: Reader) -> str | None:
    if change.kind == "DELETE":
        return None
    if not table.keys:
        return NO_KEY
    return None if all(column.name in reader.selectable for column in table.keys) else UNAUTHORIZED
