"""The base of every widget that draws its rows by hand: header, lists, footer, pages.

A subclass says what its rows are; this turns them into strips and a click into the act of the span under
it. Must never know what an act means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.keymap import CHAT, Keymap
from supachat.tui.spans import Paint, Row, paint_for


def paint_of(widget: Widget) -> Paint:
    """The paint of the app's theme now."""
    return paint_for(widget.app.theme_variables, mono=widget.app.no_color)


def toneless(widget: Widget) -> bool:
    """Whether areas cannot be told apart by tones: no colour at all, or the terminal's sixteen."""
    return widget.app.no_color or widget.app.current_theme.ansi


def glyphs_of(widget: Widget) -> Glyphs:
    """The app's glyphs; an app that has none (a test of one widget) gets the usual ones."""
    found = getattr(widget.app, "glyphs", UNICODE)
    return found if isinstance(found, Glyphs) else UNICODE


def keys_of(widget: Widget) -> Keymap:
    """The keys in force; an app that has none (a test of one widget) gets the usual ones."""
    found = getattr(widget.app, "keys", CHAT)
    return found if isinstance(found, Keymap) else CHAT


def moving(widget: Widget) -> bool:
    """Whether things may move by themselves: not where the person asked for less motion."""
    return not getattr(widget.app, "reduce_motion", False)


class Drawn(Widget):
    """Rows of spans on one tone, as many as the widget is high."""

    ON: ClassVar[str] = "background"
    ALLOW_SELECT: ClassVar[bool] = False

    class Acted(Message):
        """A span with an act was clicked."""

        def __init__(self, widget: Drawn, act: str) -> None:
            super().__init__()
            self.widget = widget
            self.act = act

        @property
        def control(self) -> Drawn:
            return self.widget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tone = self.ON
        self._rows: Sequence[Row] | None = None
        self._rows_size = Size(0, 0)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """What to draw; fewer rows than `height` leave the rest empty."""
        raise AssertionError(f"{type(self).__name__} draws nothing")

    def redraw(self) -> None:
        """Something that `rows` depends on has changed."""
        self._rows = None
        self.refresh()

    def notify_style_update(self) -> None:
        self._rows = None
        super().notify_style_update()

    def _row(self, y: int) -> Row:
        # A layout paints before it tells of the new size: rows of the old one must not be kept.
        if self._rows is None or self._rows_size != self.size:
            self._rows_size = self.size
            self._rows = self.rows(self.size.width, self.size.height)
        return self._rows[y] if 0 <= y < len(self._rows) else Row()

    def render_line(self, y: int) -> Strip:
        return paint_of(self).strip(self._row(y), self.size.width, self.tone)

    def on_click(self, event: events.Click) -> None:
        act = act_at(self._row(int(event.y)), int(event.x))
        if act:
            event.stop()
            self.post_message(self.Acted(self, act))


def act_at(row: Row, x: int) -> str:
    """The act of the span at cell `x`; empty where there is none."""
    end = 0
    for span in row.spans:
        end += cell_len(span.text)
        if x < end:
            return span.act
    return ""
