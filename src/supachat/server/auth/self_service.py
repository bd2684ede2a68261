"""What a signed-in person may do with the own account: look, change, sign out.

Must never act for anybody but whose token it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from supachat.server.auth import accounts, passwords, rules, sessions
from supachat.server.auth.accounts import Connection, as_gotrue
from supachat.server.auth.bearer import claims_of, whose
from supachat.server.auth.errors import AuthError, email_exists, no_session, user_missing
from supachat.server.auth.people import Session, User
from supachat.server.auth.sending import CHANGE, Wish, send_change, wish_of
from supachat.server.auth.service import Service


@dataclass(frozen=True, repr=False)
class Wanted:
    """What a person wants changed; empty is as it was. `data` is None where nothing is said of it."""

    email: str
    password: str
    data: dict[str, Any] | None
    wish: Wish


async def show(service: Service, request: Request) -> Response:
    """Who am I."""
    claims = claims_of(service.context, request)
    async with as_gotrue(service.context) as connection:
        user, _ = await whose(connection, claims)
        return await sessions.show(connection, user)


async def change(service: Service, request: Request) -> Response:
    """New metadata, a new password, a new address that must be shown first. A new password ends the
    other sessions."""
    context = service.context
    claims = claims_of(context, request)
    body = rules.parse(await request.body())
    async with as_gotrue(context) as connection:
        user, session = await whose(connection, claims)
        wanted = _wanted(service, request, body, user)
        if wanted.email and await accounts.by_email(connection, wanted.email):
            raise email_exists()
    secret = await _new_secret(wanted.password, user.encrypted_password) if wanted.password else ""
    if not wanted.email or _at_once(service, user):
        async with as_gotrue(context) as connection:
            user = await _apply(connection, user, session, wanted, secret)
            if wanted.email:
                user = await accounts.set_email(connection, user, wanted.email, verified=True)
            return await sessions.show(connection, user)
    with service.post.turn(CHANGE, user.email or str(user.id)):
        async with as_gotrue(context) as connection:
            user = await _apply(connection, user, session, wanted, secret)
            user = await send_change(service, connection, user, wanted.email, wanted.wish)
            return await sessions.show(connection, user)


async def logout(service: Service, request: Request) -> Response:
    """Ends this session, the others, or all."""
    claims = claims_of(service.context, request)
    async with as_gotrue(service.context) as connection:
        _, session = await whose(connection, claims)
        await sessions.end(connection, session, request.query_params.get("scope") or "global")
    return Response(status_code=204)


def _wanted(service: Service, request: Request, body: Mapping[str, Any], user: User) -> Wanted:
    """What `body` wants changed. Raises AuthError for what may not be wanted."""
    if rules.text(body, "phone"):
        raise AuthError(400, "phone_provider_disabled", "Unsupported phone provider")
    if body.get("app_metadata") is not None:
        raise AuthError(403, "not_admin", "Updating app_metadata requires admin privileges")
    email = rules.email_of(body) if rules.text(body, "email") else ""
    password = rules.text(body, "password")
    if password:
        rules.check_password(password, service.context.limits.password_length)
        if user.is_anonymous and not email:
            words = "Updating password of an anonymous user without an email or phone is not allowed"
            raise AuthError(422, "validation_failed", words)
    data = rules.mapping(body, "data") if body.get("data") is not None else None
    wish = wish_of(service, request, body)
    return Wanted("" if email == user.email else email, password, data, wish)


def _at_once(service: Service, user: User) -> bool:
    """Whether an address counts without a letter: for who has none yet, where sign-ups need none either."""
    return user.is_anonymous and not service.context.confirm_email


async def _apply(connection: Connection, user: User, session: Session, wanted: Wanted, secret: str) -> User:
    held = await accounts.locked(connection, user.id)
    if held is None:
        raise user_missing()
    if await sessions.find(connection, session.id, held.id) is None:
        raise no_session()  # ended by a new password while this one was made
    user = held  # as it is by now: metadata is added to, and another may just have done so
    if wanted.data is not None:
        data = rules.merged(user.raw_user_meta_data, wanted.data)
        user = await accounts.save(connection, user.id, raw_user_meta_data=data)
    if secret:
        await accounts.forget_codes(connection, user)
        user = await accounts.save(connection, user.id, encrypted_password=secret)
        await sessions.end(connection, session, "others")
    return user


async def _new_secret(password: str, stored: str) -> str:
    if stored and await passwords.matches(password, stored):
        raise AuthError(422, "same_password", "New password should be different from the old password.")
    return await passwords.hashed(password)
