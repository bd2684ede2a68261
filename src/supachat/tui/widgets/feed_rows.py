"""Rows of feeds, cell by cell: alerts above all others, each feed under its heading. Pure.

A row that waits has a mark and a bold title; what was taken says by whom and when. Colour never says
anything alone: an open alert is `!`, a taken row is the tick, what is new is the dot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from supachat.domain.feeds import FeedInfo, FeedRow, Severity
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, fit, space, width
from supachat.tui.widgets.health_rows import span
from supachat.tui.widgets.when import clock, short

KIND: Final = 12
WIDE: Final = 70
"""The width from which the kind has a column."""


@dataclass(frozen=True, slots=True)
class FeedRowView:
    """A row, and the name of whoever took it (`you`, or empty where it is not known)."""

    row: FeedRow
    taker: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class FeedSection:
    """A feed with its rows, in the order to be shown."""

    info: FeedInfo
    rows: tuple[FeedRowView, ...] = ()

    @property
    def waiting(self) -> int:
        """Rows that nobody has taken, of a feed whose rows can be."""
        return sum(not view.row.taken for view in self.rows) if self.info.takes else 0


Line = tuple[str, Row]
"""The id of the row that a screen row belongs to, empty for headings and air."""


def feed_lines(
    sections: Sequence[FeedSection],
    at: str,
    now: datetime,
    cells: int,
    *,
    airy: bool,
    focus: bool,
    glyphs: Glyphs = UNICODE,
) -> list[Line]:
    """Everything from top to bottom; `at` is the chosen row's id (`feed/id`)."""
    lines: list[Line] = []
    for section in sections:
        lines.append(("", _heading(section, cells, glyphs)))
        lines += [("", Row())] if airy else []
        if not section.rows:
            lines.append(("", Row((space(4), Span(Safe("nothing yet"), "quiet")))))
            lines += [("", Row())] if airy else []
        for view in section.rows:
            place = row_id(view.row)
            chosen = place == at
            tone = ("select" if focus else "hold") if chosen else ""
            for drawn in _rows(section.info, view, now, cells, chosen=chosen, glyphs=glyphs):
                lines.append((place, Row(drawn, tone)))
            lines += [("", Row())] if airy else []
    return lines


def row_id(row: FeedRow) -> str:
    """What stays the same when the rows come anew."""
    return f"{row.feed}/{row.id}"


def _heading(section: FeedSection, cells: int, glyphs: Glyphs) -> Row:
    open_ = section.waiting
    said = f"{open_:,} open of {len(section.rows):,}" if section.info.takes else f"{len(section.rows):,}"
    left = [space(4), Span(section.info.label, "bold text2"), space(1)]
    right = [space(1), Span(Safe(said), "quiet"), space(2)]
    dashes = Safe(glyphs.rule * max(0, cells - width(left) - width(right)))
    return Row((*left, Span(dashes, "rule"), *right))


def _rows(
    info: FeedInfo, view: FeedRowView, now: datetime, cells: int, *, chosen: bool, glyphs: Glyphs
) -> list[tuple[Span, ...]]:
    row = view.row
    waits = info.takes and not row.taken
    urgent = info.urgent or row.severity is Severity.CRITICAL
    if waits and urgent:
        mark, look = glyphs.alert, "bold error"
    elif waits:
        mark, look = glyphs.system, "bold warning" if row.severity is Severity.WARNING else "bold accent"
    else:
        mark, look = (glyphs.done, "quiet") if info.takes else (" ", "quiet")
    edge = Span(Safe(f"{glyphs.you if chosen else ' '} "), "bold accent")
    kind = cut(row.kind or Safe(row.severity.value), KIND, glyphs.cut) if cells >= WIDE else NOTHING
    column = [Span(kind, look if waits and urgent else "quiet"), space(KIND + 1 - cell_len(kind))]
    title = Span(row.title, "bold foreground" if waits else "text2")
    head = [edge, Span(Safe(f"{mark} "), look), *(column if cells >= WIDE else []), title]
    first = fit(head, [Span(short(row.at, now), "quiet"), space(2)], cells, air=2)
    said, colour = _fate(view, now, waits=waits, urgent=urgent)
    below = [space(4 + (KIND + 1 if cells >= WIDE else 0)), Span(row.body, "quiet")]
    right = [Span(said, colour), space(2)] if said and cells >= WIDE else [space(2)]
    return [first, fit(below, right, cells, air=2)]


def _fate(view: FeedRowView, now: datetime, *, waits: bool, urgent: bool) -> tuple[Safe, str]:
    """`open for 2 min`, or who took it and when."""
    row = view.row
    if waits:
        age = span(now.timestamp() - row.at / 1_000_000)
        return (Safe(f"open for {age}"), "error") if urgent else (NOTHING, "quiet")
    if not row.taken:
        return NOTHING, "quiet"
    who = f" by {view.taker}" if view.taker else ""
    when = f" {clock(row.taken_at, now)}" if row.taken_at is not None else ""
    return Safe(f"taken{who}{when}"), "quiet"
