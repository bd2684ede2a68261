"""Choosing in the message pane: keys, verbs, folding, gaps."""

from __future__ import annotations

import pytest
from tests.tui.pane_app import PaneApp, focus, many, row_with, running, screen
from tests.tui.pane_story import CHAT, HISTORY, NOT_SENT, at, gap, said

from supachat.domain.events import Edge
from supachat.domain.model import Gap, Message
from supachat.tui.widgets.message_list import MessageList


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
        app.pane.clear_choice()
        await pilot.pause()
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
