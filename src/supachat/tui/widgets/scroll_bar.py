"""A scroll bar of background colour only: Textual's own draws its ends with blocks that are two cells
wide in some terminals."""

from __future__ import annotations

from typing import Final

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBar, ScrollBarRender

TRACK: Final = Color.parse("#1A1D22")
THUMB: Final = Color.parse("#2D323A")
"""Only where Textual names no colours; it always does."""


class PlainBar(ScrollBarRender):
    """The thumb and the track as spaces."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = TRACK,
        bar_color: Color = THUMB,
    ) -> Segments:
        start, end = thumb(size, virtual_size, window_size, position)
        blank = " " * (thickness if vertical else 1)
        above = Segment(blank, Style(bgcolor=back_color, meta={"@mouse.down": "scroll_up"}))
        held = Segment(blank, Style(bgcolor=bar_color, meta={"@mouse.down": "grab"}))
        below = Segment(blank, Style(bgcolor=back_color, meta={"@mouse.down": "scroll_down"}))
        cells = [above] * start + [held] * (end - start) + [below] * (size - end)
        if vertical:
            return Segments(cells, new_lines=True)
        return Segments([*cells, Segment.line()] * thickness, new_lines=False)


def thumb(size: int, virtual_size: float, window_size: float, position: float) -> tuple[int, int]:
    """The cells of the thumb in a track of `size`, from and to; none where everything is seen."""
    if not window_size or virtual_size <= window_size:
        return 0, 0
    length = min(size, max(1, round(size * window_size / virtual_size)))
    share = min(max(position / (virtual_size - window_size), 0.0), 1.0)
    start = round((size - length) * share)
    return start, start + length


def install() -> None:
    """Every scroll bar of the app is drawn so from now on."""
    ScrollBar.renderer = PlainBar
