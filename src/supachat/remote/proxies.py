"""Which proxy stands on the way to a project: one answer for HTTP, the websocket and the doctor.

The libraries read the environment each in its own way: with ALL_PROXY alone the tables went through the
proxy and the websocket past it. Must never say a proxy's password.
"""

from __future__ import annotations

import urllib.request
from urllib.parse import SplitResult, urlsplit

from supachat.domain.errors import SettingsError
from supachat.domain.hosts import is_loopback
from supachat.domain.text import safe_line


def proxy_for(url: str) -> str | None:
    """The proxy's own URL, as our HTTP client reads the environment; None where there is none on the way
    to the checked `url`. On loopback nobody is asked for one."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    named = urllib.request.getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or is_loopback(host) or urllib.request.proxy_bypass(f"{host}:{port}"):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def split_proxy(proxy: str) -> tuple[SplitResult, int]:
    """Its parts and its port. Raises `SettingsError` where it is no address."""
    try:
        parts = urlsplit(proxy)
        return parts, parts.port or 80
    except ValueError as error:
        raise unusable(error) from None


def unusable(error: Exception) -> SettingsError:
    return SettingsError(
        f"the proxy in your environment cannot be used: {safe_line(str(error))}",
        cure="Unset ALL_PROXY and its like, or name an http:// proxy",
    )
