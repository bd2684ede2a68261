"""A realtime server of ours on a free loopback port, for the tests that speak to it through a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from supachat.server.context import RealtimeLimits


async def until(condition: Callable[[], bool], *, limit: float = 20.0) -> None:
    """Wait until `condition` holds; TimeoutError after `limit` seconds."""
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[uvicorn.Server]:
    """A running uvicorn; it has stopped when the block ends."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        lifespan="off",
        ws_max_size=RealtimeLimits().frame_bytes,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started or running.done())
        yield server
    finally:
        server.should_exit = True
        await running


def port_of(server: uvicorn.Server) -> int:
    """Where it listens."""
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


class Restartable:
    """A server that can be stopped and started again where it was."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._stack = AsyncExitStack()
        self.port = 0

    async def start(self) -> None:
        self.port = port_of(await self._stack.enter_async_context(serving(self._app, self.port)))

    async def stop(self) -> None:
        """Returns when it has said goodbye to everybody and nobody listens there."""
        await self._stack.aclose()
