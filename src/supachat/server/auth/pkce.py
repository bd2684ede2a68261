"""Proof of key exchange: a link gives a code that only the program which asked for the mail can use.

Must never give a session for a code alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import class_row

from supachat.server.auth import rules
from supachat.server.auth.accounts import Connection
from supachat.server.auth.errors import AuthError, invalid

_CHALLENGE = re.compile(r"[a-zA-Z._~0-9-]+")
_SHORTEST, _LONGEST = 43, 128


@dataclass(frozen=True)
class Challenge:
    """What the asker will have to answer; `method` is s256 or plain."""

    value: str
    method: str

    def answered_by(self, verifier: str) -> bool:
        """Whether `verifier` is the secret behind this challenge."""
        shown = verifier
        if self.method == "s256":
            digest = hashlib.sha256(verifier.encode()).digest()
            shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return hmac.compare_digest(shown.encode(), self.value.encode())


@dataclass(frozen=True)
class Flow:
    """A row of auth.flow_state whose auth code somebody shows."""

    id: UUID
    user_id: UUID
    method: str
    challenge: str
    challenge_method: str
    fresh: bool


def challenge_of(body: Mapping[str, Any]) -> Challenge | None:
    """The challenge of a request, None where it wants none. Raises AuthError."""
    value, method = rules.text(body, "code_challenge"), rules.text(body, "code_challenge_method")
    if not value and not method:
        return None
    if not value or not method:
        raise invalid("PKCE flow requires code_challenge_method and code_challenge")
    if not _SHORTEST <= len(value) <= _LONGEST:
        raise invalid(f"code challenge has to be between {_SHORTEST} and {_LONGEST} characters")
    if not _CHALLENGE.fullmatch(value):
        raise invalid(
            "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and"
            " tildes"
        )
    if method.lower() not in ("s256", "plain"):
        raise invalid("code challenge method not supported")
    return Challenge(value, method.lower())


async def remember(connection: Connection, user_id: UUID, method: str, challenge: Challenge | None) -> None:
    """Keeps who asked, if that program wants to prove it; forgets what nobody came back for."""
    if challenge is None:
        return
    await connection.execute(
        "delete from auth.flow_state where user_id = %s and created_at < now() - interval '1 day'",
        (user_id,),
    )
    await connection.execute(
        "insert into auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge,"
        " provider_type, authentication_method, created_at, updated_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, clock_timestamp(), now())",
        (uuid4(), user_id, str(uuid4()), challenge.method, challenge.value, "email", method),
    )


async def auth_code(connection: Connection, user_id: UUID, method: str) -> str:
    """The code for whoever asked last in this way. Raises AuthError where nobody did."""
    answer = await connection.execute(
        "update auth.flow_state set auth_code_issued_at = now(), updated_at = now() where id = ("
        " select id from auth.flow_state where user_id = %s and authentication_method = %s"
        " order by created_at desc limit 1) returning auth_code",
        (user_id, method),
    )
    row = await answer.fetchone()
    if row is None:
        raise AuthError(
            400,
            "flow_state_not_found",
            "No associated flow state found. No valid flow state found for user.",
        )
    return str(row[0])


async def spend(connection: Connection, code: str, verifier: str, life: float) -> Flow:
    """The flow of `code`, which is spent by this; `life` is in seconds. Raises AuthError."""
    if not code or not verifier:
        raise invalid("invalid request: both auth code and code verifier should be non-empty")
    flow = await _flow(connection, code, life)
    if flow is None:
        raise AuthError(404, "flow_state_not_found", "invalid flow state, no valid flow state found")
    if not flow.fresh:
        raise AuthError(422, "flow_state_expired", "invalid flow state, flow state has expired")
    if not Challenge(flow.challenge, flow.challenge_method).answered_by(verifier):
        raise AuthError(
            400, "bad_code_verifier", "code challenge does not match previously saved code verifier"
        )
    await connection.execute("delete from auth.flow_state where id = %s", (flow.id,))
    return flow


async def _flow(connection: Connection, code: str, life: float) -> Flow | None:
    async with connection.cursor(row_factory=class_row(Flow)) as cursor:
        await cursor.execute(
            "select id, user_id, authentication_method as method, code_challenge as challenge,"
            " code_challenge_method::text as challenge_method,"
            " auth_code_issued_at > now() - %s * interval '1 s' as fresh from auth.flow_state"
            " where auth_code = %s and user_id is not null and auth_code_issued_at is not null for update",
            (life, code),
        )
        return await cursor.fetchone()
