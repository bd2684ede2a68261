"""The pane of a source's feeds: rows to read, one of them chosen, to be taken with a key.

Stands where messages stand. Knows no client: it says which row is to be taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from supachat.domain.feeds import FeedAct, FeedRow
from supachat.tui.keymap import Place, bindings
from supachat.tui.spans import Row
from supachat.tui.widgets.drawn import glyphs_of, paint_of
from supachat.tui.widgets.feed_rows import FeedSection, Line, feed_lines, row_id

TALL = 30


class FeedList(ScrollView, can_focus=True):
    """The widget. `Taken` asks to take or close a row."""

    BINDINGS = bindings(Place.FEED)
    ALLOW_SELECT: ClassVar[bool] = False

    class Taken(Message):
        """The person takes ("acknowledges") or closes this row."""

        def __init__(self, row: FeedRow, act: FeedAct) -> None:
            super().__init__()
            self.row, self.act = row, act

    class Moved(Message):
        """Another row is chosen: other keys may make sense."""

    def __init__(self, now: Callable[[], datetime] = datetime.now, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._now = now
        self._sections: tuple[FeedSection, ...] = ()
        self._lines: list[Line] = []
        self._at = ""
        self.only_waiting = False

    # ------------------------------------------------------------ what it shows

    def show(self, sections: Sequence[FeedSection]) -> None:
        """Everything, whole. The chosen row stays chosen."""
        self._sections = tuple(sections)
        self._arrange()

    def go_to(self, feed: str) -> None:
        """The first row of that feed is the chosen one."""
        self._at = next((row_id(row) for row in self._all if row.feed == feed), self._at)
        self._arrange()
        self._reveal()

    @property
    def _shown(self) -> list[FeedSection]:
        if not self.only_waiting:
            return list(self._sections)
        waiting = ((s, tuple(v for v in s.rows if v.row.waits)) for s in self._sections if s.info.acts)
        return [replace(s, rows=rows, hidden=len(s.rows) - len(rows)) for s, rows in waiting if rows]

    @property
    def _all(self) -> list[FeedRow]:
        return [view.row for section in self._shown for view in section.rows]

    @property
    def chosen(self) -> FeedRow | None:
        """The row that a key means."""
        return next((row for row in self._all if row_id(row) == self._at), None)

    @property
    def acts(self) -> tuple[FeedAct, ...]:
        """What can still be done with the chosen row."""
        row = self.chosen
        info = next((s.info for s in self._sections if row is not None and s.info.name == row.feed), None)
        return info.open_acts(row) if row is not None and info is not None else ()

    def _arrange(self) -> None:
        rows = self._all
        if rows and self.chosen is None:
            self._at = row_id(rows[0])
        width = self.scrollable_content_region.width
        self._lines = feed_lines(
            self._shown,
            self._at,
            self._now(),
            width,
            airy=self.app.size.height >= TALL,
            focus=self.has_focus,
            glyphs=glyphs_of(self),
        )
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        self._arrange()

    def on_focus(self) -> None:
        self._arrange()

    def on_blur(self) -> None:
        self._arrange()

    def render_line(self, y: int) -> Strip:
        line = y + int(self.scroll_offset.y)
        row = self._lines[line][1] if line < len(self._lines) else Row()
        return paint_of(self).strip(row, self.size.width, "background")

    # ------------------------------------------------------------ moving and taking

    def action_move(self, by: int) -> None:
        rows = [row_id(row) for row in self._all]
        if rows:
            here = rows.index(self._at) if self._at in rows else 0
            self._at = rows[max(0, min(len(rows) - 1, here + by))]
            self._arrange()
            self._reveal()

    def _reveal(self) -> None:
        mine = [number for number, (place, _) in enumerate(self._lines) if place == self._at]
        top, height = int(self.scroll_offset.y), self.size.height
        if mine and mine[0] - 3 < top:
            self.scroll_to(y=max(0, mine[0] - 3), animate=False)
        elif mine and mine[-1] >= top + height:
            self.scroll_to(y=mine[-1] - height + 1, animate=False)
        self.post_message(self.Moved())

    def action_do(self, act: str) -> None:
        row = self.chosen
        if row is not None and act in self.acts:
            self.post_message(self.Taken(row, FeedAct(act)))

    def action_waiting(self) -> None:
        self.only_waiting = not self.only_waiting
        self._arrange()
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        line = int(event.y + self.scroll_offset.y)
        if line < len(self._lines) and self._lines[line][0]:
            self._at = self._lines[line][0]
            self._arrange()
            self.post_message(self.Moved())
