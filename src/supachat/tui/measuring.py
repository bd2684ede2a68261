"""The app asks its terminal, once, how wide it draws what the layout counts on. Nobody waits for it.

The question goes out before the first frame and the answers come like keys. Where our own glyphs are not
one cell each their ASCII twins are drawn; emoji of kinds that the terminal does not know are drawn as their
first character. A terminal that says nothing within `PATIENCE` is believed to draw as Unicode says.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual import events
from textual.filter import LineFilter, NoColor

from supachat.tui import clusters
from supachat.tui.breaking import Breaking, Crashed
from supachat.tui.glyphs import ASCII, choose

PATIENCE = 3.0
"""Seconds. What looks like an answer later on is something else."""


class Measuring(Breaking, inherit_bindings=False):
    """An app that knows its terminal's widths."""

    def __init__(self, crashed: Crashed, glyphs: str) -> None:
        """`glyphs` as `glyphs.choose` takes it; what was asked for by name is never changed."""
        super().__init__(crashed)
        self.glyphs = choose(glyphs)
        self._free = glyphs == "auto"
        self._asked_at: float | None = None
        self._columns: list[int] = []
        self._tamer: clusters.Tamer | None = None
        self._cut = clusters.AsciiCut()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without colour there is none at all: Textual's own answer would still be shades of grey."""
        filters = [NoColor()] if self.no_color else super().get_line_filters()
        ours = [self._tamer] if self._tamer is not None else []
        return [*filters, *ours, self._cut] if self.glyphs is ASCII else [*filters, *ours]

    def on_mount(self) -> None:
        if self._driver is not None and not self.is_headless:
            self._asked_at = time.monotonic()
            self._driver.write(clusters.QUESTION)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """One more sample's cells. All are believed together, or what came of them in time."""
        waited = self._asked_at is not None and time.monotonic() - self._asked_at < PATIENCE
        if waited and event.y == clusters.ROW - 1 and len(self._columns) <= len(clusters.KINDS):
            self._columns.append(event.x)
            if len(self._columns) == len(clusters.KINDS) + 1:
                self.measured(clusters.found(self._columns))

    def measured(self, found: clusters.Found) -> None:
        """From now on draw for a terminal like that."""
        before = self.glyphs, self._tamer
        if not found.ours and self._free:
            self.glyphs = ASCII
        if found.apart:
            self._tamer = clusters.Tamer(found.apart)
        if (self.glyphs, self._tamer) != before:
            self._draw_again()

    def _draw_again(self) -> None:
        """Everything, also what is kept drawn."""
        for screen in self.screen_stack:
            for widget in screen.walk_children(with_self=True):
                widget.notify_style_update()
                widget.refresh()
        self.theme_changed_signal.publish(self.current_theme)
