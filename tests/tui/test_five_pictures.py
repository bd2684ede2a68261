"""Pictures of the five systems: the list in both themes at three sizes, every other place once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.tui.five import HANNAH, INVOICE, STAKING, five
from tests.tui.harness import chat, make_app, screen_text, settled, until
from textual.pilot import Pilot

from supachat.domain.model import ThreadKey
from supachat.tui.keymap import Place
from supachat.tui.screens.search import SearchPage

Compare = Callable[..., bool]
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "200x50": (200, 50)}


async def set_out(pilot: Pilot[int], key: ThreadKey, *keys: str) -> None:
    """That thread is open, nothing lies over it, and these keys were pressed."""
    await settled(pilot)
    screen = chat(pilot.app)
    await until(pilot, lambda: screen.client.thread(key) is not None)
    await until(pilot, lambda: "PHQ-9" in screen_text(pilot.app))
    screen.notices.dismiss()
    screen.go(key)
    await settled(pilot)
    for each in keys:
        await pilot.press(each)
    if "/" in keys:  # what is written is a draft within a second
        await until(pilot, lambda: "✎" in screen_text(pilot.app))
    await settled(pilot)


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", SIZES)
def test_picture_of_the_list(snap_compare: Compare, theme: str, size: str) -> None:
    app = make_app(five(), theme=theme, monotonic=lambda: 1000.0)

    async def story(pilot: Pilot[int]) -> None:
        await set_out(pilot, HANNAH, "shift+tab", "shift+tab", "j")

    assert snap_compare(app, terminal_size=SIZES[size], run_before=story)


@pytest.mark.parametrize(
    ("name", "key", "keys", "size", "theme"),
    [
        ("session", STAKING, [], "120x36", "ink"),
        ("session-narrow", STAKING, [], "80x24", "paper"),
        ("inbox", HANNAH, [], "120x36", "paper"),
        ("portal", INVOICE, [], "120x36", "ink"),
        ("canned", HANNAH, ["/"], "120x36", "ink"),
        ("status", HANNAH, ["shift+tab", "shift+tab", "s"], "80x24", "ink"),
        ("filter", HANNAH, ["shift+tab", "shift+tab", "slash", *"mine"], "120x36", "paper"),
        ("editing", STAKING, ["ctrl+up"], "120x36", "paper"),
        ("deleting", STAKING, ["f6", "k", "d"], "80x24", "ink"),
        ("people", HANNAH, ["f8"], "120x36", "ink"),
    ],
)
def test_picture_of_a_place(
    snap_compare: Compare, name: str, key: ThreadKey, keys: list[str], size: str, theme: str
) -> None:
    app = make_app(five(), theme=theme, monotonic=lambda: 1000.0)

    async def story(pilot: Pilot[int]) -> None:
        await set_out(pilot, key, *keys)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=story)


@pytest.mark.parametrize(("size", "theme"), [("120x36", "paper"), ("80x24", "ink")])
def test_picture_of_feeds(snap_compare: Compare, size: str, theme: str) -> None:
    app = make_app(five(), theme=theme, monotonic=lambda: 1000.0)

    async def story(pilot: Pilot[int]) -> None:
        await set_out(pilot, HANNAH)
        chat(pilot.app).parts.going.feed("portal", "alerts")
        await settled(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=story)


@pytest.mark.parametrize(("size", "theme"), [("120x36", "paper"), ("80x24", "ink")])
def test_picture_of_a_search(snap_compare: Compare, size: str, theme: str) -> None:
    app = make_app(five(), theme=theme, monotonic=lambda: 1000.0)

    async def story(pilot: Pilot[int]) -> None:
        await set_out(pilot, HANNAH, "alt+s", *"link")
        await until(pilot, lambda: "2 found in one thread" in screen_text(pilot.app))
        page = pilot.app.screen
        assert isinstance(page, SearchPage)
        await until(pilot, lambda: bool(page._around))
        await pilot.press("down")
        await until(pilot, lambda: len(page._around) == 2)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=story)


@pytest.mark.parametrize(("size", "theme"), [("120x36", "ink"), ("80x24", "paper")])
def test_picture_of_a_hit_that_was_gone_to(snap_compare: Compare, size: str, theme: str) -> None:
    app = make_app(five(), theme=theme, monotonic=lambda: 1000.0)

    async def story(pilot: Pilot[int]) -> None:
        await set_out(pilot, HANNAH, "alt+s", *"link")
        await until(pilot, lambda: "2 found in one thread" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot.app).parts.places.here is Place.MESSAGES)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=story)
