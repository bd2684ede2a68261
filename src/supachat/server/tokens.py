"""JSON Web Tokens of one project: made and checked with its one secret, HS256 only.

Says why a token is refused finely enough for PostgREST, GoTrue and Realtime to use their own words.
Must never accept another algorithm, and never log a token.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import jwt

ALGORITHM = "HS256"


@dataclass(frozen=True, repr=False)
class Keys:
    """The project's secrets. `publishable_key` and `service_role_key` are tokens of those two roles."""

    jwt_secret: str
    publishable_key: str
    service_role_key: str

    def knows(self, apikey: str) -> bool:
        """Whether `apikey` is one of the two keys; takes the same time for every wrong one."""
        given = apikey.encode()
        public = hmac.compare_digest(given, self.publishable_key.encode())
        return hmac.compare_digest(given, self.service_role_key.encode()) or public


class Fault(StrEnum):
    """Why a token is refused, in the order in which it is checked."""

    MALFORMED = "not a token"
    ALGORITHM = "another algorithm, or none"
    SIGNATURE = "signed with another secret"
    CLAIMS = "a claim is missing or of the wrong type"
    NOT_YET = "not valid yet"
    EXPIRED = "expired"


class TokenError(Exception):
    """A token is refused. `late` is how many seconds ago it expired, 0 for other faults."""

    def __init__(self, fault: Fault, late: int = 0) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.late = late


def mint(claims: Mapping[str, Any], secret: str) -> str:
    """`claims` as a signed token."""
    return jwt.encode(dict(claims), secret, algorithm=ALGORITHM)


def verify(
    token: str,
    secret: str,
    *,
    now: float | None = None,
    leeway: float = 0.0,
    require: Collection[str] = (),
) -> dict[str, Any]:
    """The claims of `token`, or TokenError.

    `exp` and `nbf` are checked where they are present; `require` names claims that must be. `leeway`
    is in seconds and forgives a clock that is off. `now` is epoch seconds, the clock's by default.
    """
    claims = _decode(token, secret)
    if any(claims.get(name) is None for name in require):
        raise TokenError(Fault.CLAIMS)
    moment = time.time() if now is None else now
    not_before, expires = _number(claims, "nbf"), _number(claims, "exp")
    if not_before is not None and not_before > moment + leeway:
        raise TokenError(Fault.NOT_YET)
    if expires is not None and expires <= moment - leeway:
        raise TokenError(Fault.EXPIRED, max(0, int(moment - expires)))
    return claims


def _decode(token: str, secret: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise TokenError(Fault.MALFORMED) from error
    if header.get("alg") != ALGORITHM:
        raise TokenError(Fault.ALGORITHM)
    # times are checked by us: each part of the server has its own leeway and words
    options: Any = {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_aud": False,
        "verify_iss": False,
        "verify_sub": False,
        "verify_jti": False,
    }
    try:
        claims: dict[str, Any] = jwt.decode(token, secret, algorithms=[ALGORITHM], options=options)
    except jwt.InvalidSignatureError as error:
        raise TokenError(Fault.SIGNATURE) from error
    except jwt.InvalidTokenError as error:
        raise TokenError(Fault.MALFORMED) from error
    return claims


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenError(Fault.CLAIMS)
    return float(value)
