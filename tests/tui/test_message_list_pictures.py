"""How the message pane looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tui.pane_app import PaneApp, focus
from tests.tui.pane_story import CHAT, HISTORY, MARKED_UP
from textual.pilot import Pilot

from supachat.domain.events import Edge
from supachat.tui.glyphs import ASCII

PAYLOADS = json.loads(
    (Path(__file__).parents[1] / "vectors/data/text/payloads.json").read_text(encoding="utf-8")
)


Snap = Callable[..., bool]
SIZES = {"narrow": (80, 24), "wide": (120, 36)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["ink", "paper"])
def test_picture_of_a_chat(snap_compare: Snap, theme: str, size: str) -> None:
    assert snap_compare(PaneApp(CHAT, new_after="read", theme=theme), terminal_size=SIZES[size])


@pytest.mark.parametrize("size", SIZES)
def test_picture_of_a_history(snap_compare: Snap, size: str) -> None:
    assert snap_compare(PaneApp(HISTORY), terminal_size=SIZES[size])


def test_picture_of_markup(snap_compare: Snap) -> None:
    assert snap_compare(PaneApp(MARKED_UP, theme="paper"), terminal_size=(60, 40))


def test_picture_of_a_chosen_message(snap_compare: Snap) -> None:
    async def choose(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, PaneApp)
        await focus(pilot, app)
        for _ in range(10):  # whether the first one begins at the end or above it differs between Pythons
            if app.pane._cursor.index != 3:
                await pilot.press("k")
        assert app.pane._cursor.index == 3

    app = PaneApp(CHAT, new_after="read")
    assert snap_compare(app, terminal_size=SIZES["wide"], run_before=choose)


def test_picture_in_ascii(snap_compare: Snap) -> None:
    assert snap_compare(PaneApp([*HISTORY, *CHAT], glyphs=ASCII), terminal_size=(80, 50))


@pytest.mark.parametrize("edge", [Edge.START, Edge.LOADING, Edge.FAILED])
def test_picture_of_an_empty_thread(snap_compare: Snap, edge: Edge) -> None:
    assert snap_compare(PaneApp(edge=edge), terminal_size=(60, 12))
