"""The row above the messages: whose words are read, while their name has scrolled away.

It takes the row of air that a tall terminal has there, so that it never covers a message and nothing
moves when it comes and goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from supachat.tui.spans import Row, Span, cut, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of
from supachat.tui.widgets.message_posts import Head

LEAST_WHEN = 30
"""Cells under which only the name is shown."""


def pinned_row(head: Head, cells: int, mark: str) -> Row:
    """The name on the grid of the messages, then when; empty without a name."""
    if not head.name:
        return Row()
    look = "bold accent" if head.own else "bold foreground"
    when = [space(2), Span(head.when, "quiet", "head")] if cells >= LEAST_WHEN + len(head.when) else []
    return Row((space(4), Span(cut(head.name, cells - 5 - len(head.when), mark), look, "head"), *when))


class Pinned(Drawn):
    """The widget. A click acts as `head`: up to the name itself."""

    ON: ClassVar[str] = "background"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.head = Head()

    def show(self, head: Head) -> None:
        """This name now."""
        if head != self.head:
            self.head = head
            self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [pinned_row(self.head, width, glyphs_of(self).cut)]
