"""A workspace whose sign-in is handed out by its own backend: the key `auth` of its table.

Secrets stay in the environment; the file names their variables only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from supachat.domain.errors import BadInput
from supachat.domain.hosts import check_endpoint
from supachat.domain.values import dataclass

_HEADER = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"


@dataclass(frozen=True, slots=True)
class EndpointAuth:
    """`token_field` is a name in the answered JSON, with dots for names within; empty: the whole body."""

    url: str
    method: str = "GET"
    headers_from_env: Mapping[str, str] = field(default_factory=dict)
    token_field: str = "access_token"


@dataclass(frozen=True, slots=True)
class CommandAuth:
    """A program and its arguments, which prints the token, or JSON with it in `token_field`."""

    argv: tuple[str, ...]
    token_field: str = ""


Auth = EndpointAuth | CommandAuth

_KEYS = {
    "endpoint": {"kind", "url", "method", "headers_from_env", "token_field"},
    "command": {"kind", "argv", "token_field"},
}


def read_auth(entry: object) -> Auth:
    """The value of `auth`. Raises `BadInput`, in words for whoever wrote it."""
    if not isinstance(entry, dict):
        raise BadInput('auth was expected to be a table, like { kind = "endpoint", url = "https://…" }')
    kind = entry.get("kind")
    if kind not in _KEYS:
        raise BadInput("auth.kind was expected to be endpoint or command")
    for name in entry:
        if name not in _KEYS[kind]:
            known = ", ".join(sorted(_KEYS[kind]))
            raise BadInput(f"auth.{name} means nothing here, expected was {known}")
    return _endpoint(entry) if kind == "endpoint" else _command(entry)


def _endpoint(entry: dict[str, Any]) -> EndpointAuth:
    method = _text(entry, "method", "GET").upper()
    if method not in ("GET", "POST"):
        raise BadInput("auth.method was expected to be GET or POST")
    url, token_field = check_endpoint(_text(entry, "url", "")), _text(entry, "token_field", "access_token")
    return EndpointAuth(url, method, _headers(entry.get("headers_from_env", {})), token_field)


def _command(entry: dict[str, Any]) -> CommandAuth:
    argv = entry.get("argv")
    if not (isinstance(argv, list) and argv and all(isinstance(one, str) and one for one in argv)):
        raise BadInput('auth.argv was expected to be a list, like ["shop", "print-token"]')
    if any("\0" in one for one in argv):
        raise BadInput("auth.argv holds a NUL (\\u0000), which no program can be given")
    return CommandAuth(tuple(argv), _text(entry, "token_field", ""))


def _headers(value: object) -> Mapping[str, str]:
    fits = isinstance(value, dict) and all(
        isinstance(variable, str) and re.fullmatch(_HEADER, name) and re.fullmatch(_VARIABLE, variable)
        for name, variable in value.items()
    )
    if not isinstance(value, dict) or not fits:
        raise BadInput(
            "auth.headers_from_env was expected to name a variable for each header, like "
            '{ Authorization = "SHOP_TOKEN" }, never the secret itself'
        )
    return dict(value)


def _text(entry: dict[str, Any], name: str, usual: str) -> str:
    value = entry.get(name, usual)
    if not isinstance(value, str):
        raise BadInput(f"auth.{name} was expected to be a text in quotes")
    return value
