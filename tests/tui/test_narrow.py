"""Small terminals, and terminals without tones or without our glyphs: nothing is cut where it begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from unittest.mock import Mock

import pytest
from rich.cells import cell_len
from tests.tui.five import five
from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.row_text import text
from tests.tui.scripted_setup import ScriptedSetUp
from tests.tui.town import Town
from tests.unit.message_rows import all_glyphs

from supachat.domain.events import Notice
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.app import SupachatApp
from supachat.tui.glyphs import ASCII, UNICODE
from supachat.tui.notices import Toast
from supachat.tui.setup_protocol import ChatKind, ProjectGuess
from supachat.tui.widgets.results import Result, result_row

TROUBLE = Notice(Safe("Mira could not be reached"), Safe("She is on the quay, it is wet."), "error")


def painted(app: SupachatApp) -> str:
    """What the terminal gets, after the filters."""
    strips = app.screen._compositor.render_strips()
    for each in app.get_line_filters():
        strips = [strip.apply_filter(each, app.screen.background_colors[1]) for strip in strips]
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_a_toast_is_fitted_again_when_the_terminal_shrinks() -> None:
    app = make_app(Town())
    async with running(app, size=(100, 30)) as pilot:
        chat(app).notices.tell(TROUBLE)
        await settled(pilot)
        for columns in (40, 60, 120):
            await pilot.resize_terminal(columns, 16)
            await settled(pilot)
            text = screen_text(app)
            assert "! Mira could not be reached" in text
            assert "esc close" in text


async def test_a_toast_is_not_half_seen_beside_a_picker_and_is_back_when_that_goes() -> None:
    app = make_app(Town())
    async with running(app, size=(120, 36)) as pilot:
        chat(app).notices.tell(TROUBLE)
        await until(pilot, lambda: "esc close" in screen_text(app))
        await pilot.press("ctrl+k")
        await until(pilot, lambda: "Thread or person" in screen_text(app))
        assert "quay" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "on the quay" in screen_text(app))


async def test_the_seconds_of_a_toast_that_came_behind_a_picker_begin_when_that_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It went behind the picker: nobody had seen it."""
    ends: list[Callable[[], None]] = []

    def set_timer(_toast: Toast, _delay: float, end: Callable[[], None]) -> Mock:
        ends.append(end)
        return Mock()

    monkeypatch.setattr(Toast, "set_timer", set_timer)
    app = make_app(Town())
    async with running(app, size=(120, 36)) as pilot:
        await pilot.press("ctrl+k")
        await until(pilot, lambda: "Thread or person" in screen_text(app))
        chat(app).notices.tell(Notice(Safe("It is kept"), Safe("on this computer")))
        await until(pilot, lambda: ends)
        ends[-1]()
        behind = len(ends)
        await pilot.press("escape")
        await until(pilot, lambda: "It is kept" in screen_text(app))
        assert len(ends) == behind + 1
        ends[-1]()
        await until(pilot, lambda: "It is kept" not in screen_text(app))


async def test_under_sixty_columns_the_title_stays_and_its_facts_go() -> None:
    app = make_app(Town())
    async with running(app, size=(60, 20)) as pilot:
        assert "Mira Kovač  complete" in screen_text(app)
        await pilot.resize_terminal(59, 20)
        await settled(pilot)
        assert "complete" not in screen_text(app)
        assert "Mira Kovač" in screen_text(app)


@pytest.mark.parametrize("mono", [True, False])
async def test_people_over_the_pane_have_an_edge_where_there_are_no_tones(mono: bool) -> None:
    app = make_app(Town(), mono=mono)
    async with running(app, size=(100, 30)) as pilot:
        await pilot.press("f8")
        await settled(pilot)
        rows = screen_text(app).splitlines()
        edges = [row[70:71] == UNICODE.edge for row in rows]
        assert (sum(edges) > 20) is mono
        assert any("People" in row[70:] for row in rows)


async def test_without_our_glyphs_none_of_them_is_painted() -> None:
    """Also where a text was cut that knows of no terminal."""
    app = make_app(Town())
    app.glyphs = ASCII
    async with running(app, size=(80, 24)) as pilot:
        for keys in ((), ("f1",), ("escape", "f9"), ("escape", "ctrl+k"), ("escape", "f6", "i")):
            await pilot.press(*keys)
            await settled(pilot)
            ours = set(all_glyphs(UNICODE)) - set(all_glyphs(ASCII))
            assert not ours & set(painted(app)), keys


class Five(ScriptedSetUp):
    """Every dialect that is shipped, as the program calls them."""

    def kinds(self) -> Sequence[ChatKind]:
        names = ("Direct messages", "inbox", "portal", "rooms", "sessions")
        return [ChatKind(name, Safe(name), NOTHING) for name in names]

    def read_project(self, text: str) -> ProjectGuess:
        return ProjectGuess()


async def test_the_kinds_of_chat_are_all_there_to_their_last_letter() -> None:
    async with running(make_app(None, set_up=Five()), size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        await settled(pilot)
        row = next(row for row in screen_text(pilot.app).splitlines() if "Kind of chat" in row)
        assert row.split()[3:] == ["Direct", "messages", "inbox", "portal", "rooms", "sessions"]


async def test_an_address_that_is_none_is_said_when_the_keyboard_leaves_it() -> None:
    async with running(make_app(None, set_up=Five()), size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        await settled(pilot)
        await pilot.press(*"notaurl")
        await settled(pilot)
        assert "twenty letters" not in " ".join(screen_text(pilot.app).split()), "it may become one"
        await pilot.press("tab")
        await settled(pilot)
        assert "its reference of twenty letters" in " ".join(screen_text(pilot.app).split())


@pytest.mark.parametrize(
    ("cells", "name", "right"),
    [
        (26, "Ben Achterberg", ""),
        (32, "Ben Achterberg", "Direc⋯"),
        (32, "Noa", "Direct messages"),
        (64, "Ben Achterberg", "Direct messages"),
    ],
)
def test_a_result_is_named_before_it_says_where_it_is(cells: int, name: str, right: str) -> None:
    result = Result("it", Safe(name), right=Safe("Direct messages"), count=3)
    line = text(result_row(result, cells, chosen=True))
    assert cell_len(line) == cells
    assert line.split() == ["›", *name.split(), *right.split(), "3"]


async def test_in_a_narrow_overlay_the_question_has_the_room_that_the_number_took() -> None:
    for width, counted in ((40, False), (80, True)):
        async with running(make_app(five()), (width, 12)) as pilot:
            await pilot.press("ctrl+k")
            await until(pilot, lambda: "Thread or person" in screen_text(pilot.app))
            assert bool(re.search(r"\d+ of \d+", screen_text(pilot.app))) is counted
