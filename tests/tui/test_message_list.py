"""The message pane as a widget: what it posts, what keys and clicks do, what is copied, how it looks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tui.pane_app import PaneApp, focus, many, running, screen
from tests.tui.pane_story import CHAT, PEOPLE, at, said
from textual import events
from textual.geometry import Region

from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Message
from supachat.tui.widgets.message_list import MessageList

PAYLOADS = json.loads(
    (Path(__file__).parents[1] / "vectors/data/text/payloads.json").read_text(encoding="utf-8")
)


# ---------------------------------------------------------------- where the reader is


async def test_it_opens_at_the_newest_and_follows_it() -> None:
    app = PaneApp(many(100))
    async with running(app) as pilot:
        assert "message 99" in screen(app)[-1]
        app.pane.splice(100, 0, many(1, 100))
        await pilot.pause()
        assert "message 100" in screen(app)[-1]
        assert (app.pane.at_end, app.pane.below) == (True, 0)


async def test_who_reads_older_ones_is_told_how_many_came_and_is_not_moved() -> None:
    app = PaneApp(many(100))
    async with running(app) as pilot:
        app.pane.page(-1)
        await pilot.pause()
        before = screen(app)
        last = app.posted(MessageList.AtEnd)[-1]
        assert not last.at_end
        app.pane.splice(100, 0, many(5, 100))
        assert app.pane.below == last.below + 5
        await pilot.pause()
        assert screen(app) == before
        assert app.posted(MessageList.AtEnd)[-1].below == last.below + 5
        app.pane.scroll_to_newest()
        await pilot.pause()
        assert app.posted(MessageList.AtEnd)[-1].at_end


async def test_older_ones_are_wanted_once_per_page() -> None:
    app = PaneApp(many(100, 1000), edge=Edge.MORE)
    async with running(app) as pilot:
        assert app.posted(MessageList.NearTop) == []
        app.pane.scroll_to_oldest()
        await pilot.pause()
        assert len(app.posted(MessageList.NearTop)) == 1
        app.pane.set_edge(Edge.LOADING)
        await pilot.pause()
        assert "Reading 50 older messages" in screen(app)[0]
        before = screen(app)
        app.pane.splice(0, 0, many(50, 950))
        app.pane.set_edge(Edge.MORE)
        await pilot.pause()
        assert screen(app)[3:] == before[3:]
        assert len(app.posted(MessageList.NearTop)) == 1
        app.pane.scroll_to_oldest()
        await pilot.pause()
        assert len(app.posted(MessageList.NearTop)) == 2


async def test_a_short_thread_wants_older_ones_at_once_and_stands_at_the_lower_end() -> None:
    app = PaneApp(many(2), edge=Edge.MORE)
    async with running(app):
        assert len(app.posted(MessageList.NearTop)) == 1
        assert "message 1" in screen(app)[-1]
        assert screen(app)[0].strip() == ""


async def test_the_wheel_scrolls_contiguously() -> None:
    app = PaneApp(many(300))
    async with running(app) as pilot:
        for _ in range(40):
            before = screen(app)
            app.pane.post_message(wheel(app, events.MouseScrollUp))
            await pilot.pause()
            after = screen(app)
            moved = after.index(before[0])
            assert 0 < moved < 10
            assert after[moved:] == before[: len(before) - moved]


def wheel(app: PaneApp, kind: type[events.MouseScrollUp]) -> events.MouseScrollUp:
    return kind(app.pane, 5, 5, 0, 0, 0, False, False, False, 5, 5)


async def test_a_resize_keeps_what_is_read() -> None:
    app = PaneApp(many(300))
    async with running(app) as pilot:
        app.pane.page(-3)
        await pilot.pause()
        before = screen(app)
        await pilot.resize_terminal(100, 24)
        await pilot.pause()
        assert rows_of(screen(app)) == rows_of(before)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert screen(app) == before


def rows_of(rows: Sequence[str]) -> list[str]:
    """Each row's text without its time."""
    return [" ".join(row.split()[:-1]) if row.rstrip()[-3:-2] == ":" else row.strip() for row in rows]


