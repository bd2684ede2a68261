"""What the sections of the health page are made of: columns, headings, durations. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

from supachat.domain.health import LinkState
from supachat.domain.text import Safe
from supachat.tui.glyphs import Glyphs
from supachat.tui.spans import Row, Span, space, width
from supachat.tui.widgets.when import span

WIDE: Final = 100
NAME: Final = 31
"""Cells of a topic's name, or a thread's, where the notes take all the room that there is."""
NOTE: Final = 50
"""Cells that a note may take from a name that has no room."""
HOUR: Final = 3600.0


CHOSEN: Final = (LinkState.OFFLINE, LinkState.SIGNED_OUT)
"""The person asked for it: nothing is wrong."""


class Look(NamedTuple):
    """A state as it is drawn: the glyph's name, its colour, the word."""

    glyph: str
    look: str
    words: str


class Columns(NamedTuple):
    """Where things begin. `spark` is how many cells the sparkline has, `note` follows it."""

    value: int
    spark_at: int
    spark: int
    state: int
    since: int
    note: int
    row_note: int
    """Of a topic's row, or a draft's."""


def columns(cells: int, name: int = 0, note: int = NOTE) -> Columns:
    """`name` is how wide a row's own name may become where the widest `note` leaves it room."""
    if cells >= WIDE:
        more = max(0, min(cells - 70 - min(note, NOTE), name - NAME))
        return Columns(16, 34, 28, 39 + more, 53 + more, 66, 66 + more)
    return Columns(16, 35, 12, 34, 0, 50, 48)


def heading(left: str, right: str, cells: int, glyphs: Glyphs, look: str = "quiet") -> Row:
    """A section's first row: a rule between its name and what it comes to."""
    head = [space(4), Span(Safe(f"{left} "), "bold text2")]
    tail = [Span(Safe(f" {right}"), look), space(4)]
    dashes = cells - width(head) - width(tail)
    return Row((*head, Span(Safe(glyphs.rule * max(0, dashes)), "rule"), *tail))


def up_to(spans: list[Span], column: int) -> list[Span]:
    """Air up to a column; one cell at least."""
    return [*spans, space(max(1, column - width(spans)))]


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def ago(at: float | None, now: float) -> Safe:
    """`4 s ago`, or that it never was."""
    return Safe(f"{span(now - at)} ago") if at is not None else Safe("none yet")
