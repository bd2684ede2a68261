"""The failures that break the library, one test a row. Times are at full scale; the tests scale them.

    name                         what happens                                    the library   here
    half_open                    the peer falls silent: noticed and replaced     49 s          25 s
    heartbeats_unanswered        the socket lives, the server does not: noticed  never         25 s
    accept_and_close             reconnects in 10 s                              6,038         3
    refused                      40 s of refusal, then back: live after a poke   dead          0.02 s
    a_callback_raises            logged, and the next frame is heard             deaf          same socket
    a_topic_is_closed            the server's phx_close: joined again            dead          0.8 s
    stop_on_a_half_open_line     stopping takes                                  10 s          0 s
    one_topic_refused            parked after one try, the other three live      every 10 s    1 try
    a_token_expires              error and phx_close on one topic: it is back,   dead          2.5 s
                                 same socket, one join more
    late_joins                   answers take 12 s: all four joined, same socket dead          12 s
    two_hundred_generations      kept: memory, tasks                             -             35 KiB, 0

An upper limit counts only time in which the loop ran, so that a machine that stalls the server and us
alike does not make us late; `MARGIN` is what the handshakes themselves may take.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.remote import phoenix as px
from tests.remote.ears import ROOM, Heard, Make
from tests.remote.phoenix import Join, Phoenix, until
from tests.remote.world import ROWS, THREAD, World
from tests.repeats import GENERATIONS
from tests.repeats import TABLE_SCALE as SCALE
from tests.waits import scaled

from supachat.dialects.calls import Topic
from supachat.domain.events import ListThreads, SignedIn, ThreadReady, Watch
from supachat.domain.health import LinkState
from supachat.remote.frames import Broadcast
from supachat.remote.waits import Waits

MARGIN = 0.25
"""Seconds."""
KEPT_MOST = 35 * 1024
"""Bytes that two hundred generations may leave behind."""
TABLE = scaled(SCALE, open=4.0)


class Stopwatch:
    """Seconds in which the loop ran. A stall of the machine counts as one tick."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def run(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            self.seconds += min(time.monotonic() - before, 0.02)


@pytest.fixture
async def watch() -> AsyncIterator[Stopwatch]:
    watch = Stopwatch()
    task = asyncio.create_task(watch.run())
    yield watch
    task.cancel()


async def test_half_open(server: Phoenix, ears: Heard, make: Make, watch: Stopwatch) -> None:
    make(ROOM, waits=TABLE, luck=0.0)
    await until(lambda: ears.ready, "ready")
    server.freeze()
    began = watch.seconds
    await until(lambda: len(server.opened) == 2, "a new line")
    assert watch.seconds - began <= 25 * SCALE + MARGIN
    await until(lambda: len(ears.ready) == 2, "ready on it")
    assert any("silent" in link.reason for link in ears.links)


async def test_heartbeats_unanswered(server: Phoenix, ears: Heard, make: Make, watch: Stopwatch) -> None:
    """The websocket's own pings are answered: to the library this is a connection."""
    make(ROOM, waits=TABLE, luck=0.0)
    await until(lambda: ears.ready, "ready")
    server.deaf_to_heartbeats = True
    began = watch.seconds
    await until(lambda: len(server.opened) == 2, "a new line")
    assert watch.seconds - began <= 25 * SCALE + MARGIN
    assert any("silent" in link.reason for link in ears.links)


async def test_accept_and_close(server: Phoenix, ears: Heard, make: Make) -> None:
    """With the luck of the mean; `luck` 1 would wait twice as long. A slow machine tries less often."""
    server.close_at_once = True
    make(ROOM, waits=TABLE, luck=0.5)
    await until(lambda: len(server.opened) >= 5, "the fourth reconnect")
    assert server.opened[4] - server.opened[0] >= 10 * SCALE, "three reconnects in ten seconds"
    assert LinkState.DISCONNECTED in ears.states()


async def test_refused(server: Phoenix, ears: Heard, make: Make, watch: Stopwatch) -> None:
    supervisor = make(ROOM, waits=TABLE, luck=1.0)
    await until(lambda: ears.ready, "ready")
    await server.stop()
    went = time.monotonic()
    await until(lambda: time.monotonic() - went >= 40 * SCALE, "forty seconds of refusal")
    assert ears.states()[-1] is LinkState.DISCONNECTED
    assert supervisor.link.reason == "nothing listens at that address"
    gone = supervisor.link.attempt
    await until(lambda: supervisor.link.attempt > gone, "one more refusal")
    tried = time.monotonic()
    await until(lambda: time.monotonic() - tried >= TABLE.poke_gap, "a poke may try again")
    await server.listen()
    began = watch.seconds
    supervisor.poke()
    await until(lambda: len(ears.ready) == 2, "ready after the poke")
    assert watch.seconds - began <= 0.02 + MARGIN
    assert supervisor.link.attempt == 0


