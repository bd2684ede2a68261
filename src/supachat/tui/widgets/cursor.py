"""Choosing a message: which one, where next, and bringing it into view. No Textual here."""

from __future__ import annotations

from supachat.domain.model import Item
from supachat.tui.widgets.blocks import Ident, ident
from supachat.tui.widgets.paint import Row
from supachat.tui.widgets.viewport import Viewport


class Cursor:
    """The chosen message of a viewport, if one is chosen. It stays chosen whatever arrives around it."""

    def __init__(self, view: Viewport) -> None:
        self.view = view

    @property
    def item(self) -> Item | None:
        index = self.index
        return None if index is None else self.view.items[index].item

    @property
    def index(self) -> int | None:
        wanted = self.view.drawer.cursor
        entry = None if wanted is None else self.view.items.find(wanted)
        return None if entry is None else self.view.items.at_key(entry.key)

    def choose(self, index: int | None) -> None:
        """The entry is the chosen one; None for no entry."""
        drawer = self.view.drawer
        wanted: Ident | None = None if index is None else ident(self.view.items[index].item)
        drawer.repaint(drawer.cursor)
        drawer.cursor = wanted
        drawer.repaint(wanted)
        # whoever chooses reads: what arrives must not push that out of view
        self.view.stay(still=index is not None and index < len(self.view.items) - 1)

    def show(self, row: Row) -> None:
        """How the chosen message looks: with the keyboard, or without."""
        if self.view.drawer.cursor_row is not row:
            self.view.drawer.cursor_row = row
            self.view.drawer.repaint(self.view.drawer.cursor)

    def begin(self) -> None:
        """Choose the newest message in view, if none is chosen."""
        if self.index is None:
            found = self.view.place_at(self.view.top + self.view.height - 1)
            if found is not None:
                self.choose(self._shown(found[0], -1))

    def move(self, step: int) -> None:
        """To a neighbour. A message that is taller than the view is read to its end first."""
        index = self.index
        if index is None:
            self.begin()
            return
        if self._read_on(index, step):
            return
        wanted = min(max(index + step, 0), len(self.view.items) - 1)
        found = self._shown(wanted, 1 if step > 0 else -1)
        self.choose(index if found is None else found)
        self.reveal()

    def to_view(self, *, lower: bool) -> None:
        """After a page was turned, to the last or the first message in view."""
        if self.index is None:
            return
        row = self.view.top + self.view.height - 1 if lower else max(self.view.top, self.view.first_row)
        found = self.view.place_at(row)
        if found is not None:
            self.choose(self._shown(found[0], -1 if lower else 1))

    def reveal(self) -> None:
        """Bring the chosen message into view, with as little movement as possible."""
        index = self.index
        if index is None:
            return
        self.view.drawer.exact(index)
        start = self.view.row_of(index) if index else 0
        end = self.view.row_of(index) + self.view.drawer.exact(index)
        if start < self.view.top:
            self.view.scroll_to(start)
        elif end > self.view.top + self.view.height:
            self.view.scroll_to(min(self.view.row_of(index), end - self.view.height))

    def go_to(self, wanted: Ident) -> bool:
        """Choose an item that is loaded and bring it into view; False if it is not."""
        entry = self.view.items.find(wanted)
        if entry is None:
            return False
        self.choose(self.view.items.at_key(entry.key))
        self.reveal()
        return True

    def go_found(self, wanted: Ident) -> bool:
        """The same for what was searched for: opened in full, a third down the view."""
        if (entry := self.view.items.find(wanted)) is None:
            return False
        index = self.view.items.at_key(entry.key)
        drawer = self.view.drawer
        if drawer.drawn(index).opens and wanted not in drawer.expanded:
            drawer.expanded.add(wanted)
            drawer.forget(entry)
        self.choose(index)
        self.view.scroll_to_entry(entry, above=self.view.height // 3)
        return True

    def _read_on(self, index: int, step: int) -> bool:
        """Scroll within the chosen message where it goes on outside the view."""
        if abs(step) != 1:
            return False
        view = self.view
        start = view.row_of(index)
        outside = (
            start + view.drawer.exact(index) - (view.top + view.height) if step > 0 else view.top - start
        )
        taller = view.drawer.exact(index) > view.height
        if not taller or outside <= 0:
            return False
        view.scroll_to(view.top + step * min(outside, max(view.height // 2, 1)))
        return True

    def _shown(self, index: int, step: int) -> int | None:
        """The entry itself, or the next in that direction that has rows of its own."""
        while 0 <= index < len(self.view.items):
            if self.view.drawer.exact(index):
                return index
            index += step
        return None
