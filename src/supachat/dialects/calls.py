"""What a dialect asks of PostgREST, as data. `remote.rows` carries it out; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Row = Mapping[str, Any]
"""One row, or the JSON object that a function returned."""


@dataclass(frozen=True, slots=True)
class Rpc:
    """`POST /rpc/function`. `schema` is the exposed schema it lives in, `offset` how many of its rows to
    leave out."""

    function: str
    params: Mapping[str, Any] = field(default_factory=dict)
    schema: str = "public"
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Inner:
    """Of the rows that are embedded under a name, the first `limit` in an order of (column, descending)."""

    name: str
    order: tuple[tuple[str, bool], ...]
    limit: int = 1


@dataclass(frozen=True, slots=True)
class Select:
    """`GET /table`. `filters` are (column, operator, raw value); `any_of` is the inside of `or=(...)`,
    already quoted by `grammar`; `order` is (column, descending), `offset` how many rows to leave out."""

    table: str
    columns: str = "*"
    filters: tuple[tuple[str, str, str], ...] = ()
    any_of: str = ""
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    schema: str = "public"
    inner: Inner | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """`HEAD /table`: how many rows there would be, the answer one row with `count`: exact where there are
    few, the planner's guess where there are many, None where the server does not say (PostgREST's
    `count=estimated`). `any_of` as in a Select, `column` any that the reader may see."""

    table: str
    column: str
    filters: tuple[tuple[str, str, str], ...] = ()
    any_of: str = ""
    schema: str = "public"


@dataclass(frozen=True, slots=True)
class Insert:
    """`POST /table`. With the row's own key in `on_conflict` a second one changes nothing (`on conflict do
    nothing`); where the server makes the key it is empty, and a second one is a second row."""

    table: str
    row: Row
    on_conflict: str = "id"
    schema: str = "public"


@dataclass(frozen=True, slots=True)
class Update:
    """`PATCH /table` of the rows that the filters name."""

    table: str
    values: Row
    filters: tuple[tuple[str, str, str], ...]
    schema: str = "public"


@dataclass(frozen=True, slots=True)
class Delete:
    """`DELETE /table` of the rows that the filters name."""

    table: str
    filters: tuple[tuple[str, str, str], ...]
    schema: str = "public"


Call = Rpc | Select | Count | Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Binding:
    """Rows of one table to be told of as they change (postgres_changes). `event` is INSERT, UPDATE,
    DELETE or `*`; `filter` is `column=eq.value`, empty for every row that the reader may see."""

    event: str
    table: str
    schema: str = "public"
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A realtime topic to join, without the `realtime:` prefix."""

    name: str
    private: bool = True
    sealed: bool = False
    """No policy lets a client broadcast here: what it says is believed without reading the row."""
    replication_ready: bool = False
    """Ask the server to say when broadcasts from the database flow."""
    acks: bool = False
    """Ask the server to say of each broadcast of ours that it has passed it on."""
    presence_key: str = ""
    """Join with presence under this key; empty for none."""
    replays: bool = False
    """Notices are told here, which stand in no table: joined again, ask for those that were missed."""
    bindings: tuple[Binding, ...] = ()
    """Ready once the server says that it is subscribed to the database."""

    @property
    def carries_rows(self) -> bool:
        return self.sealed or bool(self.bindings)


def merged(topics: Iterable[Topic]) -> tuple[Topic, ...]:
    """What is asked of one topic several times, as one join: each topic once, in order."""
    found: dict[str, Topic] = {}
    for topic in topics:
        first = found.get(topic.name)
        found[topic.name] = topic if first is None else _both(first, topic)
    return tuple(found.values())


def _both(one: Topic, other: Topic) -> Topic:
    return replace(
        one,
        private=one.private or other.private,
        sealed=one.sealed or other.sealed,
        replication_ready=one.replication_ready or other.replication_ready,
        acks=one.acks or other.acks,
        replays=one.replays or other.replays,
        presence_key=one.presence_key or other.presence_key,
        bindings=tuple(dict.fromkeys((*one.bindings, *other.bindings))),
    )
