"""A message drawn as rows, for the tests that look at them: the cast, the sizes, and the rows as text."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC
from typing import Any

from rich.cells import cell_len
from tests.tui.pane_story import PEOPLE, TODAY, at, said

from supachat.domain.model import Item
from supachat.tui.glyphs import Glyphs
from supachat.tui.widgets.frame import Frame, frame
from supachat.tui.widgets.message_lines import Cast, Drawn, Scene, draw
from supachat.tui.widgets.paint import Look

CAST = Cast(PEOPLE.get, "ana")
LOOK = Look.of()
WIDE = frame(88, columns=120, lines=36, zone=UTC, today=TODAY)
NARROW = frame(56, columns=80, lines=24, zone=UTC, today=TODAY)
PHONE = frame(50, lines=24, zone=UTC, today=TODAY)
TINY = frame(30, lines=24, zone=UTC, today=TODAY)
WIDTHS = (1, 3, 5, 12, 30, 39, 50, 56, 84, 88, 140, 200)


def all_glyphs(glyphs: Glyphs) -> str:
    """Every character of the set, in the order of its fields."""
    return "".join(getattr(glyphs, each.name) for each in fields(glyphs))


def drawn(item: Item, shape: Frame = NARROW, *, look: Look = LOOK, **scene: Any) -> Drawn:
    return draw(Scene(item, **scene), shape, look, CAST)


def rows(item: Item, shape: Frame = NARROW, **scene: Any) -> list[str]:
    """The rows as text, without what is blank at their right."""
    return [line.strip.text.rstrip() for line in drawn(item, shape, **scene).lines]


def at_right(text: str, end: str, shape: Frame) -> str:
    """`text` in the text column with `end` at the right end of the meta column."""
    return text + end.rjust(shape.end - cell_len(text))


BEFORE = said("tom", at(9, 0), "before")
