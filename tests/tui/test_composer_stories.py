"""What a person does in the composer, from key to screen: lines, history, undo, pastes, its limits."""

from __future__ import annotations

import asyncio

import pytest
from tests.tui.harness import burst, chat, make_app, running, screen_text, until
from tests.tui.town import Town
from textual import events
from textual.app import App

from supachat.domain import events as ev
from supachat.domain.model import Message as Item
from supachat.tui.keymap import Place


async def test_enter_sends_and_alt_enter_breaks_the_line_and_the_composer_grows() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one", "alt+enter", *"two", "ctrl+j", *"three")
        await pilot.pause()
        assert composer.text == "one\ntwo\nthree"
        assert composer.field.size.height == 3


async def test_a_draft_of_twenty_lines_stops_at_ten_rows() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        for _ in range(20):
            await pilot.press("ctrl+j")
        await pilot.pause()
        assert composer.field.size.height == 10


async def test_up_in_an_empty_composer_brings_back_what_was_sent() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one", "enter", *"two", "enter")
        await pilot.press("up")
        await pilot.pause()
        assert composer.text == "two"
        await pilot.press("up")
        await pilot.pause()
        assert composer.text == "one"
        await pilot.press("down", "down")
        await pilot.pause()
        assert composer.text == ""


async def test_up_in_a_text_moves_the_cursor() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one", "ctrl+j", *"two", "up", *"X")
        assert composer.text == "oneX\ntwo"


async def test_esc_never_takes_a_letter() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press(*"keep me", "escape", "escape", "f6", "escape", "tab", "escape")
        assert chat(pilot.app).composer.text == "keep me"
        assert chat(pilot.app).parts.places.here is Place.COMPOSER


async def test_ctrl_c_clears_and_undo_brings_it_back() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"a text", "ctrl+c")
        await pilot.pause()
        assert composer.text == ""
        await pilot.press("ctrl+underscore")
        assert composer.text == "a text"
        await pilot.press("ctrl+u", "ctrl+c")
        await until(pilot, lambda: "ctrl+q quits" in screen_text(pilot.app))


async def test_the_keys_of_a_shell() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one two three", "ctrl+w")
        assert composer.text == "one two "
        await pilot.press("ctrl+a", "alt+d")
        assert composer.text == " two "
        await pilot.press("alt+k")
        assert composer.text == ""
        await pilot.press("ctrl+y")
        assert composer.text == " two "


async def test_too_long_a_message_is_refused_with_words_and_the_text_stays() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        text = "x" * 70_000
        composer.field.type_in(text)
        await pilot.press("enter")
        await until(pilot, lambda: "longer than 64 kB" in screen_text(pilot.app))
        assert composer.text == text
        assert "70,000 of 65,536" in screen_text(pilot.app)


async def test_a_paste_with_controls_is_harmless_and_a_huge_one_changes_nothing() -> None:
    async with running(make_app(Town())) as pilot:
        field = chat(pilot.app).composer.field
        field.post_message(events.Paste("a\x1b]0;PWNED\x07b\r\nc\x00\td"))
        await until(pilot, lambda: field.text != "")
        assert field.text == "a␛]0;PWNED␇b\nc␀\td"
        field.post_message(events.Paste("x" * 1_000_001))
        await until(pilot, lambda: "That paste has 1,000,001 characters" in screen_text(pilot.app))
        assert len(field.text) < 30


async def test_the_cursor_rests_when_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supachat.tui.widgets.field.STILL_AFTER", 0.2)
    app = make_app(Town())
    app.animation_level = "full"
    async with running(app) as pilot:
        field = chat(app).composer.field
        await pilot.press("a")
        await until(pilot, lambda: not field.cursor_blink)
        monkeypatch.setattr("supachat.tui.widgets.field.STILL_AFTER", 60.0)  # a slow machine looks later
        await pilot.press("b")
        assert field.cursor_blink


async def test_enter_struck_twice_on_a_slow_line_sends_once() -> None:
    async with running(make_app(Town())) as pilot:
        burst(pilot.app, *"once", "enter", "enter", "enter")
        await until(pilot, lambda: said(pilot.app)[-1:] == ["once"] and not chat(pilot.app).composer.text)
        await pilot.pause(0.2)
        assert said(pilot.app).count("once") == 1


async def test_what_is_typed_behind_enter_is_neither_sent_with_it_nor_lost() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        burst(pilot.app, *"one", "enter", *"two", "enter", *"three")
        await until(pilot, lambda: chat(pilot.app).composer.text == "three" and len(sent(town)) == 2)
        assert sent(town) == ["one", "two"]


@pytest.mark.parametrize("at_once", [1, 3, 7, 200])
async def test_lines_pasted_by_a_terminal_without_brackets_are_messages_each(at_once: int) -> None:
    """However the keys and what becomes of them take turns."""
    lines = [f"line {number}" for number in range(10)]
    keys = [key for line in lines for key in (*line, "enter")]
    town = Town()
    async with running(make_app(town)) as pilot:
        for start in range(0, len(keys), at_once):
            burst(pilot.app, *keys[start : start + at_once])
            await asyncio.sleep(0)
        await until(pilot, lambda: not chat(pilot.app).composer.text and len(sent(town)) == len(lines))
        assert sent(town) == lines


def sent(town: Town) -> list[str]:
    """What was sent, in order."""
    return [r.draft.raw for r in town.performed if isinstance(r, ev.SendDraft)]


def said(app: App[int]) -> list[str]:
    """What this person has written in the open thread, as the pane shows it."""
    return [m.raw for m in chat(app).pane.newest(10) if isinstance(m, Item) and m.own]
