"""Where a project lives and the key to its door: what may be used, and the refusal of what may not.

Pure. A secret key must never get further than this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from supachat.domain.claims import claims_of
from supachat.domain.errors import BadInput, KeyRefused
from supachat.domain.hosts import is_loopback

_HOST = re.compile(r"(?=.{1,253}$)[0-9a-f:.]*:[0-9a-f:.]*|([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
"""A name or an address as it goes on the wire; names in other scripts go in their xn-- form."""

SECRET = (
    "this is a secret key. It can read and change everything, so supachat never takes it. "
    "Use the one that starts with sb_publishable_"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A project's URL, without a slash at its end, and its publishable (or legacy anon) key."""

    url: str
    key: str

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def loopback(self) -> bool:
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def realtime(self) -> str:
        return f"{self.url}/realtime/v1"


def address(url: str, key: str) -> Address:
    """The address that the two make. Raises `BadInput` for the URL and `KeyRefused` for the key."""
    return Address(checked_url(url), checked_key(key))


def checked_url(url: str) -> str:
    """`url` as scheme, host, port and path, no slash at the end. Raises `BadInput`."""
    text = url.strip().rstrip("/")
    cure = "It looks like https://abcdefgh.supabase.co, or http://127.0.0.1:54321 for the local server"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadInput("this is not a web address", cure=cure) from None
    # urlsplit passes over a line feed, and what is kept and shown would be another address
    if not _plain(text) or parts.scheme not in ("http", "https") or not _HOST.fullmatch(host or ""):
        raise BadInput("this is not a web address", cure=cure)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInput("the address holds more than a host and a path", cure=cure)
    if parts.scheme == "http" and not is_loopback(host or ""):
        raise BadInput("http:// would send your password and messages unprotected", cure="Use https://")
    return text


def checked_key(key: str) -> str:
    """A publishable key, or a legacy JWT whose role is anon. Raises `KeyRefused` for every other."""
    text = key.strip()
    if text.startswith("sb_secret_"):
        raise KeyRefused(SECRET)
    if text.startswith("sb_publishable_") and _plain(text):
        return text
    claims = claims_of(text)
    if claims is None:
        raise KeyRefused("this is not a project key", cure="Use the one that starts with sb_publishable_")
    if claims.get("role") != "anon":
        raise KeyRefused(SECRET)
    return text


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
