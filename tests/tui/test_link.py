"""The person's hand on the link: offline and back, everything anew, and what waits meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.street import LIVE, key
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.health import Link, LinkState
from supachat.domain.text import safe_line
from supachat.tui.widgets.composer import waiting_hint

Compare = Callable[..., bool]
OFFLINE = Link(LinkState.OFFLINE)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the client was told to do to its link; the link itself stays as it is."""
    told: list[str] = []
    for name in ("go_offline", "go_online", "reconnect_all", "reconnect"):
        monkeypatch.setattr(Client, name, lambda _, name=name: told.append(name))
    return told


async def linked(pilot: Pilot[int], town: Town, link: Link, words: str) -> None:
    """The link moves, and the badge says so."""
    town.say(ev.LinkMoved(link))
    await until(pilot, lambda: words in screen_text(pilot.app))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ([*"/offline", "enter"], ["go_offline"]),
        ([*"/reconnect", "enter"], ["reconnect_all"]),
        (["alt+o"], ["go_offline"]),
        (["alt+l"], ["reconnect_all"]),
        (["f9", "o"], ["go_offline"]),
        (["f9", "r"], ["reconnect_all"]),
        (["ctrl+p", *"go offline", "enter"], ["go_offline"]),
        (["ctrl+p", *"reconnect every", "enter"], ["reconnect_all"]),
        ([*"/online", "enter"], ["reconnect"]),
        (["ctrl+l"], []),
    ],
)
async def test_while_it_is_live(done: list[str], keys: list[str], told: list[str]) -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        assert done == told
        assert chat(pilot.app).composer.text == ""


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ([*"/online", "enter"], ["go_online"]),
        (["alt+o"], ["go_online"]),
        (["f9", "o"], ["go_online"]),
        (["ctrl+l"], []),
        (["alt+l"], []),
        (["f9", "ctrl+l"], []),
    ],
)
async def test_while_one_is_offline_by_hand_nothing_else_reconnects(
    done: list[str], keys: list[str], told: list[str]
) -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await linked(pilot, town, OFFLINE, "⊘ offline, by you")
        await pilot.press(*keys)
        await settled(pilot)
        assert done == told


async def test_offline_says_how_to_come_back() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await linked(pilot, town, OFFLINE, "offline, by you")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "you are offline by hand; /online or alt+o" in screen_text(pilot.app))
        assert "waits until live" in screen_text(pilot.app)


def test_picture_of_being_offline_by_hand(snap_compare: Compare) -> None:
    town = Town()
    town.link = OFFLINE

    async def story(pilot: Pilot[int]) -> None:
        await settled(pilot)

    app = make_app(town, monotonic=lambda: 1000.0)
    assert snap_compare(app, terminal_size=(120, 36), run_before=story)


# ---------------------------------------------------------------- what waits


async def queued(pilot: Pilot[int], town: Town, text: str) -> None:
    """A message that waits behind one that is under way."""
    town.hold.clear()
    await pilot.press(*"first", "enter", *text, "enter")
    await until(pilot, lambda: "sending" in screen_text(pilot.app) and "queued" in screen_text(pilot.app))
    await pilot.press("f6")
    await until(pilot, lambda: "e edit" in screen_text(pilot.app).splitlines()[-1])
    assert "r retry" not in screen_text(pilot.app).splitlines()[-1]


async def test_what_is_queued_can_be_edited() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await queued(pilot, town, "later")
        await pilot.press("e")
        await until(pilot, lambda: chat(pilot.app).composer.text == "later")
        assert "queued" not in screen_text(pilot.app)
        assert "sending" in screen_text(pilot.app)


async def test_what_is_queued_can_be_cancelled() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await queued(pilot, town, "never mind")
        await pilot.press("x")
        await until(pilot, lambda: "y discard" in screen_text(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: "queued" not in screen_text(pilot.app))
        assert "never mind" not in screen_text(pilot.app)


async def test_what_is_under_way_offers_nothing() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        town.hold.clear()
        await pilot.press(*"gone", "enter", "f6")
        await until(pilot, lambda: "sending" in screen_text(pilot.app))
        assert "e edit" not in screen_text(pilot.app).splitlines()[-1]


async def test_esc_leaves_every_text_where_it_is() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press(*"half a thought", "escape", "escape", "f6", "escape", "f9", "escape", "escape")
        await settled(pilot)
        assert chat(pilot.app).composer.text == "half a thought"


@pytest.mark.parametrize(
    ("live", "kept", "words"),
    [
        (True, True, ""),
        (False, True, "waits until live"),
        (True, False, "not kept on disk"),
        (False, False, "waits, lost when you quit"),
    ],
)
def test_what_becomes_of_a_text(live: bool, kept: bool, words: str) -> None:
    assert waiting_hint(live, kept) == words


async def test_where_nothing_is_kept_the_composer_says_so() -> None:
    async with running(make_app(Town(), cache=lambda: Files(None))) as pilot:
        await until(pilot, lambda: "not kept on disk" in screen_text(pilot.app))


# ---------------------------------------------------------------- what the header says


async def test_how_many_have_seen_it() -> None:
    town = Town()
    rows = town.table[key("mira")]
    own = next(at for at, row in enumerate(rows) if row.own)
    rows[own] = replace(rows[own], seen_by=3)
    async with running(make_app(town)) as pilot:
        await until(pilot, lambda: "seen by 3" in screen_text(pilot.app))


async def test_a_clock_that_is_off_is_said_beside_the_title() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await linked(pilot, town, replace(LIVE, clock_skew=65.0), "this clock is 1 min ahead")


async def test_with_less_motion_nothing_counts_and_nothing_blinks(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    app = make_app(town)
    app.animation_level = "full"
    monkeypatch.setattr(app, "reduce_motion", True)
    async with running(app) as pilot:
        link = Link(LinkState.RECONNECTING, attempt=2, next_try_at=1e12, reason=safe_line("no network"))
        await linked(pilot, town, link, "reconnecting soon (2nd try)")
        await pilot.press("a")
        assert not chat(pilot.app).composer.field.cursor_blink
