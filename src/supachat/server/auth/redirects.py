"""Where the links of mails may lead, and what they carry there. Pure.

Must never lead away from this machine, except to the one site that the server was told: what they
carry signs somebody in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from supachat.server.auth.errors import AuthError

_OAUTH_WORDS = {
    400: "invalid_request",
    401: "unauthorized_client",
    403: "access_denied",
    500: "server_error",
    503: "temporarily_unavailable",
}


def allowed(url: str, site_url: str = "") -> bool:
    """Whether a link may lead to `url`: a loopback address at any port, or the site itself."""
    # browsers drop white space and take a backslash for a slash: such an address means two things
    if not url or not url.isascii() or not url.isprintable() or any(mark in url for mark in "\\ <>\"'"):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        site = urlsplit(site_url)
        home = (site.scheme, site.hostname, site.port)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return False
    return _loopback(host) or (bool(site_url) and (parts.scheme, host, port) == home)


def target(given: str, referer: str, site_url: str) -> str:
    """Where to go: where the asker wants, else where it came from, else the site; empty for nowhere."""
    return next((url for url in (given, referer) if allowed(url, site_url)), site_url)


def link(base: str, token_hash: str, kind: str, redirect_to: str) -> str:
    """The link of a mail, to the server at `base`."""
    parts = {"token": token_hash, "type": kind, **({"redirect_to": redirect_to} if redirect_to else {})}
    return f"{base}/auth/v1/verify?{urlencode(parts, quote_via=quote)}"


def with_session(url: str, grant: Mapping[str, Any], kind: str) -> str:
    """`url` with a session in its fragment, which a browser keeps from servers."""
    names = ("access_token", "token_type", "expires_in", "expires_at", "refresh_token")
    carried = {name: str(grant[name]) for name in names}
    return _joined(url, {}, {**carried, "type": kind, "sb": ""})


def with_code(url: str, code: str) -> str:
    """`url` with an auth code."""
    return _joined(url, {"code": code}, None)


def with_message(url: str, message: str, *, pkce: bool) -> str:
    """`url` with a sentence for the person."""
    return _joined(url, {"message": message} if pkce else {}, {"message": message, "sb": ""})


def with_error(url: str, error: AuthError, *, pkce: bool) -> str:
    """`url` with a refusal, in the shape of OAuth's."""
    said = {"error_code": error.code, "error_description": error.message}
    if error.status in _OAUTH_WORDS:
        said = {"error": _OAUTH_WORDS[error.status], **said}
    return _joined(url, said if pkce else {}, {**said, "sb": ""})


def _joined(url: str, query: Mapping[str, str], fragment: Mapping[str, str] | None) -> str:
    parts = urlsplit(url)
    if query:
        held = dict(parse_qsl(parts.query, keep_blank_values=True))
        parts = parts._replace(query=urlencode({**held, **query}))
    if fragment is not None:
        parts = parts._replace(fragment=urlencode(fragment))
    return urlunsplit(parts)


def _loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
