"""The message pane as a widget: what it posts, what keys and clicks do, what is copied, how it looks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tui.pane_app import PaneApp, focus, many, row_with, running, screen
from tests.tui.pane_story import CHAT, HISTORY, NOT_SENT, PEOPLE, at, gap, said
from textual import events
from textual.geometry import Region

from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Gap, Message
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


# ---------------------------------------------------------------- choosing


async def test_keys_choose_messages_and_esc_leaves() -> None:
    app = PaneApp(CHAT)
    async with running(app) as pilot:
        await focus(pilot, app)
        assert app.pane.selected == CHAT[-1]
        await pilot.press("k", "up", "j")
        assert app.pane.selected == CHAT[-2]
        await pilot.press("g")
        assert app.pane.selected == CHAT[0]
        await pilot.press("G")
        assert app.pane.selected == CHAT[-1]
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.posted(MessageList.Left)) == 1
        assert [post.item for post in app.posted(MessageList.Selected)][-2:] == [CHAT[-1], None]


async def test_the_chosen_message_stays_in_view_and_keeps_its_place() -> None:
    app = PaneApp(many(100))
    async with running(app) as pilot:
        await focus(pilot, app)
        for _ in range(30):
            await pilot.press("k")
        chosen = app.pane.selected
        assert isinstance(chosen, Message)
        before = screen(app)
        row = row_with(app, chosen.body)
        app.pane.splice(100, 0, many(40, 100))
        await pilot.pause()
        assert (app.pane.selected, row_with(app, chosen.body), screen(app)) == (chosen, row, before)


async def test_deleted_messages_that_stand_in_one_row_are_one_step() -> None:
    app = PaneApp(HISTORY)
    async with running(app) as pilot:
        await focus(pilot, app)
        seen = []
        for _ in HISTORY:
            seen.append(app.pane.selected)
            await pilot.press("k")
        assert HISTORY[5] not in seen
        assert HISTORY[4] in seen


async def test_a_message_taller_than_the_view_is_read_to_its_end() -> None:
    tall = said("tom", at(9, 0), "\n".join(f"row {n}" for n in range(60)), id="tall")
    app = PaneApp([tall, *many(3)])
    async with running(app, (80, 20)) as pilot:
        await focus(pilot, app)
        await pilot.press("g", "enter")
        await pilot.pause()
        met = set(row.strip() for row in screen(app) if "row " in row)
        for _ in range(12):
            await pilot.press("j")
            met |= {row.strip() for row in screen(app) if "row " in row}
        assert {f"row {n}" for n in range(1, 60)} <= met
        assert app.pane.selected != tall


async def test_enter_opens_and_folds() -> None:
    app = PaneApp(HISTORY)
    async with running(app, (80, 60)) as pilot:
        await focus(pilot, app)
        while app.pane.selected != HISTORY[6]:
            await pilot.press("k")
        folded = screen(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "more lines" not in "".join(screen(app))
        await pilot.press("enter")
        await pilot.pause()
        assert screen(app) == folded


async def test_enter_fills_a_gap_and_goes_to_what_is_answered() -> None:
    hole = gap(at(9, 0), at(9, 3))
    app = PaneApp([*many(40), hole, *CHAT])
    async with running(app) as pilot:
        await focus(pilot, app)
        while app.pane.selected != CHAT[2]:
            await pilot.press("k")
        await pilot.press("enter")
        assert app.pane.selected == CHAT[1]
        while not isinstance(app.pane.selected, Gap):
            await pilot.press("k")
        await pilot.press("enter")
        await pilot.pause()
        assert [post.gap for post in app.posted(MessageList.FillGap)] == [hole]


async def test_older_ones_that_could_not_be_read_are_asked_for_again() -> None:
    app = PaneApp(many(40), edge=Edge.FAILED)
    async with running(app) as pilot:
        await focus(pilot, app)
        await pilot.press("g")
        assert "older messages could not be read: no answer  Enter tries again" in screen(app)[0]
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.posted(MessageList.NearTop)) == 1
        await pilot.click(app.pane, offset=row_with(app, "Enter"))
        assert len(app.posted(MessageList.NearTop)) == 2


@pytest.mark.parametrize(("key", "name"), [("r", "retry"), ("e", "edit"), ("x", "discard")])
async def test_the_verbs_are_for_what_was_not_sent(key: str, name: str) -> None:
    app = PaneApp(HISTORY)
    async with running(app) as pilot:
        await focus(pilot, app)
        await pilot.press(key)
        await pilot.pause()
        assert [(post.name, post.message) for post in app.posted(MessageList.Verb)] == [(name, NOT_SENT)]
        await pilot.press("k", key)
        await pilot.pause()
        assert len(app.posted(MessageList.Verb)) == 1


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
