"""Raw websockets that note when each numbered message came, and a sender that keeps its pace."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

# of the payload, of a row in it, and of the relay's frames: the same number everywhere
NUMBER = re.compile(r'\\?"n\\?": ?(\d+)')
GRACE = 3.0
HEARTBEAT = 25.0
_HEARTBEAT = '{"topic":"phoenix","event":"heartbeat","payload":{},"ref":null}'


class Wire:
    """One websocket. `heard` is when each number came, on the clock of `perf_counter`."""

    def __init__(self, socket: ClientConnection, token: str = "") -> None:
        self.socket = socket
        self.heard: dict[int, float] = {}
        self._token = token
        self._answers: dict[str, asyncio.Future[str]] = {}
        self._refs = 0
        self.subscribed = asyncio.Event()

    async def listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.socket:
                now = time.perf_counter()
                assert isinstance(text, str)
                found = NUMBER.search(text)
                if found:
                    self.heard[int(found[1])] = now
                elif '"phx_reply"' in text and '"phoenix"' not in text:
                    self._answered(json.loads(text))
                elif "Subscribed to PostgreSQL" in text:
                    self.subscribed.set()

    def _answered(self, frame: dict[str, Any]) -> None:
        waiting = self._answers.pop(frame["ref"], None)
        if waiting is not None:
            waiting.set_result(frame["payload"]["status"])

    async def ask(self, topic: str, event: str, payload: Any) -> None:
        """Returns when it was answered with ok."""
        self._refs += 1
        ref = f"r{self._refs}"
        waiting = self._answers[ref] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps(frame(topic, event, payload, ref)))
        if await asyncio.wait_for(waiting, 20) != "ok":
            raise RuntimeError(f"{event} on {topic} was refused")

    async def stay(self, first: float) -> None:
        """A heartbeat after `first` seconds and then as often as clients send them: who is silent for a
        minute is closed."""
        await asyncio.sleep(first)
        with suppress(ConnectionClosed):
            while True:
                await self.socket.send(_HEARTBEAT)
                await asyncio.sleep(HEARTBEAT)

    async def join(self, topic: str, **config: Any) -> None:
        await self.ask(topic, "phx_join", {"config": config, "access_token": self._token})


def frame(topic: str, event: str, payload: Any, ref: str | None = None) -> dict[str, Any]:
    return {"topic": f"realtime:{topic}", "event": event, "payload": payload, "ref": ref, "join_ref": "1"}


def numbered(topic: str, number: int) -> str:
    """A client's broadcast, as text."""
    payload = {"type": "broadcast", "event": "bench", "payload": {"n": number}}
    return json.dumps(frame(topic, "broadcast", payload, "1"))


@asynccontextmanager
async def wires(url: str, count: int, token: str = "") -> AsyncIterator[list[Wire]]:
    """So many open sockets, each listening."""
    async with AsyncExitStack() as stack:
        tasks = []
        made = []
        for number in range(count):
            opened = connect(url, compression=None, ping_interval=None, max_size=None, open_timeout=20)
            made.append(Wire(await stack.enter_async_context(opened), token))
            tasks.append(asyncio.create_task(made[-1].listen()))
            if token:  # the relay has no such thing; spread, so that no moment has them all
                tasks.append(asyncio.create_task(made[-1].stay(HEARTBEAT * number / count)))
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(wire.socket.close() for wire in made))


async def paced(
    numbers: Iterable[int], rate: float, send: Callable[[int], Awaitable[None]]
) -> dict[int, float]:
    """Calls `send` so often a second; when each number left, unless `send` says it later itself."""
    began = time.perf_counter()
    left: dict[int, float] = {}
    for turn, number in enumerate(numbers):
        await asyncio.sleep(max(0.0, began + turn / rate - time.perf_counter()))
        left[number] = time.perf_counter()
        await send(number)
    return left


async def settled(listeners: Iterable[Wire], numbers: Iterable[int]) -> None:
    """Returns when everybody has heard everything, or after some seconds: what is missing is lost."""
    listeners, last = list(listeners), set(numbers)
    deadline = time.perf_counter() + GRACE
    while time.perf_counter() < deadline and not all(last <= wire.heard.keys() for wire in listeners):
        await asyncio.sleep(0.01)


def delays(left: dict[int, float], listeners: Iterable[Wire]) -> list[float]:
    """Seconds from each number's leaving to its last listener; what was lost is left out."""
    listeners = list(listeners)
    return [
        max(wire.heard[number] for wire in listeners) - at
        for number, at in left.items()
        if all(number in wire.heard for wire in listeners)
    ]


class Relay:
    """Two bare sockets; `took` is the seconds of each message from one to the other."""

    def __init__(self, one: ClientConnection, two: ClientConnection) -> None:
        self._one = one
        self._two = two
        self.took: list[float] = []

    async def turn(self) -> None:
        """One message there."""
        began = time.perf_counter()
        await self._one.send(numbered("bare", len(self.took)))
        await self._two.recv()
        self.took.append(time.perf_counter() - began)


@asynccontextmanager
async def relay_at(url: str) -> AsyncIterator[Relay]:
    options: dict[str, Any] = {"compression": None, "ping_interval": None}
    async with connect(f"{url}/two", **options) as one, connect(f"{url}/two", **options) as two:
        yield Relay(one, two)
