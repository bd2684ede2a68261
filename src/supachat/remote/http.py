"""The one HTTP client of a workspace, shared by sign-in and tables, and what its answers tell beside
their bodies.

postgrest's errors carry neither status nor headers, so a hook notes both for whoever asked.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from supachat import __version__
from supachat.remote.address import Address
from supachat.remote.names import look_up_aside
from supachat.remote.proxies import unusable
from supachat.remote.skew import Skew, dated
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Note:
    """What the hook noted of one request's answer. `status` 0: there was none."""

    status: int = 0
    after: float | None = None
    """Seconds, from Retry-After."""
    foreign: bool = False
    """It was a page and no data: a hotel's sign-in, a proxy. postgrest would take it for no rows."""
    body: bytes = b""
    """As it came, unpacked."""


@dataclass(slots=True)
class Gate:
    """While it is shut nothing of this workspace goes out by HTTP, whoever asks."""

    shut: bool = False

    async def on_request(self, request: httpx.Request) -> None:
        if self.shut:
            raise OfflineByHand("offline by hand", request=request)


class OfflineByHand(httpx.ConnectError):
    """The person went offline: the request never left."""


_note: ContextVar[Note | None] = ContextVar("note", default=None)


def noted() -> Note:
    """A fresh note for the request that this task makes next."""
    note = Note()
    _note.set(note)
    return note


async def _on_response(response: httpx.Response) -> None:
    # the path alone: behind it stand ids and what somebody looks for
    _log.debug("%s %s: %s", response.request.method, response.request.url.path, response.status_code)
    note = _note.get()
    if note is not None:
        note.status = response.status_code
        note.foreign = response.status_code == 200 and "json" not in response.headers.get(
            "content-type", ""
        )
        # a date is one of the clock of whoever answered
        now = dated(response.headers.get("date", "")) or datetime.now(UTC)
        note.after = retry_after(response.headers.get("retry-after", ""), now)


def retry_after(text: str, now: datetime) -> float | None:
    """Retry-After in seconds, from either of its two forms; None where it says nothing usable."""
    try:
        wait: float = int(text)
    except ValueError:
        if (until := dated(text)) is None:
            return None
        wait = (until - now).total_seconds()
    return float(min(3600, max(0, wait)))


LARGEST = 64_000_000
"""Bytes of an answer, unpacked; a page of the longest messages has four million."""


class Client(httpx.AsyncClient):
    """Closed, it ends every request at once, and none begins any more. Left to itself httpx closes the
    connections that it has, and those who waited for one then open another: 15 s later it was still there.

    An answer is read whole here, so that none takes more than `whole` seconds or `LARGEST` bytes: httpx
    would unpack a gigabyte of blanks out of one megabyte.
    """

    def __init__(self, whole: float, **given: Any) -> None:
        super().__init__(**given)
        self._whole = whole
        self._under_way: set[asyncio.Timeout] = set()
        self._quiet = asyncio.Event()
        self._ended = self._stale = False

    async def send(self, request: httpx.Request, **given: Any) -> httpx.Response:
        """As its base does. Raises `httpx.ConnectError` and `httpx.ReadError` where it was closed."""
        if self._ended:
            raise httpx.ConnectError("closed", request=request)
        look_up_aside()
        if self._stale:
            self._stale = False
            await self._drop_connections()
        try:
            async with asyncio.timeout(self._whole) as patience:
                until = patience.when()
                self._under_way.add(patience)
                try:
                    answer = await _read(await super().send(request, **given | {"stream": True}))
                finally:
                    self._under_way.discard(patience)
                    self._quiet.set()
        except TimeoutError as error:
            if patience.when() != until:
                raise httpx.ReadError("given up", request=request) from error
            raise httpx.ReadTimeout("an answer without an end", request=request) from error
        if (note := _note.get()) is not None:
            note.body = answer.content
        return answer

    def give_up(self) -> None:
        """End every request at once, with `httpx.ReadError`, and use none of the connections again: the
        way by which they were made is gone. Whatever is asked from now on goes by new ones."""
        self._stale = True
        for patience in self._under_way:
            if not patience.expired():
                patience.reschedule(asyncio.get_running_loop().time())

    async def _drop_connections(self) -> None:
        """A transport that was closed goes on: its pool forgets its connections first, then ends them."""
        for transport in (self._transport, *self._mounts.values()):
            if transport is not None:
                await transport.aclose()

    async def aclose(self) -> None:
        self._ended = True
        self.give_up()
        while self._under_way:
            self._quiet.clear()
            await self._quiet.wait()
        await super().aclose()


async def _read(response: httpx.Response) -> httpx.Response:
    """The same answer with all of its bytes. Raises `httpx.DecodingError` where they are too many."""
    parts: list[bytes] = []
    left = LARGEST
    try:
        async for part in response.aiter_bytes():
            left -= len(part)
            if left < 0:
                raise httpx.DecodingError("the answer is too large", request=response.request)
            parts.append(part)
    finally:
        await response.aclose()
    return httpx.Response(
        response.status_code,
        headers=[pair for pair in response.headers.multi_items() if pair[0] not in _OF_THE_WAY],
        content=b"".join(parts),
        request=response.request,
        extensions=response.extensions,
    )


_OF_THE_WAY = ("content-encoding", "content-length", "transfer-encoding")
"""Headers that speak of the bytes as they came."""


def tls_context() -> ssl.SSLContext:
    """The trust of this workspace, made once: it costs 20 ms of the loop each time."""
    return httpx.create_ssl_context()


def make_client(
    address: Address,
    waits: Waits,
    tls: ssl.SSLContext,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    gate: Gate | None = None,
    clock: Skew | None = None,
) -> Client:
    """HTTP/1.1 only: the HTTP/2 of this stack loses connections. Redirects are refused: the token
    would go along. On loopback no proxy of the environment is asked."""
    try:
        client = _client(address, waits, tls, transport)
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # of the proxy that the environment names
        raise unusable(error) from error
    if gate is not None:
        client.event_hooks["request"].append(gate.on_request)
    if clock is not None:
        client.event_hooks["request"].append(clock.on_request)
        client.event_hooks["response"].append(clock.on_response)
    return client


def _client(
    address: Address, waits: Waits, tls: ssl.SSLContext, transport: httpx.AsyncBaseTransport | None
) -> Client:
    return Client(
        waits.http_whole,
        http2=False,
        verify=tls,
        timeout=httpx.Timeout(waits.http, connect=waits.http_connect),
        limits=httpx.Limits(max_connections=6, max_keepalive_connections=3, keepalive_expiry=50),
        follow_redirects=False,
        trust_env=not address.loopback,
        headers={"user-agent": f"supachat/{__version__}"},
        event_hooks={"request": [], "response": [_on_response]},
        transport=transport,
    )
