"""Whose web pages may ask: this machine's and those of the server's own names, never with the secret key.

A program sends no Origin, a browser always names its page's. Must never trust an Origin to be there.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qs, urlsplit

import jwt
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from supachat.server.context import Context
from supachat.server.names import name_of, ours

FOREIGN = {
    "message": "this page may not ask this server",
    "hint": "Serve the page from this machine, or name its address with --site-url.",
}
SECRET = {
    "message": "Forbidden use of secret API key in browser",
    "hint": "The service_role key passes by every policy: keep it in a backend and out of every page.",
}


class OriginCheck:
    """Refuses the pages of foreign sites before anything is done for them."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        site = urlsplit(context.site_url).hostname if context.site_url else None
        self._names = context.hosts | ({site} if site else frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = _header(scope, "origin")
        if origin is not None and not origin_allowed(origin, _header(scope, "host") or "", self._names):
            await JSONResponse(FOREIGN, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class SecretCheck:
    """Refuses the service role to every page: whoever opened it would have it too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _header(scope, "origin") is not None and any(map(_is_service_role, _tokens(scope))):
            await JSONResponse(SECRET, 401)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def origin_allowed(origin: str, host: str, names: Collection[str]) -> bool:
    """Whether a page of `origin` may ask: loopback, one of `names`, or the machine that `host` names."""
    try:
        page = urlsplit(origin).hostname
    except ValueError:
        return False
    return page is not None and (ours(page, names) or page.rstrip(".") == name_of(host))


def _header(scope: Scope, name: str) -> str | None:
    return Headers(scope=scope).get(name) if scope["type"] in ("http", "websocket") else None


def _tokens(scope: Scope) -> list[str]:
    headers = Headers(scope=scope)
    query = parse_qs(scope["query_string"].decode("latin-1"))
    bearer = headers.get("authorization", "").partition(" ")[2]
    return [headers.get("apikey", ""), headers.get("x-api-key", ""), bearer, *query.get("apikey", [])]


def _is_service_role(token: str) -> bool:
    """What it says of itself is enough: this can only take something away."""
    try:
        claims = jwt.decode(token.strip(), options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return False
    return claims.get("role") == "service_role"
