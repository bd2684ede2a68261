"""The thread list: sections, threads, the open one and the cursor.

Draws only the rows that are seen. While it has the focus nothing in it changes places. Opening and
folding are its messages; it never asks for anything itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from supachat.domain.model import ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.spans import Row, Span
from supachat.tui.widgets.drawn import glyphs_of, paint_of, toneless
from supachat.tui.widgets.thread_rows import (
    Entry,
    Look,
    SourceView,
    draw,
    entries,
    height,
    keep_order,
)

TALL = 30
"""Rows of the terminal from which there is air between sections."""


class ThreadList(ScrollView, can_focus=True):
    """The widget. `Opened` asks for a thread."""

    BINDINGS = bindings(Place.LIST)
    ALLOW_SELECT: ClassVar[bool] = False

    class Opened(Message):
        """The person wants this thread."""

        def __init__(self, key: ThreadKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, now: Callable[[], datetime] = datetime.now, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._now = now
        self._sources: tuple[SourceView, ...] = ()
        self._folded: set[str] = set()
        self._entries: list[Entry] = []
        self._lines: list[tuple[int, int]] = []
        """Screen row -> the entry's number and the row within it."""
        self._cursor = 0
        self._open: ThreadKey | None = None

    # ------------------------------------------------------------ what it shows

    def show(self, sources: Sequence[SourceView], open_thread: ThreadKey | None) -> None:
        """The list, whole. While the list has the focus the order on the screen is kept."""
        self._open = open_thread
        self._sources = self._kept(sources) if self.has_focus else tuple(sources)
        self._arrange()

    def _kept(self, sources: Sequence[SourceView]) -> tuple[SourceView, ...]:
        shown = [entry.key for entry in self._entries if entry.key]
        return tuple(
            SourceView(source.name, source.label, keep_order(shown, source.threads)) for source in sources
        )

    @property
    def keys(self) -> list[ThreadKey]:
        """The threads from top to bottom, as they stand on the screen."""
        return [entry.key for entry in self._entries if entry.key]

    @property
    def inner(self) -> int:
        """Cells for rows: without tones, one is the dividing line and one is air."""
        return self.size.width - (2 if toneless(self) else 0)

    def _arrange(self) -> None:
        at = self._at_cursor()
        self._entries = entries(self._sources, self._folded, tall=self.app.size.height >= TALL)
        self._lines = [
            (number, row)
            for number, entry in enumerate(self._entries)
            for row in range(height(entry, self.inner))
        ]
        self._cursor = self._place_of(at)
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def _at_cursor(self) -> tuple[str, str] | None:
        if not self._entries or self._cursor >= len(self._entries):
            return None
        entry = self._entries[self._cursor]
        return entry.kind, entry.id

    def _place_of(self, at: tuple[str, str] | None) -> int:
        same = (number for number, entry in enumerate(self._entries) if (entry.kind, entry.id) == at)
        return next(same, min(self._cursor, max(0, len(self._entries) - 1)))

    def on_resize(self) -> None:
        self._arrange()

    # ------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        row = self._row(y + self.scroll_offset.y)
        paint = paint_of(self)
        if not toneless(self):
            return paint.strip(row, self.size.width, "surface")
        edge = Row((Span(Safe(glyphs_of(self).edge + " "), "rule"),))
        return Strip.join([paint.strip(row, self.inner, "surface"), paint.strip(edge, 2, "surface")])

    def _row(self, line: int) -> Row:
        if not 0 <= line < len(self._lines):
            return Row()
        number, part = self._lines[line]
        entry = self._entries[number]
        look = Look(
            now=self._now(),
            glyphs=glyphs_of(self),
            open=entry.key is not None and entry.key == self._open,
            cursor=number == self._cursor and self.has_focus,
            focus=self.has_focus,
        )
        rows = draw(entry, self.inner, look)
        return rows[part] if part < len(rows) else Row()  # a new width is told after it is painted

    # ------------------------------------------------------------ moving and opening

    def on_focus(self) -> None:
        opened = [number for number, entry in enumerate(self._entries) if entry.key == self._open]
        if self._open is not None and opened:
            self._cursor = opened[0]
        self._settle()

    def on_blur(self) -> None:
        self.refresh()

    def action_move(self, by: int) -> None:
        """The cursor by so many entries, stopping at the ends, over blank rows."""
        places = [number for number, entry in enumerate(self._entries) if entry.kind != "blank"]
        if not places:
            return
        here = min(range(len(places)), key=lambda index: abs(places[index] - self._cursor))
        self._cursor = places[max(0, min(len(places) - 1, here + by))]
        self._settle()

    def _settle(self) -> None:
        lines = [line for line, (number, _) in enumerate(self._lines) if number == self._cursor]
        if lines:
            top = int(self.scroll_offset.y)
            if lines[0] < top:
                self.scroll_to(y=lines[0], animate=False)
            elif lines[-1] >= top + self.size.height:
                self.scroll_to(y=lines[-1] - self.size.height + 1, animate=False)
        self.refresh()

    def action_open(self) -> None:
        if self._cursor < len(self._entries):
            self._act(self._entries[self._cursor])

    def action_fold(self) -> None:
        if self._cursor < len(self._entries):
            entry = self._entries[self._cursor]
            self._fold(
                entry.source.name if entry.kind == "thread" and entry.source else self._fold_id(entry)
            )

    def _act(self, entry: Entry) -> None:
        if entry.key is not None:
            self.post_message(self.Opened(entry.key))
        elif entry.kind != "blank":
            self._fold(self._fold_id(entry))

    @staticmethod
    def _fold_id(entry: Entry) -> str:
        return f"{entry.id}/archived" if entry.kind == "archived" else entry.id

    def _fold(self, name: str) -> None:
        self._folded ^= {name}
        self._arrange()
        heads = [
            n
            for n, entry in enumerate(self._entries)
            if entry.kind != "thread" and self._fold_id(entry) == name
        ]
        if heads:
            self._cursor = heads[-1]
        self._settle()

    def on_click(self, event: events.Click) -> None:
        line = int(event.y + self.scroll_offset.y)
        if 0 <= line < len(self._lines):
            self._act(self._entries[self._lines[line][0]])
