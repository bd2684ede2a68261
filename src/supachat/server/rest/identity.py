"""Who asks: the token of a request becomes a role and its claims. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from supachat.server.rest import errors
from supachat.server.tokens import Keys, TokenError, verify

ROLES: Final = frozenset({"anon", "authenticated", "service_role"})
"""The only roles that a request may take on, whatever its token says."""

_LEEWAY: Final = 30.0
"""Seconds by which a client's clock may be off, as PostgREST allows."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A role of the allow-list and its claims as JSON."""

    role: str
    claims: str

    @property
    def anonymous(self) -> bool:
        return self.role == "anon"


def who(headers: Mapping[str, str], keys: Keys, *, now: float | None = None) -> Identity:
    """The bearer token's identity, else the API key's. Raises RestError 401 for a bad token."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        token = headers.get("apikey", "")
    if not token.strip():
        return Identity("anon", json.dumps({"role": "anon"}))
    try:
        claims = verify(token.strip(), keys, now=now, leeway=_LEEWAY)
    except TokenError as error:
        raise errors.bad_token(error, token.strip()) from error
    role = claims.get("role", "anon")
    if not isinstance(role, str) or role not in ROLES:
        raise errors.role_refused(str(role))
    return Identity(role, json.dumps(claims))
