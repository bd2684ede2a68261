"""The tree of a REST query: what was asked, before any name in it is known to exist.

Pure values. Names here are a stranger's text: they reach SQL only through the catalog.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a JSON path: `->key` or `->>key`; digits count places in an array."""

    key: str | int
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Star:
    """Every column."""


@dataclass(frozen=True, slots=True)
class Count:
    """`count`, where no column of that name exists: how many rows."""

    alias: str = "count"


@dataclass(frozen=True, slots=True)
class Pick:
    """One column or JSON path, under `alias` if given, as another type if `cast`."""

    field: Field
    alias: str | None = None
    cast: str | None = None

    @property
    def label(self) -> str:
        """The key in the answer: the alias, else the last name of the path, else the column's."""
        names = [step.key for step in self.field.path if isinstance(step.key, str)]
        return self.alias or (names[-1] if names else self.field.name)


@dataclass(frozen=True, slots=True)
class Match:
    """`field operator value`. `words` is the language of a text search, `every` is any/all or None."""

    field: Field
    operator: str
    value: str | tuple[str, ...]
    negated: bool = False
    words: str | None = None
    every: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `and` or `or`."""

    joiner: str
    parts: tuple[Condition, ...]
    negated: bool = False


Condition: TypeAlias = Match | Group


@dataclass(frozen=True, slots=True)
class Order:
    """`relation` is the embedded table whose field it is, None for the table's own."""

    field: Field
    descending: bool = False
    nulls_first: bool | None = None
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """What is wanted of one table: the root, or one embedded in another."""

    items: tuple[Item, ...] = (Star(),)
    where: tuple[Condition, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Embed:
    """Rows of a related table inside each row. `inner` drops the rows that have none."""

    name: str
    node: Node
    alias: str | None = None
    hint: str | None = None
    inner: bool = False
    spread: bool = False

    @property
    def label(self) -> str:
        return self.alias or self.name


Item: TypeAlias = Star | Count | Pick | Embed


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query string. `arguments` are those of a function called by GET."""

    root: Node
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: tuple[tuple[str, str], ...] = ()


class ParseError(Exception):
    """Text that is no query: `what` names the part, `column` counts from 1, `why` is what was expected."""

    def __init__(self, what: str, text: str, column: int, why: str) -> None:
        super().__init__(f'"failed to parse {what} ({text})" (line 1, column {column})')
        self.why = why


class UnknownEmbed(Exception):
    """A filter, order or limit speaks of an embedded table that the select does not name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Aggregate(Exception):
    """The select asks for an aggregate function, which a hosted project does not allow unless told."""


class BadRange(Exception):
    """A limit or offset below zero, or a range that ends before it begins. The message is PostgREST's."""
