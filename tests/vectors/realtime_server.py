"""A realtime server of ours on a free loopback port, for the tests that speak to it through a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from supachat.server.realtime.app import WEBSOCKET_OPTIONS


async def until(condition: Callable[[], bool], *, limit: float = 5.0) -> None:
    """Wait until `condition` holds; TimeoutError after `limit` seconds."""
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[uvicorn.Server]:
    """A running uvicorn; it has stopped when the block ends."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="warning", lifespan="off", **WEBSOCKET_OPTIONS
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
