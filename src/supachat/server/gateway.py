"""The one door: checks who is asking for what, then hands over to auth, rest or realtime.

Must never let a foreign web page in by a made-up host name, and never read an endless body.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from supachat.server.context import Context

_PARTS = {"/rest/v1": "supachat.server.rest.app", "/realtime/v1": "supachat.server.realtime.app"}


def build(context: Context) -> Starlette:
    """The application for `context`. Its background work runs inside `running(context)`."""
    mounts: list[BaseRoute] = [Route("/health", _health)]
    for path, name in _PARTS.items():
        module = _part(name)
        if module is not None:
            mounts.append(Mount(path, routes=module.routes(context)))
    return Starlette(routes=mounts)


@asynccontextmanager
async def running(context: Context) -> AsyncIterator[None]:
    """What the parts do beside answering requests: begun here, ended before PostgreSQL is asked to stop."""
    async with AsyncExitStack() as stack:
        for name in _PARTS.values():
            begin: Callable[[Context], AbstractAsyncContextManager[None]] | None = getattr(
                _part(name), "lifespan", None
            )
            if begin is not None:
                await stack.enter_async_context(begin(context))
        yield


def _part(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"name": "supachat", "status": "ok"})
