"""Rows of feeds, cell by cell: alerts above all others, each feed under its heading. Pure.

A row that waits has a mark and a bold title; what was taken or closed has the tick and says by whom and
when. Colour never says anything alone: critical is `!`, a warning the triangle, the rest the dot.
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
from supachat.tui.spans import Row, Span, cut, fit, space, width, wrap
from supachat.tui.widgets.when import appointed, short, span

KIND: Final = 12
WIDE: Final = 70
"""The width from which the kind has a column."""
WHOLE: Final = 8
"""Rows of a title, and of details, of the row that is chosen: it can be read to its end."""
FATED: Final = 40
"""The width from which a row says who has it, or how long it waits: in less its details need all."""


@dataclass(frozen=True, slots=True)
class FeedRowView:
    """A row, and the names of whoever took and closed it (`you`, or empty where it is not known)."""

    row: FeedRow
    taker: Safe = NOTHING
    closer: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class FeedSection:
    """A feed with its rows, in the order to be shown."""

    info: FeedInfo
    rows: tuple[FeedRowView, ...] = ()
    hidden: int = 0
    """Rows that the reader does not want to see now."""

    @property
    def waiting(self) -> int:
        """Rows that nobody has taken or closed, of a feed whose rows can be."""
        return sum(view.row.waits for view in self.rows) if self.info.acts else 0


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
    open_, of = section.waiting, len(section.rows) + section.hidden
    said = f"{open_:,} open of {of:,}" if section.info.acts else f"{of:,}"
    left = [space(4), Span(section.info.label, "bold text2"), space(1)]
    right = [space(1), Span(Safe(said), "quiet"), space(2)]
    dashes = Safe(glyphs.rule * max(0, cells - width(left) - width(right)))
    return Row((*left, Span(dashes, "rule"), *right))


def _rows(
    info: FeedInfo, view: FeedRowView, now: datetime, cells: int, *, chosen: bool, glyphs: Glyphs
) -> list[tuple[Span, ...]]:
    row = view.row
    waits = bool(info.acts) and row.waits
    urgent = info.urgent or row.severity is Severity.CRITICAL
    mark, look = _mark(info, row, glyphs)
    edge = Span(Safe(f"{glyphs.you if chosen else ' '} "), "bold accent")
    kind = cut(row.kind or Safe(row.severity.value), KIND, glyphs.cut) if cells >= WIDE else NOTHING
    column = [Span(kind, look if waits and urgent else "quiet"), space(KIND + 1 - cell_len(kind))]
    head = [edge, Span(Safe(f"{mark} "), look), *(column if cells >= WIDE else [])]
    title = Span(row.title, "bold foreground" if waits else "text2")
    at = [Span(short(row.at, now), "quiet"), space(2)]
    details = Safe("  ".join(each for each in (_time(row, now), row.body) if each))
    said, colour = _fate(view, now, waits=waits, urgent=urgent)
    right = [Span(said, colour), space(2)] if said and cells >= FATED else [space(2)]
    most = WHOLE if chosen else 1
    first = _told(head, title, at, cells, most)
    return [*first, *_told([space(width(head))], Span(details, "quiet"), right, cells, most)]


def _told(
    left: Sequence[Span], said: Span, right: Sequence[Span], cells: int, most: int
) -> list[tuple[Span, ...]]:
    """`said` between the two, on `most` rows, the last of them cut."""
    lines = wrap(said.text, cells - width(left) - width(right) - 2)
    if len(lines) > most:
        lines[most - 1 :] = [Safe(" ".join(lines[most - 1 :]))]
    rows = []
    for line in lines:
        rows.append(fit([*left, said._replace(text=line)], right, cells, air=2))
        left, right = [space(width(left))], [space(width(right))]
    return rows


def _mark(info: FeedInfo, row: FeedRow, glyphs: Glyphs) -> tuple[str, str]:
    """How grave it is, by shape and by colour; else that somebody has it in hand, or that it is done."""
    if info.acts and not row.waits:
        return glyphs.done, "quiet"
    if row.severity is Severity.CRITICAL or (info.urgent and info.acts):
        return glyphs.alert, "bold error"
    if row.severity is Severity.WARNING:
        return glyphs.warning, "bold warning"
    return (glyphs.system, "bold accent") if info.acts else (" ", "quiet")


def _time(row: FeedRow, now: datetime) -> Safe:
    """When that is what the row is about, in the reader's own time."""
    return appointed(row.when, row.until, now) if row.when is not None else NOTHING


def _fate(view: FeedRowView, now: datetime, *, waits: bool, urgent: bool) -> tuple[Safe, str]:
    """`open for 2 min`, or who closed or took it and when: a time alone would be read as today's."""
    row = view.row
    if waits:
        age = span(now.timestamp() - row.at / 1_000_000)
        return (Safe(f"open for {age}"), "error") if urgent else (NOTHING, "quiet")
    if row.closed:
        done, name, at = "closed", view.closer, row.closed_at
    elif row.taken:
        done, name, at = "taken", view.taker, row.taken_at
    else:
        return NOTHING, "quiet"
    who = f" by {name}" if name else ""
    when = f" {short(at, now)}" if at is not None else ""
    return Safe(f"{done}{who}{when}"), "quiet"
