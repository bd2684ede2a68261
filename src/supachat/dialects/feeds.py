"""Rows that are no messages, as nouns: feeds, prices, written replies, who is there. Pure.

Raises `rows.Misfit` for what does not fit the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from supachat.dialects import rows
from supachat.dialects.besideshape import Canned as CannedPart
from supachat.dialects.besideshape import Feed, PresenceRow, Prices
from supachat.dialects.newsshape import Told
from supachat.dialects.rows import Row
from supachat.dialects.shape import Map
from supachat.domain.feeds import Canned, FeedInfo, FeedRow, Severity, Tick
from supachat.domain.model import NOTHING, Micros, Presence, Sighting
from supachat.domain.text import Safe, safe, safe_line

MOST = 50
"""Rows of a feed that are read at once."""
MOST_PRICES = 500


def infos(map_: Map, reader: Sequence[Row]) -> tuple[FeedInfo, ...]:
    """The feeds of which the reader can ever see a row: those of tables, then what is only told."""
    role = map_.me.role if map_.me is not None else None
    word = reader[0].get(role) if role is not None and reader else None
    found = [
        FeedInfo(
            map_.name,
            one.name,
            safe_line(one.label),
            takes=one.take is not None,
            urgent=one.urgent,
            closes=one.close is not None,
        )
        for one in map_.feeds
        if not one.roles or word in one.roles
    ]
    if map_.notices is not None:
        found.append(FeedInfo(map_.name, map_.notices.feed, safe_line(map_.notices.label)))
    return tuple(found)


def feed_row(map_: Map, part: Feed, row: Row) -> FeedRow:
    return FeedRow(
        source=map_.name,
        feed=part.name,
        id=rows.key(row, part.id),
        at=rows.moment(row, part.at),
        title=_line(row, part.title) or safe_line(part.label),
        body=_block(row, part.body),
        kind=_line(row, part.kind),
        severity=_severity(part, row),
        taken=_done(row, part.taken),
        taken_at=_moment(row, part.taken),
        taken_by=str(_line(row, part.taken_by)),
        closed=_done(row, part.closed),
        closed_at=_moment(row, part.closed),
        closed_by=str(_line(row, part.closed_by)),
        when=_moment(row, part.when),
        until=_moment(row, part.until),
    )


def notice(map_: Map, part: Told, event: str, row: Row) -> FeedRow:
    """What a backend told. Its time is 0 where it does not say one: whoever heard it knows when."""
    word = row.get(part.severity)
    given = row.get("id")
    return FeedRow(
        source=map_.name,
        feed=part.feed,
        id=given if isinstance(given, str) and given else event,
        at=Micros(0),
        title=_said(row, part.title) or safe_line(part.words.get(event, event)),
        body=_said(row, part.body),
        kind=safe_line(event.rpartition(":")[2] or event),  # whoever speaks is said in front of it
        severity=Severity(word) if word in set(Severity) else Severity.INFO,
    )


def tick(map_: Map, part: Prices, row: Row) -> Tick:
    return Tick(
        map_.name,
        safe_line(rows.text(row, part.symbol), limit=40),
        money(row, part.price),
        money(row, part.change),
        rows.moment(row, part.at),
    )


def ticks(map_: Map, part: Prices, answer: list[Row]) -> tuple[Tick, ...]:
    """The last of each symbol, in the order of their names."""
    last: dict[str, Tick] = {}
    for one in (tick(map_, part, row) for row in answer):
        if one.symbol not in last or last[one.symbol].at < one.at:
            last[one.symbol] = one
    return tuple(last[symbol] for symbol in sorted(last))


def money(row: Row, column: str) -> Decimal:
    """An exact number. JSON readers make floats of it: the shortest text of one is what the server wrote,
    up to 15 digits. NULL is nothing, a price that is no number fits no map."""
    value = row.get(column)
    if value is None:
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise rows.Misfit(f"expected a number in {column}")
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise rows.Misfit(f"expected a number in {column}") from error
    if not found.is_finite():
        raise rows.Misfit(f"expected a number in {column}")
    return found


def canned(part: CannedPart, row: Row) -> Canned:
    return Canned(safe_line(rows.text(row, part.name)), rows.text(row, part.text))


def sighting(part: PresenceRow, row: Row) -> Sighting:
    """What a row says of one person."""
    word = row.get(part.status)
    presence = Presence(word) if word in (Presence.ONLINE, Presence.AWAY) else Presence.OFFLINE
    return Sighting(presence, at=rows.moment(row, part.seen) if row.get(part.seen) is not None else None)


def _severity(part: Feed, row: Row) -> Severity:
    word = row.get(part.severity) if part.severity else None
    if not isinstance(word, str):
        return Severity.CRITICAL if part.urgent else Severity.INFO
    found = part.severities.get(word, word)
    return Severity(found) if found in set(Severity) else Severity.INFO


def _done(row: Row, column: str | None) -> bool:
    return column is not None and row.get(column) not in (None, False)


def _moment(row: Row, column: str | None) -> Micros | None:
    """A time; None where the column is null, or says only that it was done."""
    if column is None or not isinstance(row.get(column), str):
        return None
    return rows.moment(row, column)


def _line(row: Row, column: str | None) -> Safe:
    if column is None or row.get(column) is None:
        return NOTHING
    return safe_line(rows.text(row, column))


def _block(row: Row, column: str | None) -> Safe:
    if column is None or row.get(column) is None:
        return NOTHING
    return safe(rows.text(row, column))


def _said(row: Row, key: str) -> Safe:
    """One line of a payload; a stranger's shape is nothing."""
    value = row.get(key)
    return safe_line(value) if isinstance(value, str) else NOTHING
