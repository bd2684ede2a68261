"""A code for a person: kept in the row, written in a letter. Works inside the caller's transaction.

Must never be reached without a turn of the post (see `post.Post.turn`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request

from supachat.server.auth import accounts, codes, pkce, redirects
from supachat.server.auth.accounts import Connection
from supachat.server.auth.codes import Code, Kind
from supachat.server.auth.letters import Letter
from supachat.server.auth.people import User
from supachat.server.auth.pkce import Challenge
from supachat.server.auth.service import Service

CONFIRMATION, RECOVERY, CHANGE = "confirmation", "recovery", "email_change"
"""What a pause between two letters is counted for."""

_COLUMNS = {
    Kind.SIGNUP: CONFIRMATION,
    Kind.INVITE: CONFIRMATION,
    Kind.MAGICLINK: RECOVERY,
    Kind.RECOVERY: RECOVERY,
}


@dataclass(frozen=True)
class Wish:
    """Where the link of a letter shall lead, and how the asker will prove that it asked."""

    redirect_to: str = ""
    challenge: Challenge | None = None


def wish_of(service: Service, request: Request, body: Mapping[str, Any]) -> Wish:
    """What a request for a letter wants of it. Raises AuthError for half a challenge."""
    return Wish(service.redirect_to(request), pkce.challenge_of(body))


async def keep(connection: Connection, user: User, kind: Kind, code: Code) -> User:
    """Keeps `code` for `user`, over the one before it."""
    name = _COLUMNS[kind]
    columns = {f"{name}_token": code.token_hash, f"{name}_sent_at": datetime.now(UTC)}
    return await accounts.save(connection, user.id, **columns)


async def send_code(service: Service, connection: Connection, user: User, kind: Kind, wish: Wish) -> User:
    """A letter of any kind but a change of address."""
    code = _code(service, user.email, wish)
    await pkce.remember(connection, user.id, kind.method, wish.challenge)
    user = await keep(connection, user, kind, code)
    await service.post.send(_letter(service, user.email, kind, code, wish))
    return user


async def send_change(service: Service, connection: Connection, user: User, email: str, wish: Wish) -> User:
    """Letters about a change to `email`: to the new address, and to the old one where both must agree."""
    by_address = {email: _code(service, email, wish)}
    if service.context.confirm_email and user.email:
        by_address[user.email] = _code(service, user.email, wish)
    await pkce.remember(connection, user.id, Kind.EMAIL_CHANGE.method, wish.challenge)
    old = by_address.get(user.email)
    columns = {
        codes.CHANGE_NEW: by_address[email].token_hash,
        codes.CHANGE_OLD: old.token_hash if old else "",
    }
    changed = await accounts.save(
        connection, user.id, email_change=email, email_change_sent_at=datetime.now(UTC),
        email_change_confirm_status=0, **columns,
    )  # fmt: skip
    for address, code in by_address.items():
        await service.post.send(_letter(service, address, Kind.EMAIL_CHANGE, code, wish))
    return changed


def _code(service: Service, address: str, wish: Wish) -> Code:
    return codes.new_code(address, service.context.keys.jwt_secret, pkce=wish.challenge is not None)


def _letter(service: Service, address: str, kind: Kind, code: Code, wish: Wish) -> Letter:
    link = redirects.link(service.context.url, code.token_hash, kind, wish.redirect_to)
    return Letter(address, kind, code.digits, link)
