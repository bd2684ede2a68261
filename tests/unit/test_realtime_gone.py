"""Clients who go in the middle of what they asked for: nothing of them stays behind."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from supachat.server.context import RealtimeLimits
from supachat.server.realtime import joining
from supachat.server.realtime.access import Identity
from supachat.server.realtime.authorise import Authoriser, Rights
from supachat.server.realtime.channel import Channel
from supachat.server.realtime.frames import Frame, Inbound, ObjectCodec, Outbound, Shared, UserBroadcast
from supachat.server.realtime.hub import TOO_MANY_MESSAGES, Hub, Topic
from supachat.server.realtime.joining import join
from supachat.server.realtime.joins import JoinConfig, Refused
from supachat.server.realtime.services import Services
from supachat.server.realtime.socket import Socket
from supachat.server.realtime.subscriptions import Listener, Subscriptions
from supachat.server.tokens import mint

SECRET = "s" * 40
ROOM = Topic("room", True)


class Line:
    """A socket that nobody reads."""

    def push(self, frame: Outbound) -> None: ...

    def push_shared(self, shared: Shared) -> None: ...

    def closed(self, channel: Channel) -> None: ...


class Pool:
    """No connection is ever free."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[None]:
        self.asked.set()
        await asyncio.Event().wait()
        yield


class Judge(Authoriser):
    """Lets everybody read; `meanwhile` is whose channel ends while it looks."""

    meanwhile: Channel | None = None

    async def read(self, who: Identity, topic: str, *, presence: bool) -> Rights:
        if self.meanwhile is not None:
            self.meanwhile.end("the rate is over its limit")
        return Rights(broadcast=True, presence=True)


class Noted(Subscriptions):
    """Takes every request."""

    def __init__(self, pool: Any) -> None:
        super().__init__(pool, 1.0)
        self.taken: list[Listener] = []

    async def subscribe(
        self, listener: Listener, who: Identity, requests: Sequence[Mapping[str, Any]]
    ) -> None:
        self.taken.append(listener)


def token(**claims: Any) -> str:
    return mint({"role": "authenticated", "exp": time.time() + 3600, **claims}, SECRET)


def services_of(pool: Any, **limited: Any) -> tuple[Services, Judge, Noted]:
    limits, ready = RealtimeLimits(**limited), asyncio.Event()
    ready.set()
    judge, noted = Judge(pool, 1.0), Noted(pool)
    made = Services(SECRET, limits, Hub(limits, time.monotonic), pool, judge, noted, ready)
    return made, judge, noted


def who(services: Services) -> Identity:
    return Identity(token(), {"role": "authenticated", "exp": time.time() + 3600}, {})


async def test_a_join_that_is_given_up_is_off_its_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, heard = Pool(), list[Shared]()
    services, _, _ = services_of(pool)
    monkeypatch.setattr(Channel, "hear", lambda _self, shared: heard.append(shared))
    config = {"private": True, "broadcast": {"replay": {"since": 1}}}
    frame = Inbound("realtime:room", "phx_join", {"config": config}, "1", "1")
    given_up = asyncio.create_task(join(services, Line(), who(services), frame, ()))
    await asyncio.wait_for(pool.asked.wait(), 30)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    services.hub.broadcast(ROOM, Frame(ROOM.wire, "broadcast", {}))
    assert heard == []


async def test_a_socket_is_counted_before_its_first_join_is_answered_and_not_once_that_failed() -> None:
    pool, one, other = Pool(), Line(), Line()
    services, _, _ = services_of(pool, users=1)
    public = Inbound("realtime:t", "phx_join", {"config": {}}, "1", "1")
    replayed = {"config": {"private": True, "broadcast": {"replay": {"since": 1}}}}
    slow = Inbound("realtime:room", "phx_join", replayed, "1", "1")
    first = asyncio.create_task(join(services, one, who(services), slow, ()))
    await asyncio.wait_for(pool.asked.wait(), 30)
    with pytest.raises(Refused, match="Too many connected users"):
        await join(services, other, who(services), public, ())
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await join(services, other, who(services), public, ())
    denied = Inbound("realtime:t", "phx_join", {"config": {"broadcast": {"replay": {}}}}, "2", "2")
    with pytest.raises(Refused, match="Replay is not allowed"):
        await join(services, other, who(services), denied, ())
    assert services.hub.users == {other}


class Burst:
    """A websocket on which so many heartbeats lie ready; `read` is how many were taken."""

    def __init__(self, frames: int) -> None:
        self.left, self.read = frames, 0

    async def receive(self) -> dict[str, str]:
        if not self.left:
            return {"type": "websocket.disconnect"}
        self.left, self.read = self.left - 1, self.read + 1
        frame = {"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "1"}
        return {"type": "websocket.receive", "text": json.dumps(frame)}

    async def send_text(self, _text: str) -> None: ...


async def test_a_burst_of_frames_lets_the_others_have_their_turns() -> None:
    services, _, _ = services_of(Pool())
    burst = Burst(1000)
    socket = Socket(burst, services, who(services), ObjectCodec())  # type: ignore[arg-type]  # as one
    running, most, before = asyncio.create_task(socket.run()), 0, 0
    while not running.done():
        await asyncio.sleep(0)
        most, before = max(most, burst.read - before), burst.read
    assert (burst.read, most) == (1000, 1)


async def test_a_channel_that_is_ended_before_its_join_is_answered_ends_after_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services, _, _ = services_of(Pool())
    socket = Socket(None, services, who(services), ObjectCodec())  # type: ignore[arg-type]  # never read

    async def flooded(*_asked: Any) -> list[UserBroadcast]:
        with monkeypatch.context() as patch:
            patch.setattr(services.hub, "over", lambda _rate: True)
            services.hub.broadcast(ROOM, Frame(ROOM.wire, "broadcast", {}))
        return []

    monkeypatch.setattr(joining, "stored", flooded)
    config = {"private": True, "broadcast": {"replay": {"since": 1}}}
    await socket._dispatch(Inbound(ROOM.wire, "phx_join", {"config": config}, "1", "1"), 100)
    said = [json.loads(wire) for wire in socket._queue]
    assert [frame["event"] for frame in said] == ["phx_reply", "system", "phx_close"]
    assert said[1]["payload"]["message"] == TOO_MANY_MESSAGES
    await socket._dispatch(Inbound(ROOM.wire, "broadcast", {}, "2", "1"), 100)
    assert json.loads(socket._queue[-1])["payload"]["response"] == {"reason": "unmatched topic"}


async def test_a_channel_that_ends_while_its_new_token_is_judged_stays_ended() -> None:
    services, judge, noted = services_of(Pool())
    config = JoinConfig(private=True, bindings=({"schema": "public", "table": "notes"},))
    frame = Inbound(ROOM.wire, "phx_join", {}, "1", "1")
    channel = Channel(Line(), services, ROOM, config, who(services), frame)
    channel.open([])
    judge.meanwhile = channel
    fresh = token(sub="somebody")
    await channel.handle(Inbound(ROOM.wire, "access_token", {"access_token": fresh}, "2", "1"), 100)
    for _ in range(5):  # what it started would have had its turn
        await asyncio.sleep(0)
    assert noted.taken == []
