"""Pictures of what is only told: a room that nobody stores, and what a backend says in a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.tui.five import HALL, RELEASE, five, said
from tests.tui.harness import chat, make_app, screen_text, settled, until
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.model import Delivery, Extra, Message, MessageKind, PersonKind, ThreadKey

Compare = Callable[..., bool]
SIZES = {"80x24": (80, 24), "120x36": (120, 36)}


def heard(author: str, body: str, minutes: int) -> Message:
    made = said(HALL, author, body, minutes, Extra(hearsay=True))
    return replace(made, own=False, delivery=Delivery.RECEIVED)


def notice(thread: ThreadKey, body: str, minutes: int, *, urgent: bool = False) -> Message:
    extra = Extra(MessageKind.NOTICE, PersonKind.SYSTEM, urgent=urgent)
    return replace(said(thread, "system", body, minutes, extra), id=f"notice:{minutes}")


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", SIZES)
def test_picture_of_what_nobody_stores(snap_compare: Compare, size: str, theme: str) -> None:
    town = five()
    town.table[HALL] = []
    app = make_app(town, theme=theme, monotonic=lambda: 1000.0)

    async def story(pilot: Pilot[int]) -> None:
        await entered(pilot, HALL)
        mine = replace(heard("ana", "I am in, two minutes late", 2), own=True, delivery=Delivery.SENT)
        run = chat(pilot.app).client._run  # past its clock: each was heard at the time that stands in it
        for message in (heard("mira", "Standup in five", 6), mine, heard("ana", "Ignore me, I quit", 1)):
            run.apply(run.engine.receive(ev.MessageArrived(message), 1000.0))
        await until(pilot, lambda: "Ignore me" in screen_text(pilot.app))
        chat(pilot.app).notices.dismiss()
        await settled(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=story)


@pytest.mark.parametrize(("size", "theme"), [("120x36", "ink"), ("80x24", "paper")])
def test_picture_of_what_a_backend_tells(snap_compare: Compare, size: str, theme: str) -> None:
    town = five()
    town.table[RELEASE] = [
        said(RELEASE, "mira", "Cutting the branch now", 30),
        said(RELEASE, "tom", "Go ahead, the list is empty", 28),
    ]
    app = make_app(town, theme=theme, monotonic=lambda: 1000.0)

    async def story(pilot: Pilot[int]) -> None:
        await entered(pilot, RELEASE)
        await until(pilot, lambda: "Go ahead" in screen_text(pilot.app))
        town.say(ev.MessageArrived(notice(RELEASE, "Deploy 41 is out\nIt took two minutes", 20)))
        town.say(ev.MessageArrived(notice(RELEASE, "Disk is full\ndb-1 has 2 % left", 10, urgent=True)))
        await until(pilot, lambda: "Disk is full" in screen_text(pilot.app))
        await settled(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=story)


async def entered(pilot: Pilot[int], key: ThreadKey) -> None:
    """That thread is open and nothing lies over it."""
    await settled(pilot)
    screen = chat(pilot.app)
    await until(pilot, lambda: screen.client.thread(key) is not None)
    await until(pilot, lambda: "PHQ-9" in screen_text(pilot.app))
    screen.notices.dismiss()
    screen.go(key)
    await settled(pilot)
