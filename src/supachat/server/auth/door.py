"""The ways in: sign-up, password, refresh token, confirmation link."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from supachat.server.auth import accounts, mail, passwords, rules, sessions
from supachat.server.auth.accounts import Connection, as_gotrue
from supachat.server.auth.errors import AuthError, bad_credentials, invalid, taken
from supachat.server.auth.rules import User
from supachat.server.context import Context


async def signup(context: Context, request: Request) -> Response:
    """A new account: signed in at once, or waiting for its confirmation."""
    body = rules.parse(await request.body())
    if not context.signup:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")
    if rules.text(body, "phone"):
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    if not rules.text(body, "email"):
        raise AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    password = rules.text(body, "password")
    if not password:
        raise invalid("Signup requires a valid password")
    rules.check_password(password, context.limits.password_length)
    email, data = rules.email_of(body), rules.mapping(body, "data")
    secret = await passwords.hashed(password)
    if context.confirm_email:
        return JSONResponse(await _waiting(context, email, secret, data))
    try:
        async with as_gotrue(context) as connection:
            if await accounts.by_email(connection, email):
                raise taken()
            user = await accounts.create(connection, email, secret, data, confirmed=True)
            return JSONResponse(await _begun(context, connection, user, request))
    except psycopg.Error as error:
        raise _not_saved(error) from error


async def token(context: Context, request: Request) -> Response:
    """A session for a password or a refresh token."""
    body = rules.parse(await request.body())
    kind = request.query_params.get("grant_type")
    if kind == "password":
        return await _by_password(context, request, body)
    if kind == "refresh_token":
        shown = rules.text(body, "refresh_token")
        if not rules.is_refresh_token(shown):
            raise invalid("Refresh token is not valid")
        grant = await sessions.rotate(context, shown)
        async with as_gotrue(context) as connection:
            return JSONResponse(await sessions.grant_json(context, connection, grant))
    raise AuthError(400, "invalid_credentials", "unsupported_grant_type")


async def follow_link(context: Context, request: Request) -> Response:
    """The link of a confirmation mail, opened in a browser."""
    if request.query_params.get("type") != "signup":
        raise invalid("Only links of type signup are known here")
    async with as_gotrue(context) as connection:
        await _confirmed(connection, request.query_params.get("token", ""))
    return PlainTextResponse("Your address is confirmed. You can sign in now.\n")


async def verify_link(context: Context, request: Request) -> Response:
    """The token of a confirmation link, sent by a program: answers with a session."""
    body = rules.parse(await request.body())
    if rules.text(body, "type") not in ("signup", "email"):
        raise invalid("Only links of type signup are known here")
    shown = rules.text(body, "token_hash") or rules.text(body, "token")
    async with as_gotrue(context) as connection:
        user = await _confirmed(connection, shown)
        return JSONResponse(await _begun(context, connection, user, request))


async def _by_password(context: Context, request: Request, body: dict[str, Any]) -> Response:
    email, password = rules.text(body, "email").strip().lower(), rules.text(body, "password")
    if not email:
        raise invalid("missing email or phone")
    async with as_gotrue(context) as connection:
        user = await accounts.by_email(connection, email)
    # the connection is given back meanwhile: a hash takes as long as a hundred queries
    if not await passwords.matches(password, user.encrypted_password if user else None) or user is None:
        raise bad_credentials()
    rules.check_banned(user, datetime.now(UTC))
    if user.email_confirmed_at is None:
        raise AuthError(400, "email_not_confirmed", "Email not confirmed")
    async with as_gotrue(context) as connection:
        return JSONResponse({**await _begun(context, connection, user, request), "weak_password": None})


async def _begun(context: Context, connection: Connection, user: User, request: Request) -> dict[str, Any]:
    address = request.client.host if request.client else None
    agent = request.headers.get("user-agent", "")
    grant = await sessions.begin(connection, user, agent=agent, address=address)
    return await sessions.grant_json(context, connection, grant)


async def _waiting(context: Context, email: str, secret: str, data: dict[str, Any]) -> dict[str, Any]:
    """A user who must follow a link first. An address that is taken gets the same answer and no mail."""
    link = mail.link_token()
    try:
        async with as_gotrue(context) as connection:
            held = await accounts.by_email(connection, email)
            if held is not None and held.email_confirmed_at is not None:
                return _lookalike(held, email, data)
            user = held or await accounts.create(connection, email, secret, data, confirmed=False)
            user = await accounts.ask_confirmation(connection, user, mail.stored_form(link))
            shown = rules.user_json(user, await accounts.identities(connection, user.id))
    except psycopg.Error as error:
        raise _not_saved(error) from error
    if context.outbox is not None:
        await asyncio.to_thread(mail.write_confirmation, context.outbox, email, context.url, link)
    return shown


def _lookalike(held: User, email: str, data: dict[str, Any]) -> dict[str, Any]:
    """What a stranger sees who signs up with somebody's address: a user that does not exist."""
    now = datetime.now(UTC)
    made = User(
        id=uuid4(), email=email, encrypted_password="", email_confirmed_at=None, confirmation_sent_at=now,
        last_sign_in_at=None, banned_until=None, created_at=now, updated_at=now,
        raw_app_meta_data=held.raw_app_meta_data, raw_user_meta_data=data,
    )  # fmt: skip
    return rules.user_json(made, ())


async def _confirmed(connection: Connection, shown: str) -> User:
    user = await accounts.by_link(connection, mail.stored_form(shown)) if shown else None
    if user is None:
        raise AuthError(403, "otp_expired", "Email link is invalid or has expired")
    return await accounts.confirm(connection, user)


def _not_saved(error: psycopg.Error) -> Exception:
    """What a failed sign-up is: a race for the address, the database gone, or a project's own trigger."""
    if (
        isinstance(error, psycopg.errors.UniqueViolation)
        and error.diag.constraint_name == "users_email_partial_key"
    ):
        return taken()
    if isinstance(error, psycopg.OperationalError):
        return error
    return AuthError(500, "unexpected_failure", "Database error saving new user")
