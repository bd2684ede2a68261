"""Texts that nobody has sent, on the screen: an edit that was not finished comes back as one, and so does
what was typed before there was a conversation to send it to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tui.five import INVOICE, STAKING, five
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, running, screen_text, until
from tests.tui.street import ACCOUNT, street
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.cache.files import Files
from supachat.domain import events as ev
from supachat.domain.health import Link, LinkState
from supachat.domain.keeping import AHEAD
from supachat.domain.model import Message, MessageKey, Micros
from supachat.tui.widgets.message_list import MessageList


def own(pilot: Pilot[int]) -> list[Message]:
    """The reader's messages in the open thread."""
    items = chat(pilot.app).pane.newest(50)
    return [each for each in items if isinstance(each, Message) and each.own]


async def test_an_edit_waits_in_its_thread_and_the_unsent_text_of_each_in_its_own() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        await pilot.press(*"half a", "ctrl+up", *" now")
        await at(pilot, INVOICE)
        assert (screen.composer.text, screen.composer.editing) == ("", False)
        assert "editing  enter saves" not in screen_text(pilot.app)
        await pilot.press(*"here")
        await at(pilot, STAKING)
        await until(pilot, lambda: "editing  enter saves" in screen_text(pilot.app))
        assert screen.composer.text.endswith("by validator. now")
        await pilot.press("escape")
        await until(pilot, lambda: screen.composer.text == "half a")
        assert screen.client.texts.begun(STAKING) == ()
        await at(pilot, INVOICE)
        assert screen.composer.text == "here"


async def test_an_edit_in_which_nothing_was_typed_is_none() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press("ctrl+up")
        await at(pilot, INVOICE)
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        assert (screen.composer.text, screen.composer.editing) == ("", False)
        assert screen.client.texts.begun(STAKING) == ()


async def test_another_edit_is_begun_over_it_and_it_comes_back_after_that() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, last = chat(pilot.app), own(pilot)[-1]
        other = replace(last, id="another", at=Micros(last.at + 1), raw="another of mine")
        screen.client._run.receive(ev.MessageArrived(other))
        await until(pilot, lambda: len(own(pilot)) > 1)
        screen.parts.editing.begin(last)
        await pilot.press(*" now")
        screen.parts.editing.begin(other)
        await pilot.press(*"!", "enter")
        await until(pilot, lambda: screen.composer.text == f"{last.raw} now")
        assert screen.composer.editing
        (saved,) = (r.draft for r in town.performed if isinstance(r, ev.EditMessage))
        assert saved.raw == "another of mine!"


async def test_e_on_the_message_that_is_edited_changes_nothing() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        await pilot.press("ctrl+up", *" now")
        screen.parts.editing.last()
        await until(pilot, lambda: screen.composer.text.endswith("by validator. now"))
        assert screen.composer.editing


async def test_a_message_is_taken_back_in_front_of_the_text_and_the_edit_waits() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        town.hold.clear()
        town.say(ev.LinkMoved(Link(LinkState.OFFLINE)))
        await pilot.press(*"first", "enter")
        await until(pilot, lambda: "queued" in screen_text(pilot.app))
        await pilot.press(*"second", "ctrl+up", *" now")
        (draft,) = (m for m in own(pilot) if m.raw == "first")
        screen.on_message_list_verb(MessageList.Verb("edit", draft))
        await until(pilot, lambda: screen.composer.text == "first\nsecond")
        assert not screen.composer.editing
        assert screen.client.unsent() == (0, 0)
        assert len(screen.client.texts.begun(STAKING)) == 1
        await at(pilot, STAKING)
        assert screen.composer.text.endswith("by validator. now")


async def test_what_up_brought_back_is_kept() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        await pilot.press("ctrl+up", *" now", "escape")
        await until(pilot, lambda: screen.composer.text == "")
        await pilot.press("up")
        await until(pilot, lambda: screen.client.text(STAKING).endswith("by validator. now"))
        await pilot.press("down")
        await until(pilot, lambda: screen.client.text(STAKING) == "")


