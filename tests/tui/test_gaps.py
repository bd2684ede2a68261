"""A gap is said beside the title, stands in the pane, and is filled on sight; the thread is whole then."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.street import LIVE, NOW, key, message
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.health import Link, LinkState
from supachat.domain.text import safe_line

MISSED = 1080
"""More than one catch-up reads: the newest page stands apart from what was known."""
DOWN = Link(LinkState.RECONNECTING, attempt=1, reason=safe_line("the server closed the connection"))


async def deaf_for_long(pilot: Pilot[int], town: Town) -> None:
    """The link is lost, very much is said, the link is back."""
    await settled(pilot)
    town.say(ev.LinkMoved(DOWN), ev.ThreadDeaf(key("mira")))
    await until(pilot, lambda: "complete to 09:30" in screen_text(pilot.app))
    start = NOW + timedelta(minutes=1)
    town.table[key("mira")] += [
        message("mira", "mira", f"missed {n}", start + timedelta(seconds=n), 1000 + n)
        for n in range(MISSED)
    ]
    town.say(ev.LinkMoved(LIVE), ev.ThreadReady(key("mira")))
    await until(pilot, lambda: f"missed {MISSED - 1}" in screen_text(pilot.app))


async def to_the_gap(pilot: Pilot[int]) -> None:
    """Page up until it is in view."""
    for _ in range(60):
        if chat(pilot.app).pane.gaps_in_view:
            return
        await pilot.press("pageup")
        await pilot.pause(0.01)
    raise AssertionError(f"no gap came into view:\n{screen_text(pilot.app)}")


async def test_a_gap_is_said_and_filled_on_sight_until_the_thread_is_whole() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await deaf_for_long(pilot, town)
        await until(pilot, lambda: "1 gap" in screen_text(pilot.app))
        await to_the_gap(pilot)
        assert "messages missing between" in screen_text(pilot.app)
        await until(pilot, lambda: re.search(r"~\d+ messages missing|\d+ of ~\d+", screen_text(pilot.app)))
        asked = [request for request in town.performed if isinstance(request, ev.CountGap)]
        assert len(asked) == 1, "once, however often it is looked at and however it shrinks"
        await until(pilot, lambda: "1 gap" not in screen_text(pilot.app))
        assert "complete" in screen_text(pilot.app).splitlines()[0]
        assert len([request for request in town.performed if isinstance(request, ev.CountGap)]) == 1


async def test_without_a_link_a_gap_waits_and_is_filled_when_the_link_is_back() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await deaf_for_long(pilot, town)
        town.say(ev.LinkMoved(DOWN))
        await until(pilot, lambda: "the server closed" in screen_text(pilot.app))
        before = len(town.performed)
        await to_the_gap(pilot)
        chat(pilot.app).parts.gaps._fill_seen()
        await settled(pilot)
        assert len(town.performed) == before
        town.say(ev.LinkMoved(LIVE))
        await until(pilot, lambda: "1 gap" not in screen_text(pilot.app))
