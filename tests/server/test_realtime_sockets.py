"""The realtime server through real websockets: what no recording shows, and where we differ on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from tests.server.realtime_world import POLICIES, World, world_of

from supachat.server.context import Context
from supachat.server.realtime.authorise import Authoriser
from supachat.server.realtime.hub import Hub


@pytest.fixture
async def world(context: Context, migrator: psycopg.AsyncConnection[Any]) -> AsyncIterator[World]:
    await migrator.execute(POLICIES.encode())
    async with world_of(context) as made:
        yield made


async def test_a_second_join_is_answered_before_the_first_is_closed(world: World) -> None:
    client = await world.client()
    await client.join("realtime:t")
    ref = await client.send("realtime:t", "phx_join", {"config": {}}, join_ref="2")
    reply, closed = await client.frame(), await client.frame()
    assert (reply["event"], reply["ref"]) == ("phx_reply", ref)
    assert (closed["event"], closed["ref"]) == ("phx_close", "1")
    await client.send("realtime:t", "broadcast", {"event": "e"}, join_ref="2")
    await client.quiet()


async def test_a_second_join_that_is_refused_still_closes_the_first(world: World) -> None:
    client = await world.client()
    await client.join("realtime:t")
    assert (await client.join("realtime:t", private=True))["status"] == "error"
    assert await client.event("phx_close") == {}
    await client.send("realtime:t", "broadcast", {})
    assert (await client.event("phx_reply"))["response"] == {"reason": "unmatched topic"}


async def test_a_leave_with_another_join_ref_is_ignored(world: World) -> None:
    client = await world.client()
    await client.join("realtime:t")
    await client.send("realtime:t", "phx_leave", {}, join_ref="99")
    await client.send("realtime:t", "phx_leave", {})
    await client.quiet()
    await client.send("realtime:t", "phx_leave", {}, join_ref="1")
    assert await client.event("phx_reply") == {"status": "ok", "response": {}}
    assert await client.event("phx_close") == {}


async def test_the_own_copy_comes_before_the_acknowledgement(world: World) -> None:
    client = await world.client()
    await client.join("realtime:t", broadcast={"self": True, "ack": True})
    await client.send("realtime:t", "broadcast", {"event": "e"})
    assert await client.event("broadcast") == {"event": "e"}
    assert (await client.event("phx_reply"))["status"] == "ok"


async def test_the_answer_to_a_join_comes_before_anything_on_its_topic(world: World) -> None:
    talker, client = await world.client(), await world.client()
    await talker.join("realtime:room:1", private=True, broadcast={"ack": True})
    stop = asyncio.Event()

    async def talk() -> None:
        while not stop.is_set():
            await talker.send("realtime:room:1", "broadcast", {"event": "e"})
            await talker.event("phx_reply")

    talking = asyncio.create_task(talk())
    try:
        for _ in range(20):
            reply = await client.join("realtime:room:1", private=True, presence={"enabled": True})
            assert reply["status"] == "ok"
            assert await client.event("presence_state") == {}
            await client.send("realtime:room:1", "phx_leave", {}, join_ref=str(client._refs))
            while (await client.frame())["event"] != "phx_close":
                pass
    finally:
        stop.set()
        await talking


async def test_a_policy_that_fails_denies(world: World) -> None:
    client = await world.client()
    reply = await client.join("realtime:angry:1", private=True)
    assert reply["response"]["reason"].startswith("Unauthorized: You do not have permissions to read")


async def test_a_policy_that_does_not_end_is_given_up(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(
        "create function endless() returns boolean language plpgsql as"
        " 'begin return pg_sleep(600) is not null; end';"
        "create policy endless on realtime.messages to authenticated"
        " using (endless()) with check (endless())"
    )
    async with world_of(context, database_wait=0.2) as world:
        client = await world.client()
        reply = await client.join("realtime:t", private=True)
        words = "QueryCanceled: canceling statement due to statement timeout"
        assert reply["response"]["reason"] == words, "and nothing of what the policy asks"


async def test_a_missing_partition_is_named(world: World, context: Context) -> None:
    async with context.admin.connection() as connection:
        await connection.execute(
            "do $$ declare day text; begin"
            " for day in select inhrelid::regclass::text from pg_inherits"
            " where inhparent = 'realtime.messages'::regclass loop execute 'drop table ' || day; end loop;"
            " end $$"
        )
    client = await world.client()
    reply = await client.join("realtime:room:1", private=True)
    assert reply["response"]["reason"] == (
        "MissingPartition: Realtime was unable to find the expected messages partition"
    )


async def test_a_refresh_that_loses_one_of_two_rights_ends_the_channel(world: World) -> None:
    client = await world.client(world.token(presence="yes"))
    await client.join("realtime:both", private=True, presence={"enabled": True})
    assert await client.event("presence_state") == {}
    await client.send("realtime:both", "access_token", {"access_token": world.token(presence="no")})
    said = await client.event("system")
    assert said["message"] == "You no longer have permission to read from this Channel topic: both"
    assert await client.event("phx_close") == {}


@pytest.mark.parametrize(
    ("payload", "response"),
    [
        ({"event": "track", "payload": [1]}, {"reason": "Presence track payload must be a map"}),
        ({"event": "track"}, {"reason": "Presence track payload must be a map"}),
        ({"event": "dance"}, {}),
        ({}, {}),
        ("track", {}),
    ],
)
async def test_presence_calls_that_fail(world: World, payload: Any, response: Any) -> None:
    client = await world.client()
    await client.join("realtime:t")
    await client.send("realtime:t", "presence", payload)
    assert await client.event("phx_reply") == {"status": "error", "response": response}


async def test_presence_events_are_read_in_any_case_and_failures_not_counted(world: World) -> None:
    client = await world.client()
    await client.join("realtime:t")
    for number in range(5):
        await client.send("realtime:t", "presence", {"event": "TRACK", "payload": [number]})
        assert (await client.event("phx_reply"))["status"] == "error"
    for number in range(5):
        await client.send("realtime:t", "presence", {"event": "Track", "payload": {"n": number}})
        assert (await client.event("phx_reply"))["status"] == "ok"
        await client.event("presence_diff")
    await client.send("realtime:t", "presence", {"event": "untrack"})
    assert (await client.event("system"))["message"] == "Client presence rate limit exceeded"
    assert await client.event("phx_close") == {}


async def test_a_first_track_on_a_private_channel_turns_presence_on(world: World) -> None:
    client = await world.client()
    await client.join("realtime:room:1", private=True)
    await client.send("realtime:room:1", "presence", {"event": "track", "payload": {}})
    assert (await client.event("phx_reply"))["status"] == "ok"
    assert len((await client.event("presence_diff"))["joins"]) == 1


async def test_a_binary_sender_cannot_forge_frames_for_text_receivers(world: World) -> None:
    sender, receiver = await world.client(version="2.0.0"), await world.client()
    await sender.socket.send('["1","1","realtime:t","phx_join",{"config":{"broadcast":{"ack":true}}}]')
    await asyncio.wait_for(sender.socket.recv(), 30)
    await receiver.join("realtime:t")
    for body in (b'{"a":1},"type":"broadcast"},"event":"phx_close","x":{"b":1', b"{nope", b'{"n":1}'):
        await sender.socket.send(b"\x03\x01\x01\x0a\x01\x00\x01" + b"12realtime:te" + body)
        await asyncio.wait_for(sender.socket.recv(), 30)
    assert await receiver.event("broadcast") == {"event": "e", "payload": {"n": 1}, "type": "broadcast"}
    await receiver.quiet()


async def test_who_falls_silent_is_gone_after_the_idle_time(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    async with world_of(context, idle=1.0) as world:
        silent, awake = await world.client(), await world.client()
        await awake.join("realtime:t")
        await silent.join("realtime:t")
        await silent.send("realtime:t", "presence", {"event": "track", "payload": {}})
        assert (await silent.event("phx_reply"))["status"] == "ok"
        assert len((await awake.event("presence_diff"))["joins"]) == 1
        async with asyncio.timeout(30):
            while True:
                await awake.send("phoenix", "heartbeat", {})
                frame = await awake.frame()
                if frame["event"] == "presence_diff":
                    break
                await asyncio.sleep(0.05)
        assert len(frame["payload"]["leaves"]) == 1
        assert (await silent.event("presence_diff"))["joins"]
        await silent.socket.wait_closed()
        assert silent.socket.close_code == 1000


async def test_a_reader_that_stalls_costs_the_others_nothing(world: World) -> None:
    sender, stalled, reader = [await world.client() for _ in range(3)]
    for client in (stalled, reader, sender):
        await client.join("realtime:t", broadcast={"ack": client is sender})
    stalled.socket.transport.pause_reading()
    body = "x" * 100_000
    for number in range(60):
        await sender.send("realtime:t", "broadcast", {"event": "e", "payload": {"i": number, "s": body}})
        assert (await sender.event("phx_reply"))["status"] == "ok"
        assert (await reader.event("broadcast"))["payload"]["i"] == number
    stalled.socket.transport.resume_reading()
    for number in range(60):
        assert (await stalled.event("broadcast"))["payload"]["i"] == number


async def test_a_reader_that_stalls_for_too_much_is_cut(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    async with world_of(context, unsent_bytes=2_000_000) as world:
        sender, stalled = await world.client(), await world.client()
        await stalled.join("realtime:t", presence={"enabled": True})
        await stalled.event("presence_state")
        await stalled.send("realtime:t", "presence", {"event": "track", "payload": {}})
        assert (await stalled.event("phx_reply"))["status"] == "ok"
        await sender.join("realtime:t", presence={"enabled": True})
        assert len(await sender.event("presence_state")) == 1
        stalled.socket.transport.pause_reading()
        body = "x" * 500_000
        async with asyncio.timeout(10):
            while True:
                await sender.send("realtime:t", "broadcast", {"event": "e", "payload": body})
                await sender.send("phoenix", "heartbeat", {})
                if (await sender.frame())["event"] == "presence_diff":
                    break
        stalled.socket.transport.resume_reading()


async def test_a_fault_in_a_join_costs_that_join(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Authoriser, "read", fail)
    client = await world.client()
    assert (await client.join("realtime:t"))["status"] == "ok"
    reply = await client.join("realtime:room:1", private=True)
    assert reply["response"] == {"reason": "Unknown Error on Channel"}
    await client.quiet()
    assert "A join failed" in caplog.text


async def test_a_fault_in_a_channel_costs_that_channel(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Hub, "broadcast", fail)
    client = await world.client()
    await client.join("realtime:t")
    await client.join("realtime:u")
    await client.send("realtime:t", "broadcast", {"event": "e"})
    assert await client.event("phx_error") == {"reason": "channel_crash"}
    await client.send("realtime:t", "broadcast", {"event": "e"})
    assert (await client.event("phx_reply"))["response"] == {"reason": "unmatched topic"}
    await client.send("realtime:u", "presence", {"event": "track", "payload": {}})
    assert (await client.event("phx_reply"))["status"] == "ok"
    assert "A channel failed" in caplog.text
