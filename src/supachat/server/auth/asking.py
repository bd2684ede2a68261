"""Requests for a letter: a code to sign in, a new password, the same letter again.

Must never tell who has an account, where a hosted project does not.
"""

from __future__ import annotations

from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth import accounts, rules
from supachat.server.auth.accounts import NewUser, as_gotrue
from supachat.server.auth.codes import Kind
from supachat.server.auth.door import check_open, not_saved, sign_up_by_mail
from supachat.server.auth.errors import AuthError, invalid
from supachat.server.auth.people import User
from supachat.server.auth.sending import (
    CHANGE,
    CONFIRMATION,
    RECOVERY,
    Wish,
    send_change,
    send_code,
    wish_of,
)
from supachat.server.auth.service import Service


async def otp(service: Service, request: Request) -> Response:
    """A code to sign in with, for somebody who may have to be made first."""
    body = rules.parse(await request.body())
    if rules.text(body, "phone"):
        raise _no_phone(body)
    if not rules.text(body, "email"):
        raise invalid("One of email or phone must be set")
    if rules.text(body, "channel"):
        raise invalid("Channel should only be specified with Phone OTP")
    wish, email = wish_of(service, request, body), rules.email_of(body)
    if not rules.flag(body, "create_user", otherwise=True) and await _known(service, email) is None:
        raise AuthError(422, "otp_disabled", "Signups not allowed for otp")
    return await _send_magic_link(service, email, rules.mapping(body, "data"), wish)


async def magic_link(service: Service, request: Request) -> Response:
    """The same by its older name."""
    body = rules.parse(await request.body())
    if not rules.text(body, "email"):
        raise AuthError(422, "validation_failed", "Password recovery requires an email")
    wish, email = wish_of(service, request, body), rules.email_of(body)
    return await _send_magic_link(service, email, rules.mapping(body, "data"), wish)


async def recover(service: Service, request: Request) -> Response:
    """A way back in for who has forgotten the password."""
    body = rules.parse(await request.body())
    if not rules.text(body, "email"):
        raise invalid("Password recovery requires an email")
    email, wish = rules.email_of(body), wish_of(service, request, body)
    with service.post.turn(RECOVERY, email):
        async with as_gotrue(service.context) as connection:
            user = await accounts.by_email(connection, email)
            if user is not None:
                await send_code(service, connection, user, Kind.RECOVERY, wish)
    return JSONResponse({})


async def resend(service: Service, request: Request) -> Response:
    """A letter once more, where there is still something to answer."""
    body = rules.parse(await request.body())
    kind = rules.text(body, "type")
    if kind not in (Kind.SIGNUP, Kind.EMAIL_CHANGE, "sms", "phone_change"):
        raise invalid("Missing one of these types: signup, email_change, sms, phone_change")
    if rules.text(body, "phone") or kind in ("sms", "phone_change"):
        raise _no_phone(body)
    if not rules.text(body, "email"):
        raise invalid("Type provided requires an email address")
    email, wish = rules.email_of(body), wish_of(service, request, body)
    await (_again if kind == Kind.SIGNUP else _change_again)(service, email, wish)
    return JSONResponse({})


async def _again(service: Service, email: str, wish: Wish) -> None:
    with service.post.turn(CONFIRMATION, email):
        async with as_gotrue(service.context) as connection:
            user = await accounts.by_email(connection, email)
            if user is not None and user.email_confirmed_at is None:
                await send_code(service, connection, user, Kind.SIGNUP, wish)


async def _change_again(service: Service, email: str, wish: Wish) -> None:
    with service.post.turn(CHANGE, email):
        async with as_gotrue(service.context) as connection:
            user = await accounts.by_email(connection, email)
            if user is not None and user.email_change:
                await send_change(service, connection, user, user.email_change, wish)


async def _send_magic_link(service: Service, email: str, data: dict[str, Any], wish: Wish) -> Response:
    context, held = service.context, await _known(service, email)
    new = NewUser(email, data=data, confirmed=not context.confirm_email)
    if held is None or held.email_confirmed_at is None:
        check_open(service)
        if context.confirm_email:
            await sign_up_by_mail(service, new, wish)
            return JSONResponse({})
    try:
        with service.post.turn(RECOVERY, email):
            async with as_gotrue(context) as connection:
                user = held or await accounts.create(connection, new)
                if user.email_confirmed_at is None:
                    user = await accounts.confirm(connection, user)
                await send_code(service, connection, user, Kind.MAGICLINK, wish)
    except psycopg.Error as error:
        raise not_saved(error) from error
    return JSONResponse({})


async def _known(service: Service, email: str) -> User | None:
    async with as_gotrue(service.context) as connection:
        return await accounts.by_email(connection, email)


def _no_phone(body: dict[str, Any]) -> AuthError:
    if rules.text(body, "email"):
        return invalid("Only an email address or phone number should be provided")
    return AuthError(400, "phone_provider_disabled", "Unsupported phone provider")
