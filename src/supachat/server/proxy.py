"""Behind one proxy: who really asks is the last address of X-Forwarded-For, which that proxy wrote.

Everything before it was written by whoever asked. Must never be used without a proxy: then all of it is.
"""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class Forwarded:
    """Puts the forwarded address in the place of the proxy's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            address = forwarded(Headers(scope=scope).getlist("x-forwarded-for"))
            if address is not None:
                scope = {**scope, "client": (address, 0)}
        await self._app(scope, receive, send)


def forwarded(headers: list[str]) -> str | None:
    """The last address of the headers, None where there is none or it is no address."""
    last = ",".join(headers).rpartition(",")[2].strip()
    # some proxies add the port
    bare = last[1:].partition("]")[0] if last.startswith("[") else last
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return None
