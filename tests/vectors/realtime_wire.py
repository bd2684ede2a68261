"""One connection of a recording that is played, its frames sorted by kind. Every wait has a limit."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

LIMIT = 30.0
BEAT = "beat"  # the ref of heartbeats that no recording sent
_REPLIES = {"phx_reply", "phx_close", "phx_error"}


class Wire:
    """One connection of the recording, its frames sorted by kind."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: dict[Any, deque[Any]] = defaultdict(deque)
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                frame = data if isinstance(data, bytes) else json.loads(data)
                if isinstance(frame, dict) and frame["ref"] == BEAT:
                    continue
                self.frames[kind_of(frame)].append(frame)
                self._news.set()
        except websockets.ConnectionClosedError:
            pass  # the code is looked at where the recording says it closed

    async def stay_awake(self, every: float) -> None:
        """Heartbeats until cancelled; their answers are nobody's."""
        beat = json.dumps({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": BEAT})
        while True:
            await self.socket.send(beat)
            await asyncio.sleep(every)

    async def take(self, kind: Any) -> Any:
        """The next frame of that kind."""
        return await self.find(kind, lambda _: True)

    async def find(self, kind: Any, wanted: Callable[[Any], bool]) -> Any:
        """The first frame of that kind that is wanted, wherever it stands."""
        async with asyncio.timeout(LIMIT):
            while (found := next(filter(wanted, self.frames[kind]), None)) is None:
                self._news.clear()
                await self._news.wait()
        self.frames[kind].remove(found)
        return found

    async def closed(self) -> int | None:
        """Waits for the server's close; its code."""
        async with asyncio.timeout(LIMIT):
            await self._reader
        return self.socket.close_code

    async def close(self) -> list[Any]:
        """Close, and what had come that nobody expected."""
        async with asyncio.timeout(LIMIT):
            await (await self.socket.ping())
            await self.socket.close()
            await self._reader
        return [frame for frames in self.frames.values() for frame in frames]


def kind_of(frame: Any) -> tuple[str, Any]:
    """Frames of one kind keep their order."""
    if isinstance(frame, bytes) or (isinstance(frame, dict) and "binary_base64" in frame):
        return "fan-out", "binary"
    if isinstance(frame, list):
        _, _, topic, event, payload = frame
    else:
        topic, event, payload = frame["topic"], frame["event"], frame["payload"]
    if event == "system":
        return ("reply", "") if payload["extension"] == "system" else ("changes", topic)
    if event in _REPLIES:
        return "reply", ""
    return ("state" if event == "presence_state" else "fan-out"), topic
