"""The lid is closed and opened; the person signs out: how a connection ends that was fine."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from tests.remote.ears import ENDLESS, ROOM, Heard, Make
from tests.remote.phoenix import Phoenix, until
from tests.remote.world import FAST, ROWS, THREAD, TYPING, USER, World

from supachat.dialects.calls import Topic
from supachat.domain import events as ev
from supachat.domain.health import LinkState

SLEPT = 7200.0
"""Seconds: longer than a token lives."""


class Wall:
    """The wall clock goes on while the machine sleeps; the steady one does not."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


async def test_waking_up_renews_and_reconnects_at_once() -> None:
    """Neither silence nor a key brings it back here: the waits for those are too long."""
    wall = Wall()
    async with World(waits=replace(FAST, silence=60.0, heartbeat=60.0, token_tick=60.0)) as world:
        await world.keep_a_session()
        project = await world.begin(wall=wall)
        await world.hears(ev.SignedIn)
        await project.perform(ev.Watch((THREAD,)))
        await world.hears(ev.ThreadReady)
        before = world.server.last(ROWS).token
        world.server.freeze()
        wall.ahead = SLEPT
        await world.hears(ev.ThreadReady, 2)
        assert len(world.server.opened) == 2
        assert world.server.last(ROWS).token != before


async def test_a_nap_that_is_short_is_none() -> None:
    wall = Wall()
    async with World(waits=replace(FAST, resume_jump=20.0)) as world:
        await world.keep_a_session()
        await world.begin(wall=wall)
        await world.hears(ev.ListStale)
        wall.ahead = 19.0
        beats = world.server.heartbeats
        await until(lambda: world.server.heartbeats >= beats + 2, "time has passed")
        assert len(world.server.opened) == 1


async def test_signing_out_leaves_every_topic_and_says_goodbye() -> None:
    async with World() as world:
        await world.keep_a_session()
        project = await world.begin()
        await world.hears(ev.SignedIn)
        await project.perform(ev.Watch((THREAD,)))
        await world.hears(ev.ThreadReady)
        await until(lambda: world.heard(ev.LinkMoved)[-1].link.joined == 3, "all joined")
        await project.sign_out()
        left = {frame["topic"] for frame in world.server.events("phx_leave")}
        assert left == {f"realtime:{topic}" for topic in (ROWS, TYPING, f"user:{USER}")}
        assert world.server.sockets[-1].close_code == 1000
        await until(lambda: world.heard(ev.LinkMoved)[-1].link.state is LinkState.SIGNED_OUT, "told")
        assert world.heard(ev.LinkMoved)[-1].link.joined == 0
        assert LinkState.RECONNECTING not in {e.link.state for e in world.heard(ev.LinkMoved)}


async def test_a_goodbye_to_nobody_takes_no_longer_than_it_may(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    supervisor = make(ROOM, Topic("other"), waits=ENDLESS)
    await until(lambda: len(ears.ready) == 2, "ready")
    server.freeze()
    async with asyncio.timeout(30):
        await supervisor.stop(LinkState.SIGNED_OUT, politely=True)
    assert sorted(ears.lost) == ["other", "room:db"]
