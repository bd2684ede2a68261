"""The presets in the running app: what is pressed happens, and what is shown is in force."""

from __future__ import annotations

import pytest
from tests.tui.harness import chat, make_app, running, screen_text, settled
from tests.tui.town import Town
from textual import events

from supachat.tui.keymap import Place


async def test_emacs_gives_the_letters_back_to_the_text() -> None:
    app = make_app(Town(), keys="emacs")
    async with running(app) as pilot:
        field = chat(app).composer.field
        await pilot.press(*"one two", "ctrl+a", "ctrl+f", "ctrl+k")
        assert field.text == "o"
        await pilot.press("ctrl+y")
        assert field.text == "one two"
        assert "ctrl+g switch" in screen_text(app)
        await pilot.press("ctrl+g")
        await settled(pilot)
        before = screen_text(app)
        await pilot.press("ctrl+n")
        await settled(pilot)
        assert screen_text(app) != before, "the next result"
        await pilot.press("ctrl+g")
        await settled(pilot)
        assert chat(app).parts.places.here is Place.COMPOSER
        await pilot.press("alt+x")
        await settled(pilot)
        assert "alt+n" in screen_text(app), "the palette names the key of `start a thread`"


async def test_vim_leaves_the_text_with_esc_and_comes_back_with_i() -> None:
    app = make_app(Town(), keys="vim")
    async with running(app) as pilot:
        field = chat(app).composer.field
        await pilot.press(*"i jk")
        assert field.text == "i jk"
        await pilot.press("escape")
        await settled(pilot)
        assert chat(app).parts.places.here is Place.MESSAGES
        assert field.text == "i jk"
        assert "i write" in screen_text(app)
        await pilot.press("h")
        await settled(pilot)
        assert chat(app).parts.places.here is Place.LIST
        await pilot.press("i", "x")
        await settled(pilot)
        assert chat(app).parts.places.here is Place.COMPOSER
        assert field.text == "i jkx"
        await pilot.press("escape", "colon")
        await settled(pilot)
        assert "What should happen?" in screen_text(app)


@pytest.mark.parametrize("keys", ["chat", "vim"])
async def test_a_key_right_behind_one_that_moves_the_keyboard_goes_where_that_is_now(keys: str) -> None:
    """As from a paste into the terminal, a macro, or a line that was slow."""
    app = make_app(Town(), keys=keys)
    async with running(app) as pilot:
        for key, character in (("f6", None), ("k", "k"), ("tab", "\t"), ("x", "x")):
            app.post_message(events.Key(key, character))
        await settled(pilot)
        assert chat(app).composer.field.text == "x"


async def test_help_shows_the_keys_in_force() -> None:
    for preset, said in (("chat", "ctrl+k  f3"), ("emacs", "ctrl+g  f3"), ("vim", "esc")):
        app = make_app(Town(), keys=preset)
        async with running(app, size=(120, 60)) as pilot:
            await pilot.press("f1")
            await settled(pilot)
            text = screen_text(app)
            assert said in text
            assert ("i  a" in text) is (preset == "vim")
            assert preset in text.partition("\n")[0] or preset == "chat"
