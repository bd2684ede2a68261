"""Polling: begins where nothing can be joined and the tables answer, says so, and ends by itself."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from tests.remote import phoenix as px
from tests.remote.phoenix import until
from tests.remote.world import FAST, ROWS, THREAD, World

from supachat.domain import events as ev
from supachat.domain.errors import Unreachable
from supachat.domain.health import LinkState
from supachat.remote.project import Project


async def entered(world: World) -> Project:
    await world.keep_a_session()
    project = await world.begin()
    await world.hears(ev.SignedIn)
    await project.perform(ev.Watch((THREAD,)))
    return project


def state(world: World) -> LinkState:
    return world.heard(ev.LinkMoved)[-1].link.state


def states(world: World, since: int) -> set[LinkState]:
    """What was said of the link after so many events."""
    return {event.link.state for event in world.heard(ev.LinkMoved)[since:]}


async def polls(world: World, project: Project) -> None:
    """Nothing can be joined, the tables answer: it polls, and says so."""
    assert (await world.hears(ev.MessageHinted, 2)).thread == THREAD
    await world.hears(ev.ListStale, 2)
    await project.perform(ev.FetchPage(THREAD))
    await until(lambda: state(world) is LinkState.POLLING, "it says so")


async def test_refused_topics_are_polled_until_the_membership_changes(world: World) -> None:
    world.server.on_join = lambda join: [px.unauthorized(join.topic, join.ref)]
    project = await entered(world)
    await polls(world, project)
    world.server.on_join = px.accept
    await project.perform(ev.ListThreads("direct"))
    await world.hears(ev.ThreadReady)
    await until(lambda: state(world) is LinkState.CONNECTED, "back by itself")


async def test_limited_topics_are_polled_and_joined_again_with_nobody_asking(world: World) -> None:
    world.server.on_join = lambda join: [px.rate_limited(join.topic, join.ref)]
    project = await entered(world)
    await polls(world, project)
    world.server.on_join = px.accept
    await world.hears(ev.ThreadReady)
    await until(lambda: state(world) is LinkState.CONNECTED, "back by itself")


async def test_without_a_realtime_server_it_polls_until_there_is_one(world: World) -> None:
    project = await entered(world)
    await world.hears(ev.ThreadReady)
    await world.server.stop()
    await polls(world, project)
    await world.server.listen()
    await world.hears(ev.ThreadReady, 2)
    await until(lambda: state(world) is LinkState.CONNECTED, "back by itself")


async def test_while_nothing_answers_it_is_not_polling(world: World) -> None:
    project = await entered(world)
    await world.hears(ev.ThreadReady)
    await until(lambda: state(world) is LinkState.CONNECTED, "connected")
    world.auth.down = httpx.ConnectError("offline")
    await world.server.stop()
    before, hints = len(world.heard(ev.LinkMoved)), len(world.heard(ev.MessageHinted))
    await world.hears(ev.MessageHinted, hints + 2)
    with pytest.raises(Unreachable):
        await project.perform(ev.FetchPage(THREAD))
    await world.hears(ev.MessageHinted, hints + 4)
    assert LinkState.POLLING not in states(world, before)


async def test_polling_ends_where_the_tables_fall_silent_too(world: World) -> None:
    project = await entered(world)
    await world.hears(ev.ThreadReady)
    await world.server.stop()
    await polls(world, project)
    world.auth.down = httpx.ConnectError("offline")
    with pytest.raises(Unreachable):
        await project.perform(ev.FetchPage(THREAD))
    await until(lambda: state(world) is not LinkState.POLLING, "nothing answers")


async def test_while_the_tables_are_silent_it_says_so_and_asks_until_they_answer(world: World) -> None:
    """Topics are joined all the while."""
    project = await entered(world)
    await world.hears(ev.ThreadReady)
    world.auth.down = httpx.ConnectError("offline")
    with pytest.raises(Unreachable):
        await project.perform(ev.FetchPage(THREAD))
    await until(lambda: world.heard(ev.LinkMoved)[-1].link.silent, "it says so")
    assert state(world) is LinkState.CONNECTED
    asked = len(world.heard(ev.ListStale))
    await world.hears(ev.ListStale, asked + 1)
    world.auth.down = None
    await project.perform(ev.ListThreads("direct"))
    await until(lambda: not world.heard(ev.LinkMoved)[-1].link.silent, "they answer")
    hints = len(world.heard(ev.ListStale))
    with pytest.raises(AssertionError, match="not within"):
        await until(lambda: len(world.heard(ev.ListStale)) > hints, "another", 5 * world.waits.poll)


async def test_tables_that_fall_silent_have_the_socket_asked_before_it_is_called_listening(
    world: World,
) -> None:
    """A network that is gone takes both, and the next heartbeat may be a quarter of a minute away."""
    world.waits = replace(world.waits, heartbeat=600.0, silence=600.0)
    project = await entered(world)
    await world.hears(ev.ThreadReady)
    await until(lambda: world.server.heartbeats == 1, "the first")
    world.server.deaf_to_heartbeats = True
    world.auth.down = httpx.ConnectError("offline")
    with pytest.raises(Unreachable):
        await project.perform(ev.FetchPage(THREAD))
    await until(lambda: world.heard(ev.LinkMoved)[-1].link.silent, "the tables are silent")
    await until(lambda: world.heard(ev.LinkMoved)[-1].link.mute, "and so is the socket")
    assert world.server.heartbeats == 2


async def test_one_topic_that_is_refused_among_joined_ones_is_polled_and_said(world: World) -> None:
    world.server.on_join = lambda join: (
        [px.unauthorized(join.topic, join.ref)] if ROWS in join.topic else px.accept(join)
    )
    await entered(world)
    await world.hears(ev.MessageHinted, 2)
    await until(lambda: world.heard(ev.LinkMoved)[-1].link.polled, "it says so")
    assert state(world) is LinkState.CONNECTED


async def test_offline_by_hand_polls_nothing(world: World) -> None:
    project = await entered(world)
    await world.hears(ev.ThreadReady)
    project.go_offline()
    await until(lambda: state(world) is LinkState.OFFLINE, "offline")
    hints = len(world.heard(ev.MessageHinted))
    with pytest.raises(AssertionError, match="not within"):
        await until(lambda: len(world.heard(ev.MessageHinted)) > hints, "a hint", 5 * world.waits.poll)


async def test_tables_that_answer_again_bring_the_next_try_of_the_link_nearer() -> None:
    async with World(waits=replace(FAST, backoff_first=1_000.0, backoff_cap=1_000.0)) as world:
        project = await entered(world)
        await world.hears(ev.ThreadReady)
        world.auth.down = httpx.ConnectError("offline")
        await world.server.stop()
        with pytest.raises(Unreachable):
            await project.perform(ev.FetchPage(THREAD))
        before = len(world.heard(ev.MessageHinted))
        await world.hears(ev.MessageHinted, before + 1)  # it has looked around, and nothing answers
        world.auth.down = None
        await world.server.listen()
        await project.perform(ev.FetchPage(THREAD))
        await world.hears(ev.ThreadReady, 2)
