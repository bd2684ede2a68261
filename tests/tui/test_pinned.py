"""Whose words are read stays said when the name has scrolled away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.tui.harness import chat, make_app, running, screen_text, until
from tests.tui.street import NOW, key, message
from tests.tui.town import Town

from supachat.domain.text import Safe
from supachat.tui.widgets.message_posts import Head
from supachat.tui.widgets.pinned import pinned_row


def monologue() -> Town:
    """Mira talks for eighty messages, a second apart."""
    town = Town()
    start = NOW - timedelta(minutes=5)
    town.table[key("mira")] = [
        message("mira", "mira", f"and {n}", start + timedelta(seconds=n), n) for n in range(80)
    ]
    return town


async def test_inside_a_group_the_name_stands_above_it() -> None:
    async with running(make_app(monologue())) as pilot:
        await until(pilot, lambda: "Mira Kovač  Friday 20 November, 09:2" in screen_text(pilot.app))
        assert "and 79" in screen_text(pilot.app)
        await pilot.press("alt+home", "alt+home")
        await until(pilot, lambda: "and 0" in screen_text(pilot.app))
        assert chat(pilot.app).parts.widgets.pinned.head == Head()


async def test_a_click_on_it_goes_up_to_the_name() -> None:
    async with running(make_app(monologue())) as pilot:
        await until(pilot, lambda: "Mira Kovač  Friday 20 November, 09:2" in screen_text(pilot.app))
        await pilot.click("#pinned", offset=(6, 0))
        await until(pilot, lambda: "and 0" in screen_text(pilot.app))
        assert "and 79" not in screen_text(pilot.app)


async def test_where_the_name_is_in_view_it_is_not_said_twice() -> None:
    async with running(make_app(Town())) as pilot:
        assert chat(pilot.app).parts.widgets.pinned.head == Head()


async def test_a_low_terminal_gives_its_rows_to_the_messages() -> None:
    async with running(make_app(monologue()), (80, 24)) as pilot:
        await until(pilot, lambda: "and 79" in screen_text(pilot.app))
        assert "Friday 20 November, 09:2" not in screen_text(pilot.app)


@pytest.mark.parametrize(
    ("head", "cells", "expected"),
    [
        (Head(), 60, ""),
        (Head(Safe("Mira"), False, Safe("Friday, 09:04")), 60, "    Mira  Friday, 09:04"),
        (Head(Safe("You"), True, Safe("Friday, 09:04")), 30, "    You"),
    ],
)
def test_the_row(head: Head, cells: int, expected: str) -> None:
    assert "".join(span.text for span in pinned_row(head, cells, "~").spans) == expected
