"""Messages older than a limit leave the cache, and the stretches that held them shrink with them.

A stretch that still claimed a dropped message would show a hole as if nobody had written there; one that
ends where the messages end is simply read from the server again. Drafts and texts have no age.
"""

from __future__ import annotations

import sqlite3

from supachat.cache.salvage import Unsound
from supachat.domain.keeping import Span
from supachat.domain.model import Cursor, Micros, ThreadKey

DAY = 86_400_000_000
"""In microseconds."""
AT_ONCE = 5_000
"""Messages dropped at one start, so that the start stays short; the next one goes on."""

_NEXT_THREAD = (
    "select source, thread from messages where (source, thread) > (?, ?) order by source, thread limit 1"
)
_FIRST = (
    "select at, id from messages where source = ? and thread = ? and at >= ?"
    " order by at, length(id), id limit 1"
)
_DROP = (
    "delete from messages where rowid in"
    " (select rowid from messages where source = ? and thread = ? and at < ? order by at limit ?)"
)


def is_due(db: sqlite3.Connection, floor: int) -> bool:
    """Once a day; and where the limit is another one, or the clock was ahead and is not any more."""
    return not 0 <= floor - _fact(db, "aged") < DAY or floor_of(db) > floor


def floor_of(db: sqlite3.Connection) -> int:
    """Before which messages may have been dropped, in microseconds; 0 where none were."""
    return _fact(db, "floor")


def drop_old(db: sqlite3.Connection, floor: int) -> None:
    """Drop what is older than `floor` (microseconds; 0: nothing). Inside a transaction."""
    _set(db, "floor", floor)
    for source, thread in db.execute("select distinct source, thread from spans").fetchall():
        _shrink(db, ThreadKey(source, thread), floor)
    db.execute("delete from verified where at < ?", (floor,))
    left = AT_ONCE
    at = ("", "")
    while left > 0 and (at := db.execute(_NEXT_THREAD, at).fetchone()) is not None:
        left -= db.execute(_DROP, (*at, floor, left)).rowcount
    if left > 0:
        _set(db, "aged", floor)


def within(db: sqlite3.Connection, thread: ThreadKey, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The stretches without what lies behind the floor.

    Another process, or this one before it dropped anything, may still know them as longer.
    """
    floor = floor_of(db)
    if not floor or all(low.at >= floor for low, _ in spans):
        return spans
    row = db.execute(_FIRST, (*thread, floor)).fetchone()
    if row is None:
        return ()
    first = Cursor(Micros(row[0]), row[1])
    return tuple((max(low, first), high) for low, high in spans if high > first)


def _shrink(db: sqlite3.Connection, thread: ThreadKey, floor: int) -> None:
    row = db.execute(_FIRST, (*thread, floor)).fetchone()
    first = row or (2**62, "")
    where = "where source = ? and thread = ?"
    db.execute(f"delete from spans {where} and (high_at, high_id) <= (?, ?)", (*thread, *first))
    db.execute(
        f"update spans set low_at = ?, low_id = ? {where} and (low_at, low_id) < (?, ?) and low_at < ?",
        (*first, *thread, *first, floor),
    )


def _fact(db: sqlite3.Connection, name: str) -> int:
    row = db.execute("select value from facts where name = ?", (name,)).fetchone()
    try:
        return int(row[0]) if row else 0
    except ValueError as error:
        raise Unsound(f"{name} is no number: {error}") from error


def _set(db: sqlite3.Connection, name: str, value: int) -> None:
    db.execute("insert or replace into facts values (?, ?)", (name, str(value)))
