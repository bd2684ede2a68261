"""Who asks: the access token in the Authorization header becomes a user and a living session.

Must never take a token whose session has ended.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request

from supachat.server.auth import accounts, sessions
from supachat.server.auth.accounts import Connection
from supachat.server.auth.errors import AuthError, bad_jwt, no_bearer, no_session
from supachat.server.auth.people import Session, User, check_banned
from supachat.server.context import Context
from supachat.server.tokens import Fault, TokenError, verify

_ADMINS = ("service_role", "supabase_admin")

_WORDS = {
    Fault.MALFORMED: "token is malformed: token contains an invalid number of segments",
    Fault.ALGORITHM: "token is unverifiable: signing method is invalid",
    Fault.SIGNATURE: "token signature is invalid: signature is invalid",
    Fault.CLAIMS: "token has invalid claims: a claim is of the wrong type",
    Fault.NOT_YET: "token has invalid claims: token is not valid yet",
    Fault.EXPIRED: "token has invalid claims: token is expired",
}


def claims_of(context: Context, request: Request) -> dict[str, Any]:
    """The claims of the request's bearer token. Raises AuthError."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise no_bearer()
    try:
        claims = verify(token.strip(), context.keys)
    except TokenError as error:
        raise bad_jwt(_WORDS[error.fault]) from error
    return claims


async def whose(connection: Connection, claims: dict[str, Any]) -> tuple[User, Session]:
    """The user and session that `claims` name, both still there. Raises AuthError."""
    if not claims.get("sub"):
        raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim")
    try:
        user_id, session_id = UUID(str(claims["sub"])), UUID(str(claims.get("session_id", "")))
    except ValueError as error:
        raise AuthError(403, "bad_jwt", "invalid claim: sub claim must be a UUID") from error
    user = await accounts.by_id(connection, user_id)
    if user is None:
        raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
    session = await sessions.find(connection, session_id, user_id)
    if session is None:
        raise no_session()
    check_banned(user, datetime.now(UTC))
    return user, session


async def check_admin(context: Context, connection: Connection, request: Request) -> None:
    """Refuses whoever bears neither the service key nor a role that is as much. Raises AuthError."""
    claims = claims_of(context, request)
    if claims.get("session_id"):
        await whose(connection, claims)
    if claims.get("role") not in _ADMINS:
        raise AuthError(403, "not_admin", "User not allowed")
