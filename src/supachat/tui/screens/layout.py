"""How the screen is divided at each size: the breakpoints as one pure function."""

from __future__ import annotations

from typing import Final

from supachat.domain.values import dataclass

TALL: Final = 30
"""Rows from which there is air between groups."""
LEAST_COLUMNS: Final = 40
LEAST_ROWS: Final = 10
PEOPLE: Final = 30
TOAST: Final = 48
LEAST_TOAST: Final = 28
SMALL: Final = "too-small"
"""The screen that stands where nothing else fits."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Cells. A width of 0 means that the column is not there."""

    list_width: int
    people_width: int
    wide: bool
    """The badge has words, the footer has more than five keys."""
    tall: bool
    over: bool = False
    """The list lies over the pane, because there is no room beside it."""


def frame(columns: int, rows: int, *, hidden: bool = False, asked: bool = False) -> Frame:
    """The frame of a terminal. `hidden`: the list was put away. `asked`: it was asked for on a narrow
    screen, where it lies over the pane."""
    narrow = columns < 80
    width = 38 if columns >= 160 else 32 if columns >= 100 else 24
    shown = asked if narrow else not hidden
    return Frame(
        list_width=width if shown else 0,
        people_width=PEOPLE if columns >= 160 else 0,
        wide=columns >= 100,
        tall=rows >= TALL,
        over=shown and narrow,
    )


def too_small(columns: int, rows: int) -> bool:
    """Whether nothing sensible can be shown in a terminal of this size."""
    return columns < LEAST_COLUMNS or rows < LEAST_ROWS


def toast_place(columns: int, people: bool) -> tuple[int, int]:
    """How wide a toast is, and how far from the right edge: beside the people, of whom it may speak, as
    long as there is room for its words."""
    beside = PEOPLE if people and columns - PEOPLE - 2 >= LEAST_TOAST else 0
    return min(TOAST, columns - 2 - beside), beside