async def test_the_next_start_goes_on_with_it(tmp_path: Path) -> None:
    def files() -> Files:
        return Files(tmp_path / "work.db")

    async with running(make_app(five(), cache=files), (120, 50)) as pilot:
        await at(pilot, STAKING)
        message = own(pilot)[-1].key
        await pilot.press(*"half a", "ctrl+up", *" now")
    async with running(make_app(five(), cache=files), (120, 50)) as pilot:
        screen = chat(pilot.app)
        await at(pilot, STAKING)
        await until(pilot, lambda: "editing  enter saves" in screen_text(pilot.app))
        assert screen.client.texts.begun(STAKING) == (message,)
        await pilot.press("enter")
        await until(pilot, lambda: screen.composer.text == "half a")
        assert screen.client.texts.begun(STAKING) == ()


async def test_what_cannot_be_edited_at_the_next_start_is_plain_text(tmp_path: Path) -> None:
    def files() -> Files:
        return Files(tmp_path / "work.db")

    async with running(make_app(Town(), cache=files)) as pilot:
        (thread, *_) = (each.key for each in street())
        await at(pilot, thread)
        await pilot.press(*"half")
        client = chat(pilot.app).client
        client.keep_text(MessageKey(thread, "gone"), "was to be better")
    async with running(make_app(Town(), cache=files)) as pilot:
        await at(pilot, thread)
        screen = chat(pilot.app)
        await until(pilot, lambda: screen.composer.text == "was to be better\nhalf")
        assert not screen.composer.editing


# ---------------------------------------------------------------- before there is a conversation


async def test_what_was_typed_ahead_is_there_at_the_next_start(tmp_path: Path) -> None:
    def files() -> Files:
        return Files(tmp_path / "work.db")

    async with running(make_app(Town([]), cache=files)) as pilot:
        await until(pilot, lambda: "No conversations yet" in screen_text(pilot.app))
        chat(pilot.app).composer.field.focus()
        await pilot.press(*"hello all")
        await until(pilot, lambda: chat(pilot.app).client._engine.text(AHEAD) == "hello all")
    async with running(make_app(Town([]), cache=files)) as pilot:
        await until(pilot, lambda: chat(pilot.app).composer.text == "hello all")
    async with running(make_app(Town(), cache=files)) as pilot:
        screen = chat(pilot.app)
        await until(pilot, lambda: screen.shown is not None)
        await until(pilot, lambda: screen.composer.text == "hello all")
        assert screen.shown is not None
        assert (screen.client.text(screen.shown), screen.client.text(AHEAD)) == ("hello all", "")


async def test_another_account_does_not_see_what_one_typed_ahead(tmp_path: Path) -> None:
    async with running(make_app(Town([]), cache=lambda: Files(tmp_path / "work.db"))) as pilot:
        await until(pilot, lambda: "No conversations yet" in screen_text(pilot.app))
        screen = chat(pilot.app)
        screen.composer.field.focus()
        await pilot.press(*"secret")
        await until(pilot, lambda: screen.client.text(AHEAD) == "secret")
        take_in = screen.client.entry._hands.take_in
        await take_in(replace(ACCOUNT, user_id="another"))
        await until(pilot, lambda: screen.composer.text == "")
        await pilot.press("up")
        await pilot.pause()
        assert (screen.composer.text, screen.client.text(AHEAD)) == ("", "")
        await take_in(ACCOUNT)
        await until(pilot, lambda: screen.composer.text == "secret")


async def test_leaving_shows_once_more_what_was_typed_while_nobody_was_signed_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Silent(Town):
        async def start(self) -> None:
            await asyncio.Event().wait()

    app = make_app(Silent())
    async with running(app) as pilot:
        await pilot.press(*"typed ahead")
        await until(pilot, lambda: chat(app).client.text(AHEAD) == "typed ahead")
        await pilot.press("ctrl+q")
        await pilot.pause()
    said = capsys.readouterr()
    assert "Nobody was signed in, so what you typed is not kept. It was:\n\ntyped ahead" in (
        said.out + said.err
    )
