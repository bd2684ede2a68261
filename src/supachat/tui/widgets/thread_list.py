"""The thread list: sections, threads, the open one and the cursor.

Draws only the rows that are seen. While it has the focus nothing in it changes places. Opening and
folding are its messages; it never asks for anything itself.
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

from supachat.domain.model import ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.spans import Row, Span, space
from supachat.tui.widgets.drawn import glyphs_of, paint_of, toneless
from supachat.tui.widgets.list_entries import Entry, SourceView, entries, keep_order, narrowed
from supachat.tui.widgets.thread_rows import Look, below_row, draw, height

TALL = 30
"""Rows of the terminal from which there is air between sections."""
UNFOUND = Safe("Nothing fits,"), Safe("esc shows all")
"""Two rows: in one they would be cut at 80 columns."""


class ThreadList(ScrollView, can_focus=True):
    """`Opened` asks for a thread, `FeedOpened` for a feed; `Moved`: the cursor stands elsewhere."""

    BINDINGS = bindings(Place.LIST)
    ALLOW_SELECT: ClassVar[bool] = False
    FOCUS_ON_CLICK = False  # the keyboard stays where it was, whatever is opened or folded

    class Opened(Message):
        """The person wants this thread."""

        def __init__(self, key: ThreadKey) -> None:
            super().__init__()
            self.key = key

    class FeedOpened(Message):
        """The person wants this feed."""

        def __init__(self, source: str, feed: str) -> None:
            super().__init__()
            self.source = source
            self.feed = feed

    class Moved(Message):
        """The cursor stands on another entry: other keys may make sense."""

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
        self._open_feed: tuple[str, str] | None = None
        self._query = ""
        self._shape: tuple[Size, bool] | None = None
        """Of the terminal that it was arranged for."""

    # ------------------------------------------------------------ what it shows

    def show(
        self,
        sources: Sequence[SourceView],
        open_thread: ThreadKey | None,
        open_feed: tuple[str, str] | None = None,
    ) -> None:
        """The list, whole. While it is used the order on the screen is kept."""
        moved = (open_thread, open_feed) != (self._open, self._open_feed)
        self._open, self._open_feed = open_thread, open_feed
        shown = self._kept(sources) if self.has_focus else tuple(sources)
        if shown != self._sources or self._shape != (self.app.size, toneless(self)):
            self._sources = shown
            self._arrange()
        elif moved:
            self.refresh()
        if moved and not self.has_focus:
            self._reveal(next((n for n, e in enumerate(self._entries) if self._is_open(e)), 0))

    def _kept(self, sources: Sequence[SourceView]) -> tuple[SourceView, ...]:
        shown = [entry.key for entry in self._entries if entry.key]
        return tuple(replace(source, threads=keep_order(shown, source.threads)) for source in sources)

    def narrow(self, query: str) -> None:
        """Only what fits: see `narrowed`. The cursor goes to the first that does."""
        self._query = query
        self._arrange()
        if query.strip():
            found = [n for n, entry in enumerate(self._entries) if entry.kind in ("thread", "feed")]
            self._cursor = found[0] if found else 0
            self._settle()

    @property
    def chosen(self) -> Entry | None:
        """What the cursor stands on."""
        return self._entries[self._cursor] if self._cursor < len(self._entries) else None

    @property
    def keys(self) -> list[ThreadKey]:
        """The threads from top to bottom, as they stand on the screen."""
        return [entry.key for entry in self._entries if entry.key]

    @property
    def inner(self) -> int:
        """Cells for rows: without tones, one is the dividing line and one is air."""
        return self.size.width - (2 if toneless(self) else 0)

    def _arrange(self) -> None:
        at, self._shape = self._at_cursor(), (self.app.size, toneless(self))
        tall, narrow = self.app.size.height >= TALL, bool(self._query.strip())
        shown = narrowed(self._sources, self._query) if narrow else self._sources
        found = entries(shown, () if narrow else self._folded, tall=tall)
        ruled = tall and toneless(self)  # the header's rule stands where the first blank row would
        self._entries = found[1:] if ruled else found
        self._lines = [
            (number, row)
            for number, entry in enumerate(self._entries)
            for row in range(height(entry, self.inner))
        ]
        self._cursor = self._place_of(at)
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def _at_cursor(self) -> tuple[str, str, str] | None:
        return self.chosen.place if self.chosen else None

    def _place_of(self, at: tuple[str, str, str] | None) -> int:
        same = (number for number, entry in enumerate(self._entries) if entry.place == at)
        return next(same, min(self._cursor, max(0, len(self._entries) - 1)))

    def on_resize(self) -> None:
        self._arrange()

    # ------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        hidden = self._hidden if y == self.size.height - 1 else []
        row = (
            below_row(hidden, self.inner, glyphs_of(self))
            if hidden
            else self._row(y + self.scroll_offset.y)
        )
        paint = paint_of(self)
        if not toneless(self):
            return paint.strip(row, self.size.width, "surface")
        edge = Row((Span(Safe(glyphs_of(self).edge + " "), "rule"),))
        return Strip.join([paint.strip(row, self.inner, "surface"), paint.strip(edge, 2, "surface")])

    @property
    def _hidden(self) -> list[Entry]:
        """What stands below the view; its last row is theirs then."""
        end = int(self.scroll_offset.y) + self.size.height
        if end >= len(self._lines):
            return []
        first = self._lines[end - 1][0] + (self._lines[end - 1][1] > 0)
        return self._entries[first:]

    def _row(self, line: int) -> Row:
        if not self._entries and self._query and 0 <= line < len(UNFOUND):
            return Row((space(2), Span(UNFOUND[line], "quiet")))
        if not 0 <= line < len(self._lines):
            return Row()
        number, part = self._lines[line]
        entry = self._entries[number]
        look = Look(
            now=self._now(),
            glyphs=glyphs_of(self),
            open=self._is_open(entry),
            cursor=number == self._cursor and self._used,
            focus=self._used,
        )
        rows = draw(entry, self.inner, look)
        return rows[part] if part < len(rows) else Row()  # a new width is told after it is painted

    def _is_open(self, entry: Entry) -> bool:
        if entry.feed is not None:
            return (entry.feed.info.source, entry.feed.info.name) == self._open_feed
        return entry.key is not None and entry.key == self._open

    @property
    def _used(self) -> bool:
        """The keyboard is here, or in the filter above, which moves this cursor."""
        return self.has_focus or bool(self._query)

    # ------------------------------------------------------------ moving and opening

    def on_focus(self, event: events.Focus) -> None:
        """To the open thread; where the terminal came back to the front, the cursor stayed."""
        opened = [number for number, entry in enumerate(self._entries) if self._is_open(entry)]
        if opened and not self._query and not event.from_app_focus:
            self._cursor = opened[0]
        self._settle()

    def on_blur(self) -> None:
        self.refresh()

    def action_move(self, by: int) -> None:
        """The cursor by so many entries, stopping at the ends, over blank rows."""
        places = [number for number, entry in enumerate(self._entries) if entry.kind != "blank"]
        if not places:
            return
        left = self._cursor
        here = min(range(len(places)), key=lambda index: abs(places[index] - left))
        self._cursor = places[max(0, min(len(places) - 1, here + by))]
        self.post_message(self.Moved())
        self._reveal(self._cursor)  # which paints all rows, if it scrolls
        for line, (number, _) in enumerate(self._lines):
            if number in (left, self._cursor):
                self.refresh_line(line)

    def _settle(self) -> None:
        self.post_message(self.Moved())
        self._reveal(self._cursor)
        self.refresh()

    def _reveal(self, wanted: int) -> None:
        """Bring an entry into view, with as little movement as possible."""
        lines = [line for line, (number, _) in enumerate(self._lines) if number == wanted]
        if lines and self.size.height:
            top = int(self.scroll_offset.y)
            room = self.size.height - (lines[-1] + 1 < len(self._lines))
            if lines[0] < top:
                self.scroll_to(y=lines[0], animate=False)
            elif lines[-1] >= top + room:
                self.scroll_to(y=lines[-1] - room + 1, animate=False)

    def action_open(self) -> None:
        if self.chosen is not None:
            self._act(self.chosen)

    def action_fold(self) -> None:
        entry = self.chosen
        if entry is not None:
            inside = entry.kind in ("thread", "feed") and entry.source is not None
            self._fold(entry.source.name if inside and entry.source else self._fold_id(entry))

    def _act(self, entry: Entry) -> None:
        if entry.key is not None:
            self.post_message(self.Opened(entry.key))
        elif entry.feed is not None:
            self.post_message(self.FeedOpened(entry.feed.info.source, entry.feed.info.name))
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
            if entry.kind in ("source", "archived") and self._fold_id(entry) == name
        ]
        if heads:
            self._cursor = heads[-1]
        self._settle()

    def on_click(self, event: events.Click) -> None:
        line = int(event.y + self.scroll_offset.y)
        if event.y == self.size.height - 1 and self._hidden:
            self.scroll_page_down(animate=False)
        elif 0 <= line < len(self._lines):
            self._act(self._entries[self._lines[line][0]])
