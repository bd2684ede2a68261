"""The way to a host, a step at a time: the proxy, the name, the handshake. For the doctor.

Each step has a deadline and raises `Unreachable` with what was wrong. Sends nothing but a handshake.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from supachat.domain.errors import Unreachable
from supachat.domain.text import Safe, safe_line
from supachat.remote.names import look_up_aside
from supachat.remote.proxies import proxy_for, split_proxy


@dataclass(frozen=True, slots=True)
class Way:
    """Where a project's packets go. `proxy` is the one that the environment names, without its password."""

    host: str
    port: int
    secure: bool
    proxy: Safe | None = None
    proxy_at: tuple[str, int] | None = None


def way_to(url: str) -> Way:
    """The way that we take to a checked URL. Raises `SettingsError` for a proxy that is no address."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    if (proxy := proxy_for(url)) is None:
        return Way(host, port, secure)
    at, proxy_port = split_proxy(proxy)
    words = safe_line(f"{at.scheme}://{at.hostname or '?'}:{proxy_port}")
    return Way(host, port, secure, words, (at.hostname or "", proxy_port))


async def resolve(host: str, port: int, patience: float) -> tuple[str, ...]:
    """The addresses of a name. The resolver's thread may outlive the deadline, nobody waits for it."""
    look_up_aside()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise Unreachable("the name server does not answer") from None
    except OSError as error:
        raise Unreachable(f"the name is not known ({safe_line(error.strerror or '')})") from error
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


async def connects(host: str, port: int, patience: float) -> None:
    """Somebody listens there."""
    await _open(host, port, None, patience)


@dataclass(frozen=True, slots=True)
class Peer:
    version: str
    ends: datetime
    """When its certificate does."""


async def handshake(host: str, port: int, tls: ssl.SSLContext, patience: float) -> Peer:
    """A TLS handshake as our HTTP client makes it, verified in full."""
    found = await _open(host, port, tls, patience)
    assert isinstance(found, ssl.SSLObject)
    not_after = (found.getpeercert() or {}).get("notAfter", "")
    ends = ssl.cert_time_to_seconds(str(not_after)) if not_after else 0
    return Peer(found.version() or "TLS", datetime.fromtimestamp(ends, UTC))


async def _open(host: str, port: int, tls: ssl.SSLContext | None, patience: float) -> object:
    look_up_aside()
    try:
        async with asyncio.timeout(patience):
            _, writer = await asyncio.open_connection(host, port, ssl=tls)
    except TimeoutError:
        raise Unreachable("it does not answer in time") from None
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            f"its certificate is not to be trusted: {safe_line(error.verify_message)}"
        ) from error
    except ssl.SSLError as error:
        raise Unreachable("what answers there does not speak TLS") from error
    except OSError as error:
        raise Unreachable(f"nothing listens at port {port}") from error
    try:
        return writer.get_extra_info("ssl_object")
    finally:
        writer.transport.abort()
