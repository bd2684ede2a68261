"""Who a client is: its token judged, in the words of the real server.

Pure but for the clock. Must never take a token whose role or expiry is missing, and never show a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from supachat.server.realtime.frames import dump_json
from supachat.server.realtime.joins import Refused
from supachat.server.tokens import Fault, TokenError, Trust, verify

_CLAIMS_TEXT = "Fields `role` and `exp` are required in JWT"
_MALFORMED_TEXT = "The token provided is not a valid JWT"
_SIGNATURE_TEXT = "Failed to validate JWT signature"
_SIGNER_TEXT = "Failed to generate JWT signer, check your JWT secret or JWKS configuration"


@dataclass(frozen=True, repr=False)
class Identity:
    """A judged token; equal tokens are equal. `headers` are the upgrade's `x-` headers."""

    token: str
    claims: Mapping[str, Any] = field(compare=False)
    headers: Mapping[str, str] = field(compare=False)

    @property
    def role(self) -> str:
        return str(self.claims["role"])

    @property
    def expires(self) -> float:
        """Epoch seconds."""
        return float(self.claims["exp"])

    def settings(self) -> dict[str, str]:
        """The settings of a transaction that runs as this client; `role` is the last of them."""
        return {
            "request.jwt.claims": dump_json(self.claims),
            "request.jwt.claim.sub": str(self.claims.get("sub") or ""),
            "request.jwt.claim.role": self.role,
            "request.headers": dump_json(self.headers),
            "role": self.role,
        }


def identify(token: str, trust: Trust, headers: Mapping[str, str]) -> Identity:
    """The identity behind a token. Raises TokenError; CLAIMS if role or exp is missing."""
    claims = verify(token.strip(), trust, require=("role", "exp"))
    role = claims["role"]
    # "none" is PostgreSQL's word for the role that logged in, which here is a superuser
    if not isinstance(role, str) or role == "none" or "\0" in role:
        raise TokenError(Fault.CLAIMS)
    try:
        dump_json(claims).encode()  # what PostgreSQL cannot be told would fail beside others' rights
    except ValueError as error:  # an infinite `exp` too
        raise TokenError(Fault.CLAIMS) from error
    return Identity(token, claims, headers)


def join_refusal(error: TokenError) -> Refused:
    """What a join with such a token is answered."""
    match error.fault:
        case Fault.EXPIRED | Fault.NOT_YET:
            return Refused("InvalidJWTToken", f"Token has expired {error.late} seconds ago")
        case Fault.CLAIMS:
            return Refused("InvalidJWTToken", _CLAIMS_TEXT)
        case Fault.SIGNATURE:
            return Refused("JwtSignatureError", _SIGNATURE_TEXT)
        case Fault.ALGORITHM:
            return Refused("JwtSignerError", _SIGNER_TEXT)
        case Fault.MALFORMED:
            return Refused("MalformedJWT", _MALFORMED_TEXT)


def refresh_text(error: TokenError) -> str:
    """What a channel is told when a refresh brings such a token (one text is the real server's slip)."""
    return ":signature_error" if error.fault is Fault.SIGNATURE else join_refusal(error).text


def handshake_refusal(error: TokenError, token: str) -> tuple[int, str]:
    """HTTP status and error text for a connection with such a token."""
    if error.fault is Fault.EXPIRED:
        return 401, "Token has expired"
    if error.fault is Fault.CLAIMS and _has_both(token):
        return 500, "Error connecting to Realtime"  # there, but of a type nobody can use
    return 401, join_refusal(error).text


def _has_both(token: str) -> bool:
    # the signature was checked before its claims were judged
    claims = jwt.decode(token.strip(), options={"verify_signature": False})
    return claims.get("role") is not None and claims.get("exp") is not None
