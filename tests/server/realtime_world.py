"""A realtime server of its own for a test, and raw websocket clients of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from tests.vectors.realtime_server import port_of, serving
from websockets.asyncio.client import ClientConnection, connect

from supachat.server.context import Context, RealtimeLimits
from supachat.server.realtime.app import Realtime
from supachat.server.tokens import mint

ALICE = "11111111-1111-4111-8111-111111111111"
POLICIES = """
create policy room_read on realtime.messages for select to authenticated
  using (realtime.topic() like 'room:%');
create policy room_write on realtime.messages for insert to authenticated
  with check (realtime.topic() like 'room:%');
create policy both_read on realtime.messages for select to authenticated
  using (realtime.topic() = 'both' and (extension = 'broadcast' or auth.jwt() ->> 'presence' = 'yes'));
create policy angry on realtime.messages for select to authenticated
  using (realtime.topic() like 'angry:%' and 1 / (length(realtime.topic()) - 7) > 0);
"""
SETTINGS: dict[str, Any] = {"refused_join_pause": 0.05, "refused_handshake_pause": 0.01}


class Client:
    """One websocket. Every wait ends after half a minute."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._refs = 0

    async def send(self, topic: str, event: str, payload: Any, **keys: Any) -> str:
        self._refs += 1
        ref = str(self._refs)
        frame = {"topic": topic, "event": event, "payload": payload, "ref": ref, **keys}
        await self.socket.send(json.dumps(frame))
        return ref

    async def frame(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
        return found

    async def event(self, name: str) -> Any:
        """The payload of the next frame, which must be that event."""
        frame = await self.frame()
        assert frame["event"] == name, frame
        return frame["payload"]

    async def join(self, topic: str, **config: Any) -> Any:
        """Join; the reply's payload."""
        token = config.pop("access_token", None)
        payload = {"config": config} | ({"access_token": token} if token else {})
        await self.send(topic, "phx_join", payload, join_ref=str(self._refs + 1))
        return await self.event("phx_reply")

    async def quiet(self) -> None:
        """Nothing has come that was not read."""
        ref = await self.send("phoenix", "heartbeat", {})
        frame = await self.frame()
        assert (frame["topic"], frame["ref"]) == ("phoenix", ref), frame


class World:
    """A server and who connects to it."""

    def __init__(self, address: str, secret: str, stack: AsyncExitStack) -> None:
        self._address = address
        self._secret = secret
        self._stack = stack

    def token(self, **claims: Any) -> str:
        return mint(
            {"role": "authenticated", "sub": ALICE, "exp": time.time() + 3600, **claims}, self._secret
        )

    async def client(self, token: str | None = None, version: str = "1.0.0") -> Client:
        url = f"ws://{self._address}/websocket?apikey={token or self.token()}&vsn={version}"
        socket = connect(url, compression=None, max_size=None, ping_interval=None)
        return Client(await self._stack.enter_async_context(socket))


@asynccontextmanager
async def world_of(context: Context, **limits: Any) -> AsyncIterator[World]:
    realtime = Realtime(context, RealtimeLimits(**(SETTINGS | limits)))
    app = Starlette(routes=[Mount("/", routes=realtime.routes())])
    async with realtime.lifespan(), serving(app) as server, AsyncExitStack() as stack:
        yield World(f"127.0.0.1:{port_of(server)}", context.keys.jwt_secret, stack)
