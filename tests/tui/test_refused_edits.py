"""An edit stays an edit: refused by the server, or with a click beside it, it is never sent as a message or
obeyed as a command, and never lost."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.five import INVOICE, STAKING, five
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, running, screen_text, until
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Message, MessageKey, Micros
from supachat.tui.widgets.message_list import MessageList

WHY = NotAllowed("Not edited: only within the hour")


def own(pilot: Pilot[int]) -> MessageKey:
    """The reader's last message in the open thread."""
    items = chat(pilot.app).pane.newest(50)
    return next(each.key for each in reversed(items) if isinstance(each, Message) and each.own)


def asked(town: Town) -> list[ev.EditMessage]:
    return [request for request in town.performed if isinstance(request, ev.EditMessage)]


async def refuse(pilot: Pilot[int], town: Town, message: MessageKey, text: str) -> None:
    """The reader gives a message that text, and the server says no."""
    run = chat(pilot.app).client._run
    chat(pilot.app).client.edit(message, text)
    (request,) = await until(pilot, lambda: [r for r in asked(town) if r.draft.raw == text])
    town.performed.remove(request)
    run.apply(run.engine.failed(request, WHY, run.now()))


async def test_what_is_typed_is_not_taken_and_enter_edits_the_message_again() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, message = chat(pilot.app), own(pilot)
        await pilot.press(*"half a")
        await refuse(pilot, town, message, "better")
        await until(pilot, lambda: "only within the hour; ctrl+up" in screen_text(pilot.app))
        await pilot.press(*" word")
        assert (screen.composer.text, screen.composer.editing) == ("half a word", False)
        await pilot.press("ctrl+up")
        await until(pilot, lambda: "editing  enter saves" in screen_text(pilot.app))
        assert screen.composer.text == "better"
        await pilot.press(*" words", "enter")
        await until(pilot, lambda: screen.composer.text == "half a word")
        (again,) = await until(pilot, lambda: asked(town))
        assert (again.draft.target, again.draft.raw) == (message.id, "better words")
        assert "better words" not in [row.raw for row in town.table[STAKING]], "it was sent as a message"


async def test_the_same_text_may_be_tried_again() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await refuse(pilot, town, own(pilot), "better")
        await until(pilot, lambda: chat(pilot.app).composer.text == "better")
        await pilot.press("enter")
        (again,) = await until(pilot, lambda: asked(town))
        assert again.draft.raw == "better"


async def test_esc_leaves_the_message_as_it_was_and_up_brings_the_edit_back() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        await refuse(pilot, town, own(pilot), "better")
        await until(pilot, lambda: screen.composer.text == "better")
        await pilot.press("escape")
        await until(pilot, lambda: screen.composer.text == "")
        assert not asked(town)
        await pilot.press("up")
        await until(pilot, lambda: screen.composer.text == "better")


async def test_one_of_another_thread_waits_until_that_is_open_and_two_are_both_kept() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, message = chat(pilot.app), own(pilot)
        await at(pilot, INVOICE)
        await pilot.press(*"here")
        for text in ("first", "second"):
            await refuse(pilot, town, message, text)
        await until(pilot, lambda: "your edit waits" in screen_text(pilot.app))
        assert screen.composer.text == "here"
        assert screen.client.unsent() == (0, 2), "they need the person"
        await at(pilot, STAKING)
        await until(pilot, lambda: screen.composer.text == "second")
        await pilot.press("escape")
        await until(pilot, lambda: screen.composer.text == "first")
        assert screen.composer.editing
        await pilot.press("escape", "up", "up")
        await until(pilot, lambda: screen.composer.text == "second")
        assert screen.client.unsent() == (0, 0)


async def test_one_that_comes_while_another_message_is_edited_waits_for_that_to_end() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, message = chat(pilot.app), own(pilot)
        await pilot.press("ctrl+up", *" now")
        await refuse(pilot, town, message, "better")
        await until(pilot, lambda: "your edit waits" in screen_text(pilot.app))
        assert screen.composer.text.endswith("by validator. now")
        await pilot.press("enter")
        await until(pilot, lambda: screen.composer.text == "better")
        assert screen.composer.editing


async def test_what_was_to_change_a_message_that_is_gone_is_a_new_ones_text() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, message = chat(pilot.app), own(pilot)
        await pilot.press(*"half a", "ctrl+up", *" now")
        town.say(ev.MessageGone(message.thread.source, message.id))
        await until(pilot, lambda: not screen.client.texts.can_edit(message))
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be changed any more" in screen_text(pilot.app))
        assert not screen.composer.editing
        assert screen.composer.text.endswith("by validator. now\nhalf a")
        assert screen.client.texts.begun(STAKING) == ()
        assert not asked(town)


async def test_whoever_is_written_over_elsewhere_is_told_and_has_the_text_one_press_away() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, key = chat(pilot.app), own(pilot)
        message = next(m for m in screen.pane.newest(50) if isinstance(m, Message) and m.key == key)
        await pilot.press("ctrl+up", *" now", "enter")
        (request,) = await until(pilot, lambda: asked(town))
        mine = replace(message, raw=request.draft.raw, edited=Micros(message.at + 1))
        town.say(ev.DraftStored(request.draft, mine))
        await until(pilot, lambda: screen.client.unsent() == (0, 0))
        assert "written over" not in screen_text(pilot.app)
        theirs = replace(message, raw="theirs", edited=Micros(message.at + 2))
        town.say(ev.MessageArrived(theirs, changed=True))
        await until(pilot, lambda: "Your edit was written over" in screen_text(pilot.app))
        await pilot.press("up")
        await until(pilot, lambda: screen.composer.text == request.draft.raw)


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
