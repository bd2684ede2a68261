"""Nothing is left out that is not on the terminal already."""

from __future__ import annotations

import random

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from supachat.tui.sparing import Glass, Spared, Sparing, draw_again, pieces

WIDE, HIGH = 12, 3


def strip(text: str, colour: str = "red") -> Strip:
    return Strip([Segment(text, Style(color=colour))])


def written(glass: Glass, y: int, *rows: str) -> str:
    region = Region(0, y, len(rows[0]), len(rows))
    return Spared(LayoutUpdate([[strip(row)] for row in rows], region), glass).render_segments(
        Console(color_system=None)
    )


def test_only_the_row_that_changed_is_written() -> None:
    glass = Glass()
    assert "one" in written(glass, 0, "one", "two")
    assert written(glass, 0, "one", "two") == ""
    again = written(glass, 0, "one", "TWO")
    assert "TWO" in again
    assert "one" not in again


def test_after_something_else_has_drawn_everything_is_written() -> None:
    glass = Glass()
    written(glass, 0, "one", "two")
    glass.forget()
    assert "one" in written(glass, 0, "one", "two")


@pytest.mark.parametrize(("x", "text", "stays"), [(3, "x", True), (0, "x", False), (2, "x", False)])
def test_what_was_written_over_is_written_again(x: int, text: str, stays: bool) -> None:
    glass = Glass()
    glass.changes(0, 0, strip("abc"))
    glass.changes(0, x, strip(text))
    assert glass.changes(0, 0, strip("abc")) is not stays


def test_another_colour_is_a_change() -> None:
    glass = Glass()
    glass.changes(0, 0, strip("abc"))
    assert glass.changes(0, 0, strip("abc", "blue"))


def test_a_span_writes_what_lies_in_it() -> None:
    chops = [{0: strip("aaaa"), 4: strip("bbbb"), 8: strip("cccc")}]
    update = ChopsUpdate(chops, [(0, 4, 10)], [[4, 8, 12]])
    assert [(x, part.text) for _, x, part in pieces(update)] == [(4, "bbbb"), (8, "cc")]


@pytest.mark.parametrize("seed", range(20))
def test_the_terminal_shows_the_same_as_without(seed: int) -> None:
    chance = random.Random(seed)
    glass, plain, spared = Glass(), {}, {}
    for _ in range(300):
        y, x = chance.randrange(HIGH), chance.randrange(WIDE)
        part = strip(chance.choice("ab") * chance.randint(1, WIDE - x))
        cells = {(y, x + at): letter for at, letter in enumerate(part.text)}
        plain.update(cells)
        if glass.changes(y, x, part):
            spared.update(cells)
        assert spared == plain


async def test_to_draw_again_forgets() -> None:
    app = Sparing()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.glass.changes(0, 0, strip("abc"))
        draw_again(app)
        assert app.glass.changes(0, 0, strip("abc"))


async def test_another_size_forgets() -> None:
    app = Sparing()
    async with app.run_test() as pilot:
        app.glass.changes(0, 0, strip("abc"))
        await pilot.resize_terminal(90, 30)
        await pilot.pause()
        assert app.glass.changes(0, 0, strip("abc"))


async def test_who_comes_back_from_the_shell_sees_everything_again() -> None:
    app = Sparing()
    async with app.run_test() as pilot:
        app.glass.changes(0, 0, strip("abc"))
        app.app_resume_signal.publish(app)
        await pilot.pause()
        assert app.glass.changes(0, 0, strip("abc"))
