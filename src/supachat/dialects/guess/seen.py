"""Tables as they are seen from outside, and how PostgREST's description of an API says them. Pure.

The description is Swagger 2.0; keys and references stand in the columns' descriptions as `<pk/>` and
`<fk table='…' column='…'/>` (PostgREST's documentation, "OpenAPI"). Its `required` lists every column that
is NOT NULL, those with a default too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FOREIGN = re.compile(r"<fk table='([^']+)' column='([^']+)'/>")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
"""What a map can name. Other names of a stranger's go no farther than here."""
_TIME = re.compile(r"timestamp|date")
_WHOLE = re.compile(r"(small|big)?int|integer")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Column:
    """`type` is PostgreSQL's name of it, empty where nobody could see it."""

    name: str
    type: str = ""
    required: bool = False
    """NOT NULL."""
    default: bool = False
    key: bool = False
    refers: tuple[str, str] | None = None
    """The table and the column that it is a foreign key to."""
    words: tuple[str, ...] = ()
    """What it may be, where that is an enum."""
    made: bool = False
    """A view of ours computes it: nothing can be written there."""

    @property
    def is_text(self) -> bool:
        return self.type in ("", "text", "citext") or self.type.startswith("character")

    @property
    def is_time(self) -> bool:
        return _TIME.match(self.type) is not None

    @property
    def is_whole(self) -> bool:
        return _WHOLE.match(self.type) is not None

    @property
    def is_number(self) -> bool:
        return self.is_whole or self.type.startswith(("numeric", "real", "double"))

    @property
    def is_json(self) -> bool:
        return self.type in ("json", "jsonb")

    @property
    def must_be_given(self) -> bool:
        return self.required and not self.default and not (self.key and self.is_whole)


@dataclass(frozen=True, slots=True)
class Table:
    """`verbs` are what may be done with it besides reading, as HTTP says it: post, patch, delete. `shows`
    is the table whose rows a view of ours shows."""

    name: str
    columns: tuple[Column, ...]
    verbs: frozenset[str] = frozenset()
    shows: str = ""

    @property
    def key(self) -> Column | None:
        """The one column that is its key; of several the one called id; None where there is none such."""
        keys = [column for column in self.columns if column.key]
        return keys[0] if len(keys) == 1 else next((one for one in keys if one.name == "id"), None)

    @property
    def single_key(self) -> Column | None:
        """The key where it is one column alone."""
        return self.key if sum(column.key for column in self.columns) == 1 else None

    def column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.name == name), None)


def tables(document: Mapping[str, Any]) -> tuple[Table, ...]:
    """The tables of a description of an API. What is not of its form is left out."""
    definitions, paths = _object(document.get("definitions")), _object(document.get("paths"))
    return tuple(
        Table(name, _columns(_object(said)), frozenset(_object(paths.get(f"/{name}"))) - {"get"})
        for name, said in definitions.items()
        if _NAME.fullmatch(name)
    )


def from_row(name: str, row: Mapping[str, Any]) -> Table:
    """A table of which one row was seen: the columns, and of what kind their values are. A column `id`
    is taken for the key."""
    columns = [
        Column(one, _kind(value), default=value is None, key=one == "id")
        for one, value in row.items()
        if _NAME.fullmatch(one)
    ]
    return Table(name, tuple(columns), frozenset({"post"}))


def _columns(said: Mapping[str, Any]) -> tuple[Column, ...]:
    required = said.get("required")
    needed = set(map(str, required)) if isinstance(required, list) else set()
    given = _object(said.get("properties"))
    return tuple(
        _column(name, _object(one), name in needed) for name, one in given.items() if _NAME.fullmatch(name)
    )


def _column(name: str, said: Mapping[str, Any], required: bool) -> Column:
    notes = str(said.get("description", ""))
    foreign, words = _FOREIGN.search(notes), said.get("enum")
    return Column(
        name,
        str(said.get("format", "")),
        required,
        "default" in said,
        "<pk/>" in notes,
        (foreign[1], foreign[2]) if foreign else None,
        tuple(map(str, words)) if isinstance(words, list) else (),
    )


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint"
    if isinstance(value, dict | list):
        return "jsonb"
    if isinstance(value, str):
        return "timestamp" if _DATE.match(value) else "uuid" if _UUID.fullmatch(value) else "text"
    return ""


def _object(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
