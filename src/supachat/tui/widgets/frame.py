"""What the pane's size comes to: columns, air, folding. Numbers only, all in cells or rows.

0 edge, 2 mark, 4 text, one cell, meta, (air where there is room), the scroll bar Pure.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from supachat.domain.model import Micros
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs

LEFT = 4
"""Where text begins."""
WIDE = 84
"""From this width of the pane the meta column has words."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things stand. `width` is the whole pane, the scroll bar's column included."""

    width: int
    text: int
    meta: int = 0
    """17 with words, 9 with a glyph, 0 for none."""
    airy: bool = False
    """Blank rows between groups."""
    terse: bool = False
    """The time stands at the head of a group only."""
    longest: int = 8
    """Rows of a message before it is folded, to a third of them."""
    glyphs: Glyphs = UNICODE
    zone: tzinfo | None = None
    """None is the zone of this computer."""
    today: date | None = None
    """Days of another year are named with it."""

    @property
    def end(self) -> int:
        """The first column after the meta column: how far dashes go."""
        return min(self.width, LEFT + self.text + (1 + self.meta if self.meta else 0))

    def when(self, at: Micros) -> datetime:
        """The server's time in the reader's zone."""
        moment = datetime.fromtimestamp(at // 1_000_000, UTC)
        return moment.astimezone(self.zone)

    def clock(self, at: Micros) -> str:
        return _clock(at // 60_000_000, self.zone)

    def day(self, at: Micros) -> date:
        return self.when(at).date()

    def day_name(self, at: Micros) -> str:
        """`Friday 20 November`, with the year if it is not this one."""
        day = self.day(at)
        year = f" {day.year}" if self.today is not None and day.year != self.today.year else ""
        return f"{day:%A} {day.day} {day:%B}{year}"


@lru_cache(maxsize=4096)
def _clock(minute: int, zone: tzinfo | None) -> str:
    moment = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
    return f"{moment.hour:02}:{moment.minute:02}"


def frame(
    width: int,
    *,
    columns: int | None = None,
    lines: int = 24,
    glyphs: Glyphs = UNICODE,
    zone: tzinfo | None = None,
    today: date | None = None,
) -> Frame:
    """The frame of a pane that is `width` cells wide in a terminal of `columns` by `lines`."""
    columns = width if columns is None else columns
    if columns < 40 or lines < 10:
        text, meta = width - LEFT - 1, 0
    elif width >= WIDE:
        text, meta = min(width - 24, 96 if columns >= 160 else 84), 17
    else:
        text, meta = width - 15, 9
    airy = lines >= 30
    return Frame(
        width=max(width, 1),
        text=max(text, 1),
        meta=meta,
        airy=airy,
        terse=columns < 60,
        longest=12 if airy else 8,
        glyphs=glyphs,
        zone=zone,
        today=today,
    )
