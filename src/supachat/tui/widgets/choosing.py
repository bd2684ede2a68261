"""Where the reader is among the messages: the chosen one, the page, what a search led to.

Between `LineView`, which shows rows, and `MessageList`, which has the keys. Knows no key and posts nothing.
"""

from __future__ import annotations

from typing import Any

from supachat.domain.model import Item
from supachat.tui.widgets.cursor import Cursor
from supachat.tui.widgets.found import sought
from supachat.tui.widgets.line_view import LineView


class Choosing(LineView):
    """The messages of one thread, and one of them chosen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._cursor = Cursor(self._view)
        self._found = ""
        """The message that a search led to."""

    def scroll_to_newest(self) -> None:
        """To the newest message, and follow it."""
        self._settle()
        if self._cursor.index is not None:
            self._cursor.choose(len(self._view.items) - 1)
        self._view.scroll_to(self._view.last_top)
        self._show()

    def scroll_to_oldest(self) -> None:
        """To the oldest that is loaded."""
        self._settle()
        if self._cursor.index is not None:
            self._cursor.choose(0)
        self._view.scroll_to(0)
        self._show()

    def scroll_to_new(self) -> None:
        """The new line comes to the upper third of the view; without one, to the newest."""
        line = self._view.drawer.new_line
        if line is None:
            self.scroll_to_newest()
        else:
            self._view.scroll_to_entry(line, above=self._view.height // 3)
            self._show()

    def page(self, step: int) -> None:
        """Up (-1) or down (1) by a page, less one row that stays in view."""
        self._settle()
        self._view.scroll_to(self._view.top + step * max(self._view.height - 1, 1))
        self._cursor.to_view(lower=step > 0)
        self._show()

    def move(self, step: int) -> None:
        """Choose the message before (-1) or after (1) the chosen one; bigger steps too."""
        self._settle()
        self._cursor.move(step)
        self._show()

    def show_found(self, message_id: str, words: str) -> bool:
        """What a search found, chosen, with its words set off wherever they stand; False if the message is
        not loaded. It lasts until nothing is chosen any more, also if the thread is drawn anew."""
        self._settle()
        self._found = message_id
        self._view.drawer.mark(sought(words))
        there = self._cursor.go_found(message_id)
        self._show()
        return there

    def clear_choice(self) -> None:
        """No message is chosen any more."""
        self._found = ""
        self._view.drawer.mark(None)
        self._cursor.choose(None)
        self._show()

    # ------------------------------------------------------------ what the screen asks

    @property
    def at_end(self) -> bool:
        """Whether the newest is in view."""
        self._settle()
        return self._view.at_end

    @property
    def below(self) -> int:
        """How many messages stand below the view."""
        self._settle()
        return self._view.below

    @property
    def selected(self) -> Item | None:
        """The chosen message or gap."""
        return self._cursor.item
