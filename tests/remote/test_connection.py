"""One connection against a scripted server: joins, topics that end, and tokens."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from tests.remote import phoenix as px
from tests.remote.ears import ENDLESS, FAST, ROOM
from tests.remote.inbox import heard, hears
from tests.remote.phoenix import Phoenix, until
from tests.waits import scaled

from supachat.dialects.calls import Topic
from supachat.domain.text import Safe
from supachat.remote import wayout
from supachat.remote.address import Address
from supachat.remote.connection import Connection
from supachat.remote.frames import Beaten, Broadcast, Ended, LinkDown, Refusal, Replicated
from supachat.remote.verdicts import Cure, Verdict, judge_handshake
from supachat.remote.waits import Waits

# ---------------------------------------------------------------- opening


async def test_a_join_says_what_the_topic_asks_for(server: Phoenix, link: Connection) -> None:
    assert await link.join(ROOM) is None
    [join] = server.joins
    assert join.token == "token"
    assert join.payload["config"]["private"] is True
    assert join.payload["config"]["broadcast"] == {"ack": False, "self": False, "replication_ready": True}
    assert join.payload["config"]["presence"] == {"key": "", "enabled": False}
    assert await hears(link, Replicated) == Replicated("room:db")


async def test_the_round_trip_is_measured_at_once_and_again(server: Phoenix) -> None:
    began = time.monotonic()
    link = Connection(server.address, "token", FAST)
    await link.open()
    first = await hears(link, Beaten)
    assert isinstance(first, Beaten)
    assert first.round_trip is not None
    assert 0 < first.round_trip < time.monotonic() - began
    await hears(link, Beaten)


async def test_a_heartbeat_that_is_overdue_is_told_once_and_then_its_round_trip(server: Phoenix) -> None:
    link = Connection(server.address, "token", Waits(heartbeat=0.3, answer=0.1, silence=30.0, open=5.0))
    await link.open()
    await hears(link, Beaten)
    server.deaf_to_heartbeats = True
    while await hears(link, Beaten) != Beaten(None):
        pass
    server.deaf_to_heartbeats = False
    while await hears(link, Beaten) == Beaten(None):
        pass
    link.abort()


async def test_a_doubt_asks_for_a_heartbeat_at_once_and_only_one_is_under_way(server: Phoenix) -> None:
    link = Connection(server.address, "token", replace(ENDLESS, open=5.0, send=5.0))
    await link.open()
    await hears(link, Beaten)
    link.doubt()
    assert await hears(link, Beaten) != Beaten(None)
    assert server.heartbeats == 2
    server.deaf_to_heartbeats = True
    link.doubt()
    await until(lambda: server.heartbeats == 3, "the third")
    link.doubt()
    assert await link.join(ROOM) is None
    assert server.heartbeats == 3, "one is waited for already"
    link.abort()


async def test_a_way_out_that_is_lost_ends_it_long_before_the_silence_does(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Connection(server.address, "token", replace(ENDLESS, open=5.0, send=5.0, way=0.01))
    await link.open()
    await hears(link, Beaten)
    assert not link.dead.done()
    monkeypatch.setattr(wayout, "severed", lambda here, there: Safe("this computer has no network"))
    async with asyncio.timeout(30):
        verdict = await link.dead
    assert verdict == Verdict(Cure.RETRY, Safe("this computer has no network"))
    assert link.way_lost
    link.abort()


@pytest.mark.parametrize(
    ("status", "cure"), [(401, Cure.HALT), (404, Cure.HALT), (429, Cure.LIMIT), (503, Cure.RETRY)]
)
async def test_a_refused_handshake(server: Phoenix, status: int, cure: Cure) -> None:
    server.refuse = (status, "Too many joins per second")
    connection = Connection(server.address, "token", FAST)
    with pytest.raises(LinkDown) as down:
        await connection.open()
    assert down.value.verdict.cure is cure
    assert down.value.words == judge_handshake(status, "Too many joins per second").words
    connection.abort()


async def test_nobody_listens(server: Phoenix) -> None:
    await server.stop()
    connection = Connection(server.address, "token", FAST)
    with pytest.raises(LinkDown, match="nothing listens"):
        await connection.open()


async def test_something_else_listens() -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-x\r\n\r\n")
        writer.close()

    other = await asyncio.start_server(web, "127.0.0.1", 0)
    async with other:
        port = other.sockets[0].getsockname()[1]
        address = Address(f"http://127.0.0.1:{port}", "sb_publishable_x")
        with pytest.raises(LinkDown):
            await Connection(address, "token", FAST).open()


async def test_a_handshake_that_hangs() -> None:
    gone = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    other = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with other:
        port = other.sockets[0].getsockname()[1]
        address = Address(f"http://127.0.0.1:{port}", "sb_publishable_x")
        with pytest.raises(LinkDown, match="does not answer"):
            await Connection(address, "token", scaled(0.04, open=0.2)).open()
        await asyncio.wait_for(gone.wait(), 30)


# ---------------------------------------------------------------- topics that end


async def test_a_refused_join_leaves_the_others_alone(server: Phoenix, link: Connection) -> None:
    server.on_join = lambda join: (
        [px.unauthorized(join.topic, join.ref)] if join.topic == "bad" else px.accept(join)
    )
    refusal, fine = await asyncio.gather(link.join(Topic("bad")), link.join(ROOM))
    assert fine is None
    assert refusal is not None
    assert (refusal.verdict.cure, refusal.answered) == (Cure.PARK, True)
    await server.say(px.inserted("room:db"))
    await hears(link, Broadcast)


async def test_the_library_joins_nothing_by_itself(server: Phoenix, link: Connection) -> None:
    """Its own timer would send the refused join again after a second, and for ever."""
    server.on_join = lambda join: [px.unauthorized(join.topic, join.ref)]
    await link.join(Topic("bad"))
    server.on_join = px.accept
    await link.join(ROOM)
    await server.say(px.crashed("room:db", server.last("room:db").ref))
    await hears(link, Ended)
    assert [task for task in asyncio.all_tasks() if "_run_timer" in repr(task)] == []


async def test_an_expired_token_ends_the_topic_and_says_why(server: Phoenix, link: Connection) -> None:
    await link.join(ROOM)
    ref = server.last("room:db").ref
    await server.say(px.expired("room:db"), px.closed("room:db", ref))
    item = await hears(link, Ended)
    assert isinstance(item, Ended)
    assert item.verdict.cure is Cure.RENEW
    assert not await link.push("room:db", "broadcast", {})


async def test_an_error_message_alone_ends_nothing(server: Phoenix, link: Connection) -> None:
    """The server mends its database stream by itself; a rejoin would kill the topic."""
    await link.join(ROOM)
    await server.say(px.expired("room:db"), px.inserted("room:db"))
    await hears(link, Broadcast)
    assert heard(link) == []


async def test_a_crashed_channel_ends(server: Phoenix, link: Connection) -> None:
    await link.join(ROOM)
    await server.say(px.crashed("room:db", server.last("room:db").ref))
    assert isinstance(await hears(link, Ended), Ended)


async def test_leave_and_join_again_survives_the_stale_close(server: Phoenix, link: Connection) -> None:
    """The close of the old join comes after the new one is under way; the library would obey it."""
    await link.join(ROOM)
    old = server.last("room:db").ref
    await link.leave("room:db")
    server.on_join = lambda join: [px.closed("room:db", old), *px.accept(join), px.closed("room:db", old)]
    assert await link.join(ROOM) is None
    await server.say(px.inserted("room:db"))
    await hears(link, Broadcast)
    assert [frame["ref"] for frame in server.events("phx_leave")] != []


async def test_taken_and_closed_in_one_breath(server: Phoenix, link: Connection) -> None:
    server.on_join = lambda join: [
        *px.accept(join),
        px.expired(join.topic),
        px.closed(join.topic, join.ref),
    ]
    refusal = await link.join(ROOM)
    ended = isinstance(refusal, Refusal) or any(isinstance(item, Ended) for item in heard(link))
    assert ended, "whoever asked must hear that the topic is gone"
    assert not await link.push("room:db", "broadcast", {})


async def test_closed_instead_of_an_answer(server: Phoenix, link: Connection) -> None:
    server.on_join = lambda join: [px.expired(join.topic), px.closed(join.topic, join.ref)]
    refusal = await link.join(ROOM)
    assert refusal is not None
    assert refusal.verdict.cure is Cure.RENEW


async def test_an_answer_that_comes_too_late_is_nobodys(server: Phoenix) -> None:
    """The library takes the late answer's channel for the new one's and drops both."""
    link = Connection(server.address, "token", replace(ENDLESS, join=2.0))
    await link.open()
    server.on_join = lambda join: []
    refusal = await link.join(ROOM)
    assert refusal is not None
    assert not refusal.answered
    late = server.last("room:db").ref
    server.on_join = lambda join: [
        px.joined(join.topic, late), *px.accept(join), px.closed(join.topic, late),
    ]  # fmt: skip
    assert await link.join(ROOM) is None
    await server.say(px.inserted("room:db"))
    await hears(link, Broadcast)
    link.abort()


# ---------------------------------------------------------------- tokens


async def test_a_new_token_goes_to_every_joined_topic_and_into_joins(
    server: Phoenix, link: Connection
) -> None:
    await asyncio.gather(*(link.join(Topic(f"t{n}")) for n in range(5)))
    await link.set_token("new")
    await until(lambda: len(server.events("access_token")) == 5, "five pushes")
    assert {frame["payload"]["access_token"] for frame in server.events("access_token")} == {"new"}
    await link.join(Topic("later"))
    assert server.last("later").token == "new"
