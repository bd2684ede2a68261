"""The health page on the screen: its pictures, and that it follows what happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.link_values import CLOCK, FULL, WAITING
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain.health import Health, Link, LinkState

Compare = Callable[..., bool]


async def open_with(pilot: Pilot[int], health: Health) -> None:
    await settled(pilot)
    client = chat(pilot.app).client
    keeper = client._engine.health
    keeper.health = health
    keeper.counted = lambda **_: False  # type: ignore[method-assign]  # a tick would count what is there
    client.waiting = lambda: WAITING if health.queued else ()  # type: ignore[method-assign]  # as if they waited
    await pilot.press("f9")
    await settled(pilot)


@pytest.mark.parametrize(("size", "theme"), [((120, 36), "ink"), ((80, 24), "paper")])
def test_pictures(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    async def story(pilot: Pilot[int]) -> None:
        await open_with(pilot, FULL)

    app = make_app(Town(), theme=theme, monotonic=lambda: CLOCK)
    assert snap_compare(app, terminal_size=size, run_before=story)


async def test_it_follows_what_happens_while_it_is_open() -> None:
    async with running(make_app(Town(), monotonic=lambda: CLOCK)) as pilot:
        await open_with(pilot, FULL)
        assert "live 12 ms" in screen_text(pilot.app)
        chat(pilot.app).client._engine.health.health = Health(
            Link(LinkState.RECONNECTING, attempt=2, next_try_at=CLOCK + 9)
        )
        await until(pilot, lambda: "reconnecting in 9 s (2nd try)" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "Message Mira" in screen_text(pilot.app))
