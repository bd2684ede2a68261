"""Which tables and columns a map names, and what each has to be. Pure; for the checker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from supachat.dialects.shape import Map

TIME, TEXT = "a timestamp", "a text"


@dataclass(frozen=True, slots=True)
class Use:
    """One table of a map. `filled` are columns that may not be null, `kinds` those that have to be of a
    kind, `events` what is to be told of it as it happens (postgres_changes)."""

    table: str
    columns: tuple[str, ...]
    key: str = ""
    filled: tuple[str, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict)
    events: frozenset[str] = frozenset()


def uses(map_: Map) -> tuple[Use, ...]:
    """Every table that the map names, each once; the messages first."""
    told: dict[str, frozenset[str]] = {}
    for change in map_.changes:
        told[change.table] = told.get(change.table, frozenset()) | frozenset(change.events)
    found: dict[str, Use] = {}
    for use in (*_chat(map_), *_beside(map_)):
        known = found.get(use.table)
        found[use.table] = use if known is None else _both(known, use)
    for table in told:
        found.setdefault(table, Use(table, ()))
    return tuple(
        Use(one.table, one.columns, one.key, one.filled, one.kinds, told.get(one.table, frozenset()))
        for one in found.values()
    )


def functions(map_: Map) -> tuple[str, ...]:
    """Every function that the map calls, each once."""
    parts: list[object] = [map_.me, map_.threads, map_.send, map_.edit, map_.delete, map_.read, map_.find]
    parts += [map_.ensure, map_.create, map_.search, map_.prices, map_.presence_row, map_.audit]
    parts += [*map_.alter.values(), *(part for feed in map_.feeds for part in (feed.take, feed.close))]
    found = (getattr(part, "rpc", None) for part in parts)
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def _chat(map_: Map) -> Iterable[Use]:
    if (part := map_.stored) is not None:
        kinds = {part.order: TIME, part.body: TEXT} | ({part.edited: TIME} if part.edited else {})
        yield Use(part.table, part.columns, part.key, (part.order, part.key), kinds)
    if map_.threads.table is not None:
        yield Use(map_.threads.table, map_.threads.columns, map_.threads.id, (map_.threads.id,))
    if map_.me is not None and map_.me.table is not None:
        asked = tuple(dict.fromkeys((*map_.me.columns, *map_.me.params)))
        yield Use(map_.me.table, asked, filled=(map_.me.id,))


def _beside(map_: Map) -> Iterable[Use]:
    for feed in map_.feeds:
        times = [name for name in (feed.at, feed.when, feed.until) if name is not None]
        yield Use(feed.table, feed.columns, feed.id, (feed.id, feed.at), dict.fromkeys(times, TIME))
    if (canned := map_.canned) is not None:
        yield Use(canned.table, (canned.name, canned.text))
    if (prices := map_.prices) is not None:
        yield Use(
            prices.table, (prices.symbol, prices.price, prices.change, prices.at), kinds={prices.at: TIME}
        )
    if (row := map_.presence_row) is not None:
        yield Use(row.table, (row.person, row.thread, row.status, row.seen), kinds={row.seen: TIME})


def _both(one: Use, other: Use) -> Use:
    columns = tuple(dict.fromkeys((*one.columns, *other.columns)))
    filled = tuple(dict.fromkeys((*one.filled, *other.filled)))
    return Use(one.table, columns, one.key or other.key, filled, {**one.kinds, **other.kinds})
