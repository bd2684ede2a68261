"""The link in the person's hand: offline and back, everything anew, and never a storm."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from tests.remote.ears import FAST, ROOM, Heard, Make
from tests.remote.phoenix import Phoenix, accept, unauthorized, until
from tests.remote.world import World

from supachat.dialects.calls import Topic
from supachat.domain.errors import Unreachable
from supachat.domain.events import LinkMoved, ListThreads, SignedIn
from supachat.domain.health import LinkState, TopicState
from supachat.remote.rules import Budget
from supachat.remote.skew import Belief, Bounds


async def test_offline_by_hand_is_silent_until_taken_back() -> None:
    async with World() as world:
        await world.keep_a_session()
        project = await world.begin()
        await world.hears(SignedIn)
        await until(lambda: world.heard(LinkMoved)[-1].link.state is LinkState.CONNECTED, "connected")
        project.go_offline()
        await until(lambda: world.heard(LinkMoved)[-1].link.state is LinkState.OFFLINE, "offline")
        opened, asked = len(world.server.opened), len(world.rest.asked)
        for _ in range(20):
            project.poke()
            project.resumed()
            project.reconnect_all()
        with pytest.raises(Unreachable, match="offline by hand"):
            await project.perform(ListThreads("direct"))
        assert (len(world.server.opened), len(world.rest.asked)) == (opened, asked)
        assert world.heard(LinkMoved)[-1].link.state is LinkState.OFFLINE
        project.go_online()
        await until(lambda: world.heard(LinkMoved)[-1].link.state is LinkState.CONNECTED, "back")
        assert len(world.server.opened) == opened + 1


async def test_the_last_word_counts_when_the_hand_is_quick() -> None:
    async with World() as world:
        await world.keep_a_session()
        project = await world.begin()
        await world.hears(SignedIn)
        for _ in range(50):
            project.go_offline()
            project.go_online()
        project.go_offline()
        await until(lambda: world.heard(LinkMoved)[-1].link.state is LinkState.OFFLINE, "offline")


async def test_everything_anew_leaves_and_rejoins_on_the_same_socket(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    supervisor = make(ROOM, Topic("other"))
    await until(lambda: len(ears.ready) == 2, "ready")
    for _ in range(10):
        supervisor.reconnect_all()
    await until(lambda: len(ears.ready) == 4, "ready again")
    assert sorted(ears.lost) == ["other", "room:db"]
    assert (len(server.opened), len(server.joins), len(server.events("phx_leave"))) == (1, 4, 2)


async def test_hammering_never_makes_a_storm(server: Phoenix, ears: Heard, make: Make) -> None:
    server.close_at_once = True
    supervisor = make(ROOM, waits=replace(FAST, poke_gap=0.0, storm=60.0), luck=0.0)
    await until(lambda: len(server.opened) == 20, "as many as are allowed")
    for _ in range(100):
        supervisor.poke()
        supervisor.resumed()
        await supervisor.stop(LinkState.OFFLINE)
        supervisor.start()
        await asyncio.sleep(0)
    assert len(server.opened) == 20


async def test_what_the_badge_counts_down_to_is_when_it_tries(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    """It went on counting to what a press of a key had brought nearer, and to nought where the budget of
    a minute was spent."""
    await server.stop()
    slow = replace(FAST, backoff_first=1000.0, backoff_cap=1000.0, poke_gap=500.0)
    supervisor = make(ROOM, waits=slow, luck=1.0)
    await until(lambda: supervisor.link.next_try_at, "failed")
    told = supervisor.link.next_try_at or 0.0
    supervisor.poke()
    await until(lambda: (supervisor.link.next_try_at or told) < told - 400, "nearer")
    spent = make(ROOM, waits=replace(FAST, attempts_max=3, storm=1000.0), luck=0.0)
    await until(
        lambda: (spent.link.next_try_at or 0.0) > time.monotonic() + 900, "not before the minute is over"
    )


async def test_every_wanted_topic_says_how_it_is(server: Phoenix, ears: Heard, make: Make) -> None:
    server.on_join = lambda join: (
        [unauthorized(join.topic, join.ref)] if join.topic == "secret" else accept(join)
    )
    supervisor = make(ROOM, Topic("secret"))
    await until(lambda: supervisor.link.parked, "parked")
    await until(lambda: supervisor.link.topics[0].active_at is not None, "told when it was heard")
    room, secret = supervisor.link.topics
    assert (room.name, room.state, room.error) == ("room:db", TopicState.CONNECTED, "")
    assert (secret.state, secret.error) == (TopicState.PARKED, "you may not listen here")
    assert secret.error_at is not None
    await server.stop()
    await until(lambda: supervisor.link.state is LinkState.DISCONNECTED, "down")
    assert supervisor.link.topics[0].state is TopicState.DISCONNECTED


def test_the_budget_is_of_any_stretch() -> None:
    budget = Budget(3, 60.0)
    for now in (0.0, 1.0, 2.0):
        assert budget.soonest() <= now
        budget.spent(now)
    assert budget.soonest() == 60.0
    budget.spent(60.0)
    assert budget.soonest() == 61.0


AHEAD = Belief().seen(1000.9, 1001.0, 900.0)
"""By one answer this computer is 100 s ahead."""


def test_skew_narrows_with_each_answer() -> None:
    bounds = AHEAD.bounds
    assert 98.9 - 0.001 <= bounds.low <= bounds.high <= 101.001
    narrower = AHEAD.seen(1002.1, 1002.2, 901.0).bounds
    assert narrower.high - narrower.low < bounds.high - bounds.low + 0.001
    assert Bounds().least == 0.0


@pytest.mark.parametrize(
    ("what", "answers", "skew", "sure"),
    [
        ("a clock that is right", [(10.0, 10.1, 10.0)], 0.0, True),
        ("and a Date that is late", [(10.9, 11.0, 9.0), (11.0, 11.1, 11.0)], 0.0, True),
        ("a clock that is ahead", [(10.5, 10.6, 8.0)], 0.5, False),
        ("known better", [(10.5, 10.6, 8.0), (11.9, 11.95, 9.0)], 0.9, False),
        ("a clock that is behind", [(10.5, 10.6, 12.0)], -1.4, False),
        # a stopped server goes on: what was asked meanwhile, and just after, has the old time
        ("one answer of old", [(10.0, 10.1, 10.0), (15.0, 60.0, 10.0)], 0.0, False),
        ("asked before it went on", [(10.0, 10.1, 10.0), (59.0, 60.0, 10.0)], 0.0, False),
        ("many", [(10.0, 10.1, 10.0), (59.0, 60.0, 10.0), (60.1, 60.1, 10.0)], 0.0, False),
        ("then as ever", [(10.0, 10.1, 10.0), (59.0, 60.0, 10.0), (61.0, 61.1, 61.0)], 0.0, True),
        # somebody sets the clock
        ("set", [(10.0, 10.1, 10.0), (40.0, 40.1, 20.0), (42.5, 42.6, 22.0)], 18.5, False),
        ("set twice", [(10.0, 10.1, 10.0), (40.0, 40.1, 20.0), (82.5, 82.6, 22.0)], 0.0, False),
    ],
)
def test_a_clock_is_called_wrong_once_that_is_certain(
    what: str, answers: list[tuple[float, float, float]], skew: float, sure: bool
) -> None:
    belief = Belief()
    for asked, heard, date in answers:
        belief = belief.seen(asked, heard, date)
    assert belief.bounds.least == pytest.approx(skew), what
    assert belief.sure is sure, what