async def test_a_callback_raises(
    server: Phoenix,
    ears: Heard,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make(ROOM, waits=TABLE)
    await until(lambda: ears.ready, "ready")
    whole, defects = ears.broadcast, [RuntimeError("a defect")]

    def broadcast(heard: Broadcast) -> None:
        if defects:
            raise defects.pop()
        whole(heard)

    monkeypatch.setattr(ears, "broadcast", broadcast)
    with caplog.at_level(logging.ERROR, "supachat"):
        await server.say(px.inserted("room:db"), px.inserted("room:db"))
        await until(lambda: ears.broadcasts, "the next one")
    assert "could not be taken" in caplog.text
    assert (len(server.opened), len(server.joins)) == (1, 1)


async def test_a_topic_is_closed(server: Phoenix, ears: Heard, make: Make, watch: Stopwatch) -> None:
    make(ROOM, Topic("other"), waits=TABLE, luck=1.0)
    await until(lambda: len(ears.ready) == 2, "ready")
    began = watch.seconds
    await server.say(px.closed("room:db", server.last("room:db").ref))
    await until(lambda: len(server.joins) == 3, "joined again")
    assert watch.seconds - began <= 0.8 * SCALE + MARGIN
    await until(lambda: len(ears.ready) == 3, "ready again")
    assert ears.lost == ["room:db"]
    assert len(server.opened) == 1


async def test_stop_on_a_half_open_line(server: Phoenix, ears: Heard, make: Make) -> None:
    supervisor = make(ROOM, waits=TABLE)
    await until(lambda: ears.ready, "ready")
    server.freeze()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await supervisor.stop()
    counting.cancel()
    assert turns < 100, "it waits for nothing"


async def test_one_topic_refused(server: Phoenix, ears: Heard, make: Make) -> None:
    server.on_join = lambda join: (
        [px.unauthorized(join.topic, join.ref)] if join.topic == "bad" else px.accept(join)
    )
    supervisor = make(Topic("bad"), ROOM, Topic("a"), Topic("b"), waits=TABLE)
    await until(lambda: supervisor.link.parked == 1 and supervisor.link.joined == 3, "three and one")
    await server.say(px.inserted("room:db"))
    await until(lambda: ears.broadcasts, "the others hear")
    parked = time.monotonic()
    await until(lambda: time.monotonic() - parked >= 20 * SCALE, "the library would have tried twice")
    assert server.topics().count("bad") == 1
    assert len(server.opened) == 1
    server.on_join = px.accept
    await supervisor.renewed("new")
    await until(lambda: supervisor.link.joined == 4, "joined with the new token")
    assert server.last("bad").token == "new"


async def test_a_token_expires(watch: Stopwatch) -> None:
    """The whole project: the token that is joined with has to be a new one, or it would be a join more.
    The gap between two renewals is none here, since this token is not an hour old."""
    waits = scaled(SCALE, open=4.0, join=4.0, silence=4.0, token_left=60.0, poke_gap=0.0)
    async with World(waits=waits) as world:
        await world.keep_a_session()
        project = await world.begin()
        await world.hears(SignedIn)
        await project.perform(ListThreads("direct"))
        await project.perform(Watch((THREAD,)))
        await world.hears(ThreadReady)
        await until(lambda: len(world.server.joins) == 3, "joined")
        old = world.server.last(ROWS)
        world.server.on_join = lambda join: (
            [px.expired(join.topic), px.closed(join.topic, join.ref)]
            if join.token == old.token
            else px.accept(join)
        )
        began = watch.seconds
        await world.server.say(px.expired(ROWS), px.closed(ROWS, old.ref))
        await world.hears(ThreadReady, 2)
        assert watch.seconds - began <= 2.5 * SCALE + MARGIN
        assert world.server.last(ROWS).token != old.token
        assert (len(world.server.opened), len(world.server.joins)) == (1, 4)


async def test_late_joins(server: Phoenix, ears: Heard, make: Make, watch: Stopwatch) -> None:
    held: list[Join] = []

    def hold(join: Join) -> list[px.Frame]:
        held.append(join)
        return []

    server.on_join = hold
    supervisor = make(*(Topic(f"t{n}") for n in range(4)), waits=replace(TABLE, join=20 * SCALE + MARGIN))
    await until(lambda: len(held) == 4, "four joins")
    began = time.monotonic()
    await until(lambda: time.monotonic() - began >= 12 * SCALE, "twelve seconds")
    answered = watch.seconds
    for join in held:
        await server.say(*px.accept(join))
    await until(lambda: supervisor.link.joined == 4, "all joined")
    assert watch.seconds - answered <= MARGIN
    assert (len(server.opened), len(server.joins)) == (1, 4)


async def test_two_hundred_generations(server: Phoenix, ears: Heard, make: Make) -> None:
    """So many in `make chaos`; fewer in `make test`."""
    waits: Waits = replace(TABLE, attempts_max=400)
    make(*(Topic(f"t{n}", presence_key="me") for n in range(3)), waits=waits, luck=0.0)
    await until(lambda: len(ears.ready) == 3, "ready")
    tasks = len(asyncio.all_tasks())

    async def generations(count: int) -> int:
        """Bytes in use after so many, with nothing that the server and the ears remember."""
        for _ in range(count):
            ears.ready.clear()
            server.cut()
            # a slow machine may lose one more by itself: its topics are ready twice then
            await until(lambda: len(set(ears.ready)) == 3, "ready again")
        del ears.links[:], ears.lost[:]
        del server.sockets[:-1], server.joins[:], server.opened[:], server.frames[:]
        await until(lambda: len(asyncio.all_tasks()) <= tasks, "no more tasks than at first")
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first = await generations(GENERATIONS // 2)  # what is kept for reuse fills up first
        middle = await generations(GENERATIONS // 2)
        last = await generations(GENERATIONS // 2)
    finally:
        tracemalloc.stop()
    assert min(middle - first, last - middle) <= KEPT_MOST, "a leak grows in every stretch"
