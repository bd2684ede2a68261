"""How the screen is divided at each size: the breakpoints as one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TALL: Final = 30
"""Rows from which there is air between groups."""
LEAST_COLUMNS: Final = 40
LEAST_ROWS: Final = 10
PEOPLE: Final = 30


@dataclass(frozen=True, slots=True)
class Frame:
    """Cells. A width of 0 means that the column is not there."""

    list_width: int
    people_width: int
    wide: bool
    """The badge has words, the footer has more than five keys."""
    tall: bool
    tiny: bool
    """Under 40 columns or 10 rows: only messages, prompt and the badge's glyph."""
    over: bool = False
    """The list lies over the pane, because there is no room beside it."""


def frame(columns: int, rows: int, *, hidden: bool = False, asked: bool = False) -> Frame:
    """The frame of a terminal. `hidden`: the list was put away. `asked`: it was asked for on a narrow
    screen, where it lies over the pane."""
    tiny = columns < LEAST_COLUMNS or rows < LEAST_ROWS
    narrow = columns < 80
    width = 38 if columns >= 160 else 32 if columns >= 100 else 24
    shown = not tiny and (asked if narrow else not hidden)
    return Frame(
        list_width=width if shown else 0,
        people_width=PEOPLE if columns >= 160 and not tiny else 0,
        wide=columns >= 100,
        tall=rows >= TALL,
        tiny=tiny,
        over=shown and narrow,
    )
