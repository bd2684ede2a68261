"""Sessions and their refresh tokens: given out, rotated, ended.

A refresh token is spent by its use. A spent one is forgiven while its child is unused (the answer was
lost on the way) or within the reuse interval (two tabs); else it was stolen, and its family dies.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import class_row
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth import accounts
from supachat.server.auth.accounts import Connection
from supachat.server.auth.errors import AuthError, refresh_unknown, refresh_used
from supachat.server.auth.people import Session, User, check_banned, claims, user_json
from supachat.server.auth.rules import refresh_token
from supachat.server.auth.service import address_of
from supachat.server.context import Context
from supachat.server.tokens import issue

_SESSION = (
    "select id, user_id, created_at, coalesce((select authentication_method from auth.mfa_amr_claims"
    " where session_id = sessions.id order by created_at limit 1), 'password') as method from auth.sessions"
)


@dataclass(frozen=True)
class Refresh:
    """One row of auth.refresh_tokens."""

    token: str
    parent: str | None
    revoked: bool
    updated_at: datetime


@dataclass(frozen=True)
class Grant:
    """What a client gets: a user, its session, and the refresh token that is now alive."""

    user: User
    session: Session
    refresh: str


async def begin(connection: Connection, user: User, request: Request, method: str) -> Grant:
    """A new session of `user` with its first refresh token; `method` is the way in by which it came."""
    session_id, agent = uuid4(), request.headers.get("user-agent", "")
    await connection.execute(
        "insert into auth.sessions (id, user_id, aal, user_agent, ip) values (%s, %s, 'aal1', %s, %s)",
        (session_id, user.id, agent[:255], address_of(request) or None),
    )
    await connection.execute(
        "insert into auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method)"
        " values (%s, now(), now(), %s)",
        (session_id, method),
    )
    session = await find(connection, session_id, user.id)
    if session is None:
        raise LookupError("a session was not stored")
    seen = await accounts.signed_in(connection, user)
    return Grant(seen, session, await _give(connection, session, None))


async def admitted(
    context: Context, connection: Connection, user: User, request: Request, method: str
) -> dict[str, Any]:
    """A new session of `user` as GoTrue answers it."""
    return await grant_json(context, connection, await begin(connection, user, request, method))


async def show(connection: Connection, user: User) -> Response:
    """`user` as GoTrue answers it."""
    return JSONResponse(user_json(user, await accounts.identities(connection, user.id)))


async def rotate(context: Context, token: str) -> Grant:
    """The grant for `token`, which is spent by this. Raises AuthError."""
    async with accounts.as_gotrue(context) as connection:
        session = await _locked_session(connection, token)
        user = None if session is None else await accounts.by_id(connection, session.user_id)
        if session is None or user is None:
            raise refresh_unknown()
        check_banned(user, datetime.now(UTC), status=400)
        live = await _next_token(connection, session, token, context.limits.refresh_reuse)
        if live is None:
            # the revocation must be kept although the request is refused
            await connection.execute(
                "update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = %s",
                (session.id,),
            )
        else:
            await connection.execute(
                "update auth.sessions set refreshed_at = timezone('utc', now()), updated_at = now()"
                " where id = %s",
                (session.id,),
            )
            return Grant(user, session, live)
    raise refresh_used()


async def find(connection: Connection, session_id: UUID, user_id: UUID) -> Session | None:
    """The session, if it lives and belongs to that user."""
    async with connection.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(f"{_SESSION} where id = %s and user_id = %s".encode(), (session_id, user_id))
        return await cursor.fetchone()


async def end(connection: Connection, session: Session, scope: str) -> None:
    """Ends `session`, the user's others, or all of them; their refresh tokens go with them."""
    chosen = {
        "global": "user_id = %(user)s",
        "local": "user_id = %(user)s and id = %(id)s",
        "others": "user_id = %(user)s and id <> %(id)s",
    }
    if scope not in chosen:
        raise AuthError(400, "validation_failed", f'Unsupported logout scope "{scope[:40]}"')
    statement = f"delete from auth.sessions where {chosen[scope]}"
    await connection.execute(statement.encode(), {"user": session.user_id, "id": session.id})


async def end_all(connection: Connection, user: User) -> None:
    """Ends every session of `user`."""
    await connection.execute("delete from auth.sessions where user_id = %s", (user.id,))


async def grant_json(context: Context, connection: Connection, grant: Grant) -> dict[str, Any]:
    """`grant` as GoTrue answers it, with a new access token."""
    now, lifetime = time.time(), context.limits.access_token
    issuer = f"{context.url}/auth/v1"
    content = claims(grant.user, grant.session, issuer=issuer, now=now, lifetime=lifetime)
    return {
        "access_token": issue(content, context.keys),
        "token_type": "bearer",
        "expires_in": int(lifetime),
        "expires_at": content["exp"],
        "refresh_token": grant.refresh,
        "user": user_json(grant.user, await accounts.identities(connection, grant.user.id)),
    }


async def _locked_session(connection: Connection, token: str) -> Session | None:
    """The session of `token`, locked: two refreshes of one session wait for each other."""
    async with connection.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(
            f"{_SESSION} where id = (select session_id from auth.refresh_tokens where token = %s)"
            " and (not_after is null or not_after > now()) for update".encode(),
            (token,),
        )
        return await cursor.fetchone()


async def _next_token(connection: Connection, session: Session, token: str, reuse: float) -> str | None:
    """The refresh token that lives after `token` was shown, None if it must not have been shown."""
    held = await _refresh(connection, session, "token = %s", token)
    if held is None:
        return None
    if not held.revoked:
        await connection.execute(
            "update auth.refresh_tokens set revoked = true, updated_at = now() where token = %s", (token,)
        )
        return await _give(connection, session, token)
    live = await _refresh(
        connection, session, "revoked = false and %s <> '' order by id desc limit 1", token
    )
    if live is None:
        return None
    age = (datetime.now(UTC) - held.updated_at).total_seconds()
    return live.token if live.parent == token or age <= reuse else None


async def _refresh(connection: Connection, session: Session, where: str, value: str) -> Refresh | None:
    async with connection.cursor(row_factory=class_row(Refresh)) as cursor:
        await cursor.execute(
            f"select token, parent, revoked, updated_at from auth.refresh_tokens"
            f" where session_id = %s and {where}".encode(),
            (session.id, value),
        )
        return await cursor.fetchone()


async def _give(connection: Connection, session: Session, parent: str | None) -> str:
    token = refresh_token()
    await connection.execute(
        "insert into auth.refresh_tokens (instance_id, token, user_id, revoked, parent, session_id)"
        " values (%s, %s, %s, false, %s, %s)",
        (UUID(int=0), token, str(session.user_id), parent, session.id),
    )
    return token
