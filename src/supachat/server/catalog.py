"""What the exposed schemas hold: tables, columns, keys, foreign keys, functions. Values only.

Looked up in dictionaries, so that a request costs no query of its own. It decides which names exist, never
who may use them: that is Postgres' business. Types and defaults kept here were written by Postgres itself,
so they are SQL that may be repeated; no other text may become such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")
Name = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True, slots=True)
class Column:
    """`type` and `default` are SQL as Postgres prints it."""

    name: str
    type: str
    default: str | None = None
    nullable: bool = True
    enum: tuple[str, ...] = ()
    comment: str | None = None

    @property
    def is_json(self) -> bool:
        return self.type in ("json", "jsonb")


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` of `table` point at `ref_columns` of `ref`. `unique`: at most one row points at each.

    Either side may be a view through which the key can be followed.
    """

    name: str
    table: Name
    columns: tuple[str, ...]
    ref: Name
    ref_columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, a view, or the rows that a function returns.

    `row_type` is the type of its rows, as SQL; `computed` are the functions of one row that may be asked
    for like columns; `verbs` are those of insert, update and delete that it allows at all.
    """

    schema: str
    name: str
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...] = ()
    is_view: bool = False
    row_type: str | None = None
    computed: Mapping[str, Column] = field(default_factory=dict)
    verbs: frozenset[str] = frozenset({"insert", "update", "delete"})
    comment: str | None = None

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
    """One overload. `rows` are the columns of a ROW answer, under the name of their table if it has one.

    `many` rows unless it says itself that it returns at most one (`lone`). `returns` is what a SCALAR is.
    """

    schema: str
    name: str
    parameters: tuple[Parameter, ...]
    shape: Shape
    many: bool
    volatile: bool
    rows: Table
    returns: Column | None = None
    lone: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """One moment's schemas. `of_row` are the functions that take one row of a table.

    `schemas` are those that are exposed, the default first; `config` is what the project sets of PostgREST,
    by `alter role authenticator set pgrst.NAME`.
    """

    tables: Mapping[Name, Table] = field(default_factory=dict)
    functions: Mapping[Name, tuple[Function, ...]] = field(default_factory=dict)
    out_of: Mapping[Name, tuple[ForeignKey, ...]] = field(default_factory=dict)
    into: Mapping[Name, tuple[ForeignKey, ...]] = field(default_factory=dict)
    of_row: Mapping[Name, tuple[Function, ...]] = field(default_factory=dict)
    types: Mapping[Name, str] = field(default_factory=dict)
    schemas: tuple[str, ...] = ("public",)
    config: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> Name | None:
        """The function that is to be called before each request."""
        schema, _, name = self.config.get("db_pre_request", "").rpartition(".")
        return (schema.strip('"') or self.schemas[0], name.strip('"')) if name else None

    def cap(self, rows: int) -> int:
        """At most so many rows are answered: the project's own number, else `rows`."""
        own = self.config.get("db_max_rows", "")
        return int(own) if own.isascii() and own.isdigit() else rows

    def names(self, schema: str) -> list[str]:
        return sorted(name for owner, name in self.tables if owner == schema)


def assemble(
    tables: Iterable[Table],
    keys: Iterable[ForeignKey] = (),
    functions: Iterable[Function] = (),
    types: Mapping[Name, str] | None = None,
) -> Catalog:
    """A catalog of these parts, indexed both ways. `types` are the schemas' own types, as SQL."""
    out_of: dict[Name, list[ForeignKey]] = {}
    into: dict[Name, list[ForeignKey]] = {}
    overloads: dict[Name, list[Function]] = {}
    named = {table.key: table for table in tables}
    for key in keys:
        out_of.setdefault(key.table, []).append(key)
        into.setdefault(key.ref, []).append(key)
    found = list(functions)
    for name, computing in _of_row(named.values(), found).items():
        named[name] = replace(named[name], computed=_computed(computing))
    found = [
        replace(one, rows=named.get(one.rows.key, one.rows)) if one.rows.row_type else one for one in found
    ]
    for function in found:
        overloads.setdefault((function.schema, function.name), []).append(function)
    of_row = _of_row(named.values(), found)
    return Catalog(named, _frozen(overloads), _frozen(out_of), _frozen(into), _frozen(of_row), types or {})


def _frozen(lists: Mapping[Name, list[T]]) -> dict[Name, tuple[T, ...]]:
    return {name: tuple(found) for name, found in lists.items()}


def _of_row(tables: Iterable[Table], functions: Iterable[Function]) -> dict[Name, list[Function]]:
    owners = {table.row_type: table.key for table in tables if table.row_type}
    found: dict[Name, list[Function]] = {}
    for function in functions:
        owner = owners.get(function.parameters[0].type) if len(function.parameters) == 1 else None
        if owner and owner[0] == function.schema:
            found.setdefault(owner, []).append(function)
    return found


def _computed(functions: Iterable[Function]) -> dict[str, Column]:
    return {
        function.name: function.returns
        for function in functions
        if function.returns and function.shape is Shape.SCALAR and not function.many
    }
