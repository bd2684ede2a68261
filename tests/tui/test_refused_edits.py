"""An edit stays an edit: refused by the server, or with a click beside it, it is never sent as a message or
obeyed as a command, and never lost."""

from __future__ import annotations

from tests.tui.five import INVOICE, STAKING, five
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, running, screen_text, until
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Message
from supachat.domain.text import Safe
from supachat.tui.widgets.message_list import MessageList

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


# ---------------------------------------------------------------- what would make another text of it


async def test_a_click_on_a_price_makes_no_command_of_an_edit_that_was_emptied() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await until(pilot, lambda: "98,212.40" in screen_text(pilot.app))
        lines = screen_text(pilot.app).splitlines()
        place = (20, next(y for y, line in enumerate(lines) if "98,212.40" in line))
        await pilot.press("ctrl+up")
        await until(pilot, lambda: "editing  enter saves" in screen_text(pilot.app))
        await pilot.press("ctrl+c")
        assert (chat(pilot.app).composer.text, chat(pilot.app).composer.editing) == ("", True)
        await pilot.click(offset=place)
        await until(pilot, lambda: "tells you when it goes above" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == ""
        await until(pilot, lambda: "editing  enter saves" in screen_text(pilot.app))


async def test_an_edit_is_offered_no_commands_and_takes_none_that_were_offered_before() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press(*"/al")
        await until(pilot, lambda: "/alert" in screen_text(pilot.app))
        await pilot.press("ctrl+up")
        await until(pilot, lambda: "/alert" not in screen_text(pilot.app))
        await pilot.press("ctrl+c", *"/al", "enter")
        await until(pilot, lambda: any(isinstance(r, ev.EditMessage) for r in town.performed))
        (edit,) = (r.draft for r in town.performed if isinstance(r, ev.EditMessage))
        assert edit.raw == "/al"
        await until(pilot, lambda: "/alert" in screen_text(pilot.app))  # the unsent text is back
        assert chat(pilot.app).composer.text == "/al"


async def test_what_was_offered_in_one_thread_is_not_taken_in_another() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press(*"/al")
        await until(pilot, lambda: "/alert" in screen_text(pilot.app))
        await at(pilot, INVOICE)
        await until(pilot, lambda: "/alert" not in screen_text(pilot.app))
        await pilot.press("enter")
        assert chat(pilot.app).composer.text == ""


async def test_a_message_taken_back_from_the_outbox_is_not_written_into_an_edit() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        town.hold.clear()
        town.say(ev.LinkMoved(Link(LinkState.OFFLINE)))
        await pilot.press(*"first", "enter")
        await until(pilot, lambda: "queued" in screen_text(pilot.app))
        screen = chat(pilot.app)
        await pilot.press("ctrl+up")
        await until(pilot, lambda: screen.composer.editing)
        (draft,) = (m for m in screen.pane.newest(5) if isinstance(m, Message) and m.raw == "first")
        screen.on_message_list_verb(MessageList.Verb("edit", draft))
        await until(pilot, lambda: screen.composer.text == "first")
        assert not screen.composer.editing
