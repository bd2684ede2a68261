"""A page that is only read: rows that are given, scrolled when there are more than fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from supachat.tui.spans import Row
from supachat.tui.widgets.drawn import paint_of

Maker = Callable[[int, int], Sequence[Row]]
"""Width and height to rows."""


class Sheet(ScrollView, can_focus=True):
    """The widget. `make` is asked again after each resize and `renew`."""

    ALLOW_SELECT: ClassVar[bool] = False

    class Clicked(Message):
        """The mouse was pressed on this row, counted from the first, whatever is scrolled."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(self, make: Maker, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._make = make
        self._rows: Sequence[Row] = ()

    def renew(self) -> None:
        """What is shown has changed."""
        self._rows = self._make(self.scrollable_content_region.width, self.size.height)
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    def on_resize(self) -> None:
        self.renew()

    def render_line(self, y: int) -> Strip:
        line = y + int(self.scroll_offset.y)
        row = self._rows[line] if line < len(self._rows) else Row()
        return paint_of(self).strip(row, self.size.width, "background")

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked(int(event.y + self.scroll_offset.y)))
