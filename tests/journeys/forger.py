"""A member's raw websocket: it may say what no client would."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from tests.journeys.local import LocalServer


class Raw:
    """A member's own socket, without any client to keep it honest."""

    def __init__(self, socket: websockets.ClientConnection, token: str) -> None:
        self._socket, self._token = socket, token
        self._ref = 0

    async def join(self, topic: str, *, private: bool = True, presence: str = "") -> str:
        """The status of the answer: ok or error."""
        config = {
            "broadcast": {"self": False, "ack": True},
            "presence": {"key": presence, "enabled": bool(presence)},
            "private": private,
        }
        self._ref += 1
        join = {"config": config, "access_token": self._token}
        await self.frame(topic, "phx_join", join)
        while True:
            answer = json.loads(await self._socket.recv())
            if answer["event"] == "phx_reply" and answer["ref"] == str(self._ref):
                return str(answer["payload"]["status"])

    async def frame(self, topic: str, event: str, payload: Any) -> None:
        await self.text(
            json.dumps(
                {"topic": f"realtime:{topic}", "event": event, "payload": payload, "ref": str(self._ref)}
            )
        )

    async def broadcast(self, topic: str, event: str, payload: Any) -> None:
        await self.frame(topic, "broadcast", {"type": "broadcast", "event": event, "payload": payload})

    async def text(self, frame: str) -> None:
        await self._socket.send(frame)


@asynccontextmanager
async def raw(server: LocalServer, token: str) -> AsyncIterator[Raw]:
    url = f"{server.url.replace('http', 'ws', 1)}/realtime/v1/websocket?apikey={server.key}&vsn=1.0.0"
    async with websockets.connect(url, close_timeout=0.2) as socket:
        yield Raw(socket, token)
