"""The realtime part of the gateway: its routes and its background work.

`routes(context)` and `lifespan(context)` of one context share one server; outside the lifespan sockets
are served but nothing arrives from the database. Must never outlive its lifespan's end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from supachat.server.context import Context, RealtimeLimits, once_for
from supachat.server.realtime.authorise import Authoriser
from supachat.server.realtime.changes import Changes
from supachat.server.realtime.delivery import Delivery
from supachat.server.realtime.handshake import connect
from supachat.server.realtime.http import BroadcastOverHttp
from supachat.server.realtime.hub import Hub
from supachat.server.realtime.services import Services
from supachat.server.realtime.stream import Stream
from supachat.server.realtime.subscriptions import Subscriptions


class Realtime:
    """One realtime server."""

    def __init__(
        self,
        context: Context,
        limits: RealtimeLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = limits or context.limits.realtime
        hub = Hub(limits, clock)
        subscriptions = Subscriptions(context.admin, limits.subscribe_time)
        self._changes = Changes(context.admin, subscriptions, hub, limits)
        delivery = Delivery(hub, self._changes, limits)
        login = partial(context.conninfo, "supabase_admin")
        self._stream = Stream(login, context.admin, delivery.take, limits)
        self._services = Services(
            trust=context.keys,
            limits=limits,
            hub=hub,
            pool=context.admin,
            authoriser=Authoriser(context.admin, limits.database_wait),
            subscriptions=subscriptions,
            ready=self._stream.ready,
        )

    @property
    def ready(self) -> asyncio.Event:
        """Set while the replication stream runs."""
        return self._stream.ready

    def routes(self) -> list[BaseRoute]:
        """Relative to where the gateway mounts them."""
        return [
            WebSocketRoute("/websocket", self._websocket),
            Route("/websocket", _not_upgraded),
            *BroadcastOverHttp(self._services).routes(),
        ]

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """The replication stream runs inside; it is closed before this returns."""
        tasks = [asyncio.create_task(self._changes.run()), asyncio.create_task(self._stream.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _websocket(self, ws: WebSocket) -> None:
        await connect(ws, self._services)


async def _not_upgraded(_request: Request) -> Response:
    return Response(status_code=400)


_of = once_for(Realtime)


def routes(context: Context) -> list[BaseRoute]:
    """The routes of that context's server."""
    return _of(context).routes()


def lifespan(context: Context) -> AbstractAsyncContextManager[None]:
    """The background work of that context's server."""
    return _of(context).lifespan()
