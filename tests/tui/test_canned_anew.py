"""Canned replies while the program runs: somebody writes one, and it is offered."""

from __future__ import annotations

from tests.tui.five import HANNAH, INVOICE, five
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, running, screen_text, until

from supachat.domain.feeds import Canned
from supachat.domain.text import Safe


async def test_a_reply_that_was_written_meanwhile_is_offered_when_a_thread_is_opened() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press("/")
        await until(pilot, lambda: "/greeting" in screen_text(pilot.app))
        await pilot.press("ctrl+u")
        town.replies = [*town.replies, Canned(Safe("holiday"), "We are back on Monday.")]
        await at(pilot, INVOICE)
        await at(pilot, HANNAH)
        await pilot.press(*"/holi")
        await until(pilot, lambda: "We are back on Monday." in screen_text(pilot.app))
        assert chat(pilot.app).client.open_thread == HANNAH
