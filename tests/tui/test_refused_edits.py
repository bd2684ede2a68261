"""An edit that the server refused is an edit again: it is never sent as a message, and never lost."""

from __future__ import annotations

from tests.tui.five import INVOICE, STAKING, five
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, running, screen_text, until
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.model import Message
from supachat.domain.text import Safe

WHY = Safe("Not edited: only within the hour")


def own(pilot: Pilot[int]) -> str:
    """The id of the reader's last message in the open thread."""
    items = chat(pilot.app).pane.newest(50)
    return next(each.id for each in reversed(items) if isinstance(each, Message) and each.own)


async def test_enter_edits_the_message_again_and_the_unsent_text_comes_back() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, message = chat(pilot.app), own(pilot)
        await pilot.press(*"half a")
        screen.take([ev.TextReturned(STAKING, "better", message, WHY)])
        await until(pilot, lambda: "editing  enter saves" in screen_text(pilot.app))
        assert screen.composer.text == "better"
        await until(pilot, lambda: "only within the hour" in screen_text(pilot.app))
        await pilot.press(*" words", "enter")
        await until(pilot, lambda: screen.composer.text == "half a")
        await until(pilot, lambda: any(isinstance(r, ev.EditMessage) for r in town.performed))
        (again,) = (r.draft for r in town.performed if isinstance(r, ev.EditMessage))
        assert (again.target, again.raw) == (message, "better words")
        assert "better words" not in [row.raw for row in town.table[STAKING]], "it was sent as a message"


async def test_the_same_text_may_be_tried_again() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        chat(pilot.app).take([ev.TextReturned(STAKING, "better", own(pilot), WHY)])
        await pilot.press("enter")
        await until(pilot, lambda: any(isinstance(r, ev.EditMessage) for r in town.performed))


async def test_esc_leaves_the_message_as_it_was_and_up_brings_the_edit_back() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        screen.take([ev.TextReturned(STAKING, "better", own(pilot), WHY)])
        await pilot.press("escape")
        await until(pilot, lambda: screen.composer.text == "")
        assert not [r for r in town.performed if isinstance(r, ev.EditMessage)]
        await pilot.press("up")
        await until(pilot, lambda: screen.composer.text == "better")


async def test_one_of_another_thread_waits_until_that_is_open_and_two_are_both_kept() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, message = chat(pilot.app), own(pilot)
        await at(pilot, INVOICE)
        await pilot.press(*"here")
        screen.take([ev.TextReturned(STAKING, text, message, WHY) for text in ("first", "second")])
        await until(pilot, lambda: "your edit is back" in screen_text(pilot.app))
        assert screen.composer.text == "here"
        await at(pilot, STAKING)
        await until(pilot, lambda: screen.composer.text == "second")
        await pilot.press("escape")
        await until(pilot, lambda: screen.composer.text == "")
        await pilot.press("up", "up")
        await until(pilot, lambda: screen.composer.text == "first")