async def test_every_message_is_met_while_paging_up_and_older_ones_arrive() -> None:
    app = PaneApp(many(50, 450), edge=Edge.MORE)
    low = 450
    async with running(app, (80, 43)) as pilot:
        met = set(numbers(screen(app)))
        for _ in range(80):
            if app.posted(MessageList.NearTop) and low:
                app.posts.clear()
                low -= 50
                app.pane.splice(0, 0, many(50, low))
                app.pane.set_edge(Edge.MORE if low else Edge.START)
            app.pane.page(-1)
            await pilot.pause()
            met |= set(numbers(screen(app)))
        assert met == set(range(500))


def numbers(rows: Sequence[str]) -> list[int]:
    return [int(row.split("message ")[1].split()[0]) for row in rows if "message " in row]


# ---------------------------------------------------------------- people, colours, strangers


async def test_a_changed_name_is_drawn_and_an_unchanged_one_draws_nothing() -> None:
    app = PaneApp(CHAT)
    async with running(app) as pilot:
        strips = app.pane.render_lines(app.pane.region.reset_offset)
        app.pane.set_people(lambda who: PEOPLE.get(who))
        await pilot.pause()
        again = app.pane.render_lines(app.pane.region.reset_offset)
        assert all(one is other for one, other in zip(strips, again, strict=True))
        app.pane.set_people(lambda who: PEOPLE["noa"] if who == "tom" else PEOPLE.get(who))
        await pilot.pause()
        assert "Noa Levi" in "".join(screen(app))
        assert "Tom Becker" not in "".join(screen(app))


async def test_a_state_that_changes_costs_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    app = PaneApp(CHAT)
    async with running(app) as pilot:
        asked: list[Region] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions, **_: asked.extend(regions))
        last = CHAT[-1]
        assert isinstance(last, Message)
        app.pane.splice(len(CHAT) - 1, 1, [replace(last, delivery=Delivery.SENDING)])
        await pilot.pause()
        assert asked == [Region(0, 20, 80, 1)]


async def test_another_thread_forgets_what_was_selected() -> None:
    app = PaneApp(many(60))
    async with running(app) as pilot:
        await pilot.mouse_down(app.pane, offset=(6, 3))
        await pilot.hover(app.pane, offset=(9, 5))
        await pilot.mouse_up(app.pane, offset=(9, 5))
        assert app.screen.get_selected_text()
        app.pane.reset(many(3))
        await pilot.pause()
        assert not app.screen.get_selected_text()


async def test_another_theme_is_painted() -> None:
    app = PaneApp(CHAT)
    async with running(app) as pilot:
        app.theme = "paper"
        await pilot.pause()
        strip = app.pane.render_lines(app.pane.region.reset_offset)[-1]
        grounds = {
            segment.style.bgcolor.name.lower()
            for segment in strip
            if segment.style and segment.style.bgcolor
        }
        assert grounds == {"#fdfcfa"}


async def test_hostile_text_reaches_no_cell_and_breaks_nothing() -> None:
    items = [
        said(each["text"], at(9, n % 60), each["text"], id=each["text"]) for n, each in enumerate(PAYLOADS)
    ]
    app = PaneApp(items)
    async with running(app) as pilot:
        await focus(pilot, app)
        app.pane.scroll_to_oldest()
        for _ in range(len(items)):
            await pilot.press("j")
            for row in screen(app):
                assert not [char for char in row if ord(char) < 32 or 127 <= ord(char) < 160]
        assert app.pane.selected == items[-1]


async def test_a_pane_without_size_or_items_does_nothing_wrong() -> None:
    app = PaneApp()
    async with running(app, (20, 4)) as pilot:
        await focus(pilot, app)
        await pilot.press("j", "k", "g", "G", "enter", "r", "escape")
        app.pane.page(-1)
        app.pane.page(1)
        app.pane.scroll_to_new()
        app.pane.splice(0, 0, many(1))
        await pilot.resize_terminal(3, 3)
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "message 0" in screen(app)[-1]
