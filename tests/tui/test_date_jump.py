"""Going to a day: from the key to the first message of it, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.street import NOW, key, message
from tests.tui.town import Town
from textual.pilot import Pilot

Compare = Callable[..., bool]


def daily(days: int) -> Town:
    """A town in which Mira wrote five times a day, but for the tenth day back."""
    town = Town()
    town.table[key("mira")] = [
        message("mira", "mira", f"day {day} word {word}", NOW - timedelta(days=day, minutes=5 - word), n)
        for n, (day, word) in enumerate(
            (day, word) for day in range(days, -1, -1) if day != 10 for word in range(5)
        )
    ]
    return town


def top(pilot: Pilot[int]) -> str:
    """The first row of the pane."""
    rows = [row[32:] for row in screen_text(pilot.app).splitlines()[1:]]
    return next(row.strip() for row in rows if row.strip())


async def test_a_day_that_is_far_back_is_read_back_to() -> None:
    async with running(make_app(daily(60))) as pilot:
        await pilot.press("alt+g", *"50 days ago")
        await until(pilot, lambda: "Thursday 1 October 2026" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: "day 50 word 0" in screen_text(pilot.app))
        await settled(pilot)
        assert top(pilot).startswith("Thursday 1 October")
        assert "day 51" not in screen_text(pilot.app)


async def test_a_day_without_a_word_leads_to_the_next_one() -> None:
    async with running(make_app(daily(30))) as pilot:
        await pilot.press("alt+g", *"10 days ago", "enter")
        await until(
            pilot, lambda: "nothing on 10 November 2026, the next is of 11" in screen_text(pilot.app)
        )
        assert top(pilot).startswith("Wednesday 11 November")


async def test_a_day_before_everything_leads_to_the_beginning() -> None:
    async with running(make_app(daily(20))) as pilot:
        await pilot.press(*"/date 2020-01-01", "enter")
        await until(pilot, lambda: "day 20 word 0" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == ""


async def test_a_day_that_is_still_to_come_leads_to_the_newest() -> None:
    async with running(make_app(daily(20))) as pilot:
        await pilot.press("pageup", "pageup", "alt+g", *"2030-01-01", "enter")
        await until(pilot, lambda: "this is the newest" in screen_text(pilot.app))
        assert "day 0 word 4" in screen_text(pilot.app)


async def test_esc_stops_the_search_and_what_was_read_stays() -> None:
    town = daily(60)
    town.older.clear()
    async with running(make_app(town)) as pilot:
        await pilot.press("alt+g", *"50 days ago", "enter")
        await until(pilot, lambda: "going to 1 October 2026" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in screen_text(pilot.app))
        town.older.set()
        await settled(pilot)
        assert "day 0 word 4" in screen_text(pilot.app)


async def test_another_thread_ends_the_search() -> None:
    town = daily(60)
    town.older.clear()
    async with running(make_app(town)) as pilot:
        await pilot.press("alt+g", *"50 days ago", "enter")
        await until(pilot, lambda: "going to 1 October 2026" in screen_text(pilot.app))
        await pilot.press("alt+down")
        await until(pilot, lambda: "Message Tom" in screen_text(pilot.app))
        assert "going to" not in screen_text(pilot.app)
        town.older.set()


async def test_what_is_no_day_is_said_and_stays() -> None:
    async with running(make_app(daily(2))) as pilot:
        await pilot.press(*"/date soon", "enter")
        await until(pilot, lambda: "That is no day" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == "/date soon"
        await pilot.press("alt+g", *"soon")
        await until(pilot, lambda: "It can be 2026-11-03" in screen_text(pilot.app))


def test_picture(snap_compare: Compare) -> None:
    async def story(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("alt+g", *"last friday")
        await settled(pilot)

    app = make_app(Town(), monotonic=lambda: 1000.0)
    assert snap_compare(app, terminal_size=(80, 24), run_before=story)
