"""Many keys in one read of the terminal: each goes where the one before it has led."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.tui.five import HANNAH, RELEASE, STAKING, five
from tests.tui.five_acts import asked, at, in_list
from tests.tui.harness import burst, chat, make_app, running, screen_text, until
from tests.tui.town import Town
from textual.app import App
from textual.dom import DOMNode

from supachat.domain.model import Alteration, ThreadKey
from supachat.tui import turns


def shown(app: App[int]) -> ThreadKey | None:
    return chat(app).shown


def written(app: App[int]) -> str:
    return chat(app).composer.text


@pytest.mark.parametrize(
    ("keys", "opened"),
    [
        (("ctrl+k", *"staking", "enter"), STAKING),
        (("ctrl+k", *"staking", "enter", "ctrl+k", *"hannah", "enter"), HANNAH),
        (("slash", *"hannah", "enter"), HANNAH),
        (("escape", "tab", "slash", *"hannah", "enter"), HANNAH),
    ],
)
async def test_a_thread_is_found_and_opened_and_written(keys: tuple[str, ...], opened: ThreadKey) -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await in_list(pilot, RELEASE)
        burst(pilot.app, *keys, *"hello")
        await until(pilot, lambda: shown(pilot.app) == opened and written(pilot.app) == "hello")


async def test_a_command_is_found_and_run_and_what_it_opens_takes_the_rest() -> None:
    town = five()
    town.threads = [replace(one, owner="ana") if one.key == RELEASE else one for one in town.threads]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        burst(pilot.app, "ctrl+p", *"rename this", "enter", "ctrl+u", *"Boats", "enter", *"hello")
        await until(pilot, lambda: asked(town, Alteration.RENAME) and written(pilot.app) == "hello")
        assert [each.value for each in asked(town, Alteration.RENAME)] == ["Boats"]


async def test_the_keys_of_a_thread_open_their_choices_and_those_are_narrowed() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        burst(pilot.app, "a", *"jonas", "enter", "s", *"open", "enter")
        await until(pilot, lambda: asked(town, Alteration.STATUS))
        assert [each.value for each in asked(town, Alteration.ASSIGN)] == ["jonas"]
        assert [each.value for each in asked(town, Alteration.STATUS)] == ["open"]


async def test_a_slash_is_completed_by_the_tab_right_behind_it() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        burst(pilot.app, *"/sp", "tab", *"!")
        await until(
            pilot, lambda: written(pilot.app) == "Could you look in the spam folder, Hannah Weiss?!"
        )


async def test_a_search_takes_the_words_behind_its_key_and_gives_the_rest_back() -> None:
    async with running(make_app(Town()), (120, 50)) as pilot:
        burst(pilot.app, "alt+s", *"zebra")
        await until(pilot, lambda: 'No message says "zebra"' in screen_text(pilot.app))
        burst(pilot.app, "escape", *"hello")
        await until(pilot, lambda: written(pilot.app) == "hello")


async def test_a_key_goes_ahead_where_the_one_before_it_does_not_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    monkeypatch.setattr(turns, "_through", lambda node, turn, rounds: None)
    async with running(make_app(Town())) as pilot:
        burst(pilot.app, *"late")
        await until(pilot, lambda: written(pilot.app) == "late")


def test_a_widget_that_goes_away_holds_up_nobody() -> None:
    class Gone(DOMNode):
        def call_later(self, callback: object, *args: object, **kwargs: object) -> bool:
            return False

    turn = asyncio.Event()
    turns._through(Gone(), turn, turns.ROUNDS)
    assert turn.is_set()


async def test_tab_behind_a_completion_that_was_closed_moves_on() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        burst(pilot.app, *"/sp", "escape", "tab")
        await until(pilot, lambda: pilot.app.screen.focused is not chat(pilot.app).composer.field)
        assert written(pilot.app) == "/sp", "what was closed stays closed"
