"""A scripted realtime server on loopback. What it says are recorded frames, with topic and ref put in.

It judges nothing and remembers everything: which sockets came, which joins, which heartbeats. How it
misbehaves is a field that a test sets.
"""

from __future__ import annotations

import asyncio
import functools
import http
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from supachat.remote.address import Address

RECORDED = Path(__file__).parents[1] / "vectors" / "data" / "realtime"
Frame = dict[str, Any]


@functools.cache
def _recv(file: str) -> tuple[Any, ...]:
    lines = (RECORDED / f"{file}.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return tuple(entry["frame"] for entry in entries if entry["dir"] == "recv")


def recorded(file: str, event: str, *, with_: str = "", topic: str, ref: str | None) -> Frame:
    """The first such frame of a recording, for this topic and ref."""
    for frame in _recv(file):
        if isinstance(frame, dict) and frame.get("event") == event and with_ in json.dumps(frame):
            made: Frame = json.loads(json.dumps(frame).replace(frame["topic"], f"realtime:{topic}"))
            return {**made, "topic": f"realtime:{topic}", "ref": ref}
    raise LookupError(f"{event} in {file}")


def joined(topic: str, ref: str) -> Frame:
    return recorded("23-broadcast-from-database", "phx_reply", topic=topic, ref=ref)


def unauthorized(topic: str, ref: str) -> Frame:
    return recorded("03-private-join-denied", "phx_reply", with_="Unauthorized", topic=topic, ref=ref)


def rate_limited(topic: str, ref: str) -> Frame:
    return recorded("42-limit-joins", "phx_reply", with_="ClientJoinRate", topic=topic, ref=ref)


def replicated(topic: str) -> Frame:
    return recorded("23-broadcast-from-database", "system", topic=topic, ref=None)


def inserted(topic: str) -> Frame:
    return recorded("23-broadcast-from-database", "broadcast", with_="INSERT", topic=topic, ref=None)


def expired(topic: str) -> Frame:
    return recorded("06-token-refresh-and-expiry", "system", with_="expired", topic=topic, ref=None)


def closed(topic: str, ref: str) -> Frame:
    return recorded("06-token-refresh-and-expiry", "phx_close", topic=topic, ref=ref)


def crashed(topic: str, ref: str) -> Frame:
    return recorded("53-python-client-reconnect", "phx_error", topic=topic, ref=ref)


def presence_state(topic: str) -> Frame:
    file = "13-presence-two-clients"
    return recorded(file, "presence_state", with_="alice", topic=topic, ref=None)


@dataclass
class Join:
    """One phx_join as it came. `at` is monotonic."""

    socket: int
    topic: str
    ref: str
    payload: Frame
    at: float = field(default_factory=time.monotonic)

    @property
    def token(self) -> str:
        return str(self.payload.get("access_token"))


Answers = Callable[[Join], list[Frame]]


def accept(join: Join) -> list[Frame]:
    """What the server says to a join that it takes."""
    frames = [joined(join.topic, join.ref)]
    if join.payload["config"]["broadcast"].get("replication_ready"):
        frames.append(replicated(join.topic))
    return frames


class Phoenix:
    """`async with Phoenix() as server:`, then `server.address`."""

    def __init__(self) -> None:
        self.on_join: Answers = accept
        self.refuse: tuple[int, str] | None = None
        """Refuse handshakes with this status and text."""
        self.close_at_once = False
        self.deaf_to_heartbeats = False
        self.heartbeats = 0
        self.opened: list[float] = []
        self.joins: list[Join] = []
        self.frames: list[Frame] = []
        """Everything but joins and heartbeats."""
        self.sockets: list[ServerConnection] = []
        self._server: Server | None = None
        self._port = 0

    @property
    def address(self) -> Address:
        return Address(f"http://127.0.0.1:{self._port}", "sb_publishable_test")

    async def __aenter__(self) -> Phoenix:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def listen(self) -> None:
        """Start, or start again on the same port."""
        self._server = await serve(
            self._talk,
            "127.0.0.1",
            self._port,
            process_request=self._handshake,
            ping_interval=None,
            close_timeout=0.1,
            compression=None,
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            for socket in self.sockets:
                if socket.transport is not None:
                    socket.transport.abort()
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _handshake(self, socket: ServerConnection, request: Request) -> Response | None:
        self.opened.append(time.monotonic())
        if self.refuse is None:
            return None
        status, text = self.refuse
        return socket.respond(http.HTTPStatus(status), json.dumps({"error": text}))

    async def _talk(self, socket: ServerConnection) -> None:
        if self.close_at_once:
            await socket.close(1011, "no")
            return
        self.sockets.append(socket)
        try:
            async for text in socket:
                await self._hear(socket, json.loads(text))
        except ConnectionClosed:
            return

    async def _hear(self, socket: ServerConnection, frame: Frame) -> None:
        if frame["topic"] == "phoenix":
            self.heartbeats += 1
            if not self.deaf_to_heartbeats:
                heartbeat = _recv("30-heartbeat-unknown-malformed")[0]
                await socket.send(json.dumps({**heartbeat, "ref": frame["ref"]}))
        elif frame["event"] == "phx_join":
            topic = frame["topic"].removeprefix("realtime:")
            join = Join(self.sockets.index(socket), topic, frame["ref"], frame["payload"])
            self.joins.append(join)
            for answer in self.on_join(join):
                await socket.send(json.dumps(answer))
        else:
            self.frames.append(frame)

    # ------------------------------------------------------------ what a test does

    async def say(self, *frames: Frame | str) -> None:
        """Say it on the newest socket; a string goes out as it is."""
        for frame in frames:
            await self.sockets[-1].send(frame if isinstance(frame, str) else json.dumps(frame))

    def freeze(self) -> None:
        """From now on the newest socket is half open: nothing is read from it and nothing said."""
        transport = self.sockets[-1].transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    def cut(self) -> None:
        self.sockets[-1].transport.abort()

    def topics(self, socket: int | None = None) -> list[str]:
        """The topics joined, in order; of one socket or of all."""
        return [join.topic for join in self.joins if socket is None or join.socket == socket]

    def last(self, topic: str) -> Join:
        return next(join for join in reversed(self.joins) if join.topic == topic)

    def events(self, event: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["event"] == event]


async def until(condition: Callable[[], object], what: str, limit: float = 30.0) -> float:
    """Wait for a condition, `limit` seconds at most. Returns how long that took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit:
            raise AssertionError(f"not within {limit} s: {what}")
        await asyncio.sleep(0.005)
    return time.monotonic() - began
