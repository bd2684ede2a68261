"""What lies behind an overlay steps back: all of it in the veil's colour, no word bolder than another.

Where there are no tones it is dim instead, and a reversed row is none there. Must never keep a style of
what it veils: it is not meant to be read.
"""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen

OWN = "default"
"""The terminal's own background."""


class Veil(BackgroundScreen):
    """`tinted` is Textual's own answer, whose areas are darker than they were; `colour` the veil's, None
    where there is no colour; without `tones` the areas are the terminal's own."""

    def __init__(self, tinted: BackgroundScreen, colour: Color | None, *, tones: bool) -> None:
        super().__init__(tinted.screen, tinted.color)
        self._plain = Style(
            dim=colour is None or None, color=colour.rich_color if colour else None, bgcolor=OWN
        )
        self._tones = tones

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in super().__rich_console__(console, options):
            if isinstance(segment, Segment) and not segment.control:
                yield Segment(segment.text, self._veiled(segment.style))
            else:
                yield segment

    def _veiled(self, style: Style | None) -> Style:
        if not self._tones or style is None or style.bgcolor is None:
            return self._plain
        return self._plain + Style(bgcolor=style.bgcolor)
