"""A scripted project that one has entered: what is heard there, and what requests come to."""

from __future__ import annotations

import httpx
import pytest
from tests.remote import phoenix as px
from tests.remote.phoenix import until
from tests.remote.world import ADA, BEN, MESSAGE, ROWS, THREAD, TYPING, World, entered, row

from supachat.domain import events as ev
from supachat.domain.errors import (
    NotFound,
    Refused,
)
from supachat.domain.model import Cursor, Draft, Micros, Presence, ThreadKey

SENT = Draft(MESSAGE["id"], THREAD, "hello", Micros(0))


# ---------------------------------------------------------------- hearing


async def test_a_row_arrives(world: World) -> None:
    await entered(world)
    await world.server.say(row())
    message = (await world.hears(ev.MessageArrived)).message
    assert (message.thread, message.author, message.body, message.own) == (THREAD, BEN, "hello", False)


async def test_watching_before_the_sign_in_is_remembered(world: World) -> None:
    world.auth.down = httpx.ConnectError("offline")
    await world.keep_a_session()
    project = await world.begin()
    await project.perform(ev.Watch((THREAD,)))
    world.auth.down = None
    project.poke()
    assert (await world.hears(ev.ThreadReady)).thread == THREAD


async def test_a_lost_line_is_told_for_each_thread_and_the_list(world: World) -> None:
    await entered(world)
    stale = len(world.heard(ev.ListStale))
    world.server.cut()
    await world.hears(ev.ThreadDeaf)
    await world.hears(ev.PeopleUnheard)
    await world.hears(ev.ThreadReady, 2)
    await world.hears(ev.ListStale, stale + 1)


async def test_a_client_cannot_send_rows_where_it_may_send_typing(world: World) -> None:
    """A false row on the twin topic is nothing."""
    await entered(world)
    await world.server.say(row(TYPING), row(ROWS, id="22222222-2222-4222-8222-222222222222"))
    message = (await world.hears(ev.MessageArrived)).message
    assert message.id.startswith("2222")
    assert len(world.heard(ev.MessageArrived)) == 1


async def test_who_was_present_before_the_list_was_read(world: World) -> None:
    """Presence is believed of members only, and who they are comes with the list."""
    await world.keep_a_session()
    project = await world.begin()
    await world.hears(ev.SignedIn)
    await project.perform(ev.Watch((THREAD,)))
    await until(lambda: TYPING in world.server.topics(), "joined")
    state = px.presence_state(TYPING)
    state["payload"] = {BEN: state["payload"]["alice"], "stranger": state["payload"]["alice"]}
    await world.server.say(state, row())
    await world.hears(ev.MessageArrived)
    assert world.heard(ev.PresenceHeard) == []
    await project.perform(ev.ListThreads("direct"))
    assert (await world.hears(ev.PresenceHeard)).present == {BEN: Presence.ONLINE}


async def test_we_are_present_in_the_thread(world: World) -> None:
    await entered(world)
    await until(lambda: world.server.events("presence"), "told")
    join = world.server.last(TYPING)
    assert join.payload["config"]["presence"] == {"key": ADA, "enabled": True}


async def test_typing_is_told_once_in_a_while(world: World) -> None:
    project = await entered(world)
    await until(lambda: TYPING in world.server.topics(), "joined")
    await until(lambda: world.server.events("presence"), "present")
    for _ in range(5):
        assert await project.perform(ev.TellTyping(THREAD)) == ()
    await until(lambda: world.server.events("broadcast"), "told")
    [frame] = world.server.events("broadcast")
    assert frame["payload"]["event"] == "typing"
    assert frame["topic"] == f"realtime:{TYPING}"


async def test_an_expired_topic_renews_the_token_for_all(world: World) -> None:
    await entered(world)
    ref = world.server.last(ROWS).ref
    await world.server.say(px.expired(ROWS), px.closed(ROWS, ref))
    await world.hears(ev.ThreadReady, 2)
    await until(lambda: world.server.events("access_token"), "the others got it")
    assert {f["payload"]["access_token"] for f in world.server.events("access_token")} == {"access-3"}
    assert len(world.server.opened) == 1


# ---------------------------------------------------------------- requests


async def test_the_requests_of_a_thread(world: World) -> None:
    project = await entered(world)
    [listed] = await project.perform(ev.ListThreads("direct"))
    assert isinstance(listed, ev.ThreadsListed)
    assert [thread.key for thread in listed.threads] == [THREAD]
    [page] = await project.perform(ev.FetchPage(THREAD, limit=1))
    assert isinstance(page, ev.PageFetched)
    assert ([m.id for m in page.messages], page.whole) == ([MESSAGE["id"]], False)
    [page] = await project.perform(ev.FetchPage(THREAD))
    assert isinstance(page, ev.PageFetched)
    assert not page.whole  # one row of fifty, and asked for what lies before it this server has one more
    world.rest.answers["/chat_messages"] = []
    [page] = await project.perform(ev.FetchPage(THREAD))
    assert isinstance(page, ev.PageFetched)
    assert page.whole
    [stored] = await project.perform(ev.SendDraft(SENT))
    assert isinstance(stored, ev.DraftStored)
    assert stored.message is not None
    assert stored.message.own
    cursor = Cursor(Micros(1), MESSAGE["id"])
    assert await project.perform(ev.MarkRead(THREAD, cursor)) == [ev.ReadMarked(THREAD, cursor)]


async def test_people_and_threads(world: World) -> None:
    project = await entered(world)
    [person] = await project.find_people("direct", "Be")
    assert person.key.id == BEN
    thread, people = await project.ensure_thread("direct", BEN)
    assert thread.key == THREAD
    assert [p.key.id for p in people] == [BEN]
    with pytest.raises(Refused):
        await project.ensure_thread("direct", ADA)


async def test_a_source_that_is_not_ours(world: World) -> None:
    project = await entered(world)
    with pytest.raises(NotFound):
        await project.perform(ev.ListThreads("rooms"))
    assert await project.perform(ev.Watch((ThreadKey("rooms", "x"), THREAD))) == []
    assert await project.perform(ev.TellTyping(ThreadKey("rooms", "x"))) == ()


async def test_an_expired_token_is_renewed_for_a_request(world: World) -> None:
    project = await entered(world)
    world.rest.refuses.add("access-2")
    [listed] = await project.perform(ev.ListThreads("direct"))
    assert isinstance(listed, ev.ThreadsListed)
    assert world.rest.asked[-1] == ("/rpc/supachat_threads", "Bearer access-3")
