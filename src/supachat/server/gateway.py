"""The one door: checks who is asking for what, then hands over to auth, rest or realtime.

Must never let a foreign web page in by a made-up host name, and never read an endless body.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supachat.server.auth import app as auth
from supachat.server.context import Context, Limits
from supachat.server.names import as_address, name_of, ours
from supachat.server.origin import OriginCheck, SecretCheck
from supachat.server.proxy import Forwarded
from supachat.server.realtime import app as realtime
from supachat.server.rest import app as rest

OPEN_PATHS = (
    "/auth/v1/verify",
    "/auth/v1/authorize",
    "/auth/v1/callback",
    "/auth/v1/.well-known/jwks.json",
)
"""Asked by people who have no key: they follow a link."""

NO_KEY = {
    "message": "No API key found in request",
    "hint": "No `apikey` request header or url param was found.",
}
UNKNOWN_KEY = {
    "message": "Invalid API key",
    "hint": "Double check your Supabase `anon` or `service_role` API key.",
}

_EXPOSED = (
    *("Content-Encoding", "Content-Location", "Content-Profile", "Content-Range", "Date", "Location"),
    *("Preference-Applied", "Proxy-Status", "Range-Unit", "WWW-Authenticate", "X-Sb-Error-Code"),
)


def build(context: Context) -> Starlette:
    """The application for `context`. Its background work runs inside `running(context)`."""
    return Starlette(
        routes=[
            Route("/health", _health),
            Mount("/auth/v1", routes=auth.routes(context)),
            Mount("/rest/v1", routes=rest.routes(context)),
            Mount("/realtime/v1", routes=realtime.routes(context)),
        ],
        middleware=[
            *([Middleware(Forwarded)] if context.behind_proxy else []),
            Middleware(Door, context=context),
            Middleware(OriginCheck, context=context),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=list(_EXPOSED),
            ),
            Middleware(SecretCheck),
            Middleware(KeyCheck, context=context),
        ],
    )


@asynccontextmanager
async def running(context: Context) -> AsyncIterator[None]:
    """What the parts do beside answering: begun here, ended before PostgreSQL is asked to stop."""
    async with realtime.lifespan(context), rest.lifespan(context):
        yield


class Door:
    """Refuses foreign host names, long URLs and large bodies before anything else looks at them."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._hosts = context.hosts
        self._limits = context.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None and scope["type"] == "http":
            limit = body_limit(scope["path"], self._limits)
            try:
                body = await _read(scope, receive, limit)
            except ClientDisconnect:
                return
            if body is None:
                refusal = _said(413, f"the body is larger than {limit} bytes")
            else:
                receive = _replayed(body, receive)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        host = Headers(scope=scope).get("host", "")
        if not host_allowed(host, self._hosts):
            return _said(403, "this server answers on this machine's own names only")
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > self._limits.url:
            return _said(414, f"the address is longer than {self._limits.url} bytes")
        return None


class KeyCheck:
    """Lets nobody into auth and rest who does not name one of the project's two keys."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._keys = context.keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and needs_key(scope["path"]):
            scope, in_query = _without(scope, b"apikey")
            given = Headers(scope=scope).get("apikey") or in_query
            if given is None or not self._keys.knows(given):
                refusal = UNKNOWN_KEY if given else NO_KEY
                await JSONResponse(refusal, 401)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def body_limit(path: str, limits: Limits) -> int:
    """The most bytes that a body for `path` may have: a batch of broadcasts is larger than a row."""
    return limits.realtime.body_bytes if path.startswith("/realtime/v1/api/broadcast") else limits.body


def needs_key(path: str) -> bool:
    """Whether a request for `path` must name a key. Realtime has its own check."""
    return path.startswith(("/auth/v1/", "/rest/v1")) and path not in OPEN_PATHS


def host_allowed(header: str, names: Collection[str]) -> bool:
    """Whether the Host header may be ours: an address, localhost, or one of `names`.

    Only a name can be pointed at us from outside (DNS rebinding); an address in digits cannot.
    """
    name = name_of(header)
    return ours(name, names) or as_address(name) is not None


def _without(scope: Scope, name: bytes) -> tuple[Scope, str | None]:
    """`scope` with the parameter `name` taken out of its query, and that parameter's value.

    To REST every parameter is a filter on a column, and a key is none.
    """
    parts = scope["query_string"].split(b"&")
    mine = [part for part in parts if part.partition(b"=")[0] == name]
    if not mine:
        return scope, None
    rest = b"&".join(part for part in parts if part not in mine)
    return {**scope, "query_string": rest}, unquote(mine[0].partition(b"=")[2].decode("latin-1"))


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body, None where it is larger than `limit` bytes.

    Raises ClientDisconnect for half of one: half a table in CSV would be written as if it were whole.
    """
    length = Headers(scope=scope).get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > limit:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _said(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"name": "supachat", "status": "ok"})
