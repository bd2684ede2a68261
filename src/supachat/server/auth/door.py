"""The ways in that need no letter: sign-up, password, refresh token, auth code, and no name at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth import accounts, passwords, pkce, rules, sessions
from supachat.server.auth.accounts import Connection, NewUser, as_gotrue
from supachat.server.auth.codes import Kind
from supachat.server.auth.errors import AuthError, bad_credentials, invalid, taken
from supachat.server.auth.people import User, check_banned, user_json
from supachat.server.auth.sending import CONFIRMATION, Wish, send_code, wish_of
from supachat.server.auth.service import Service, address_of, count, forgive, household


async def signup(service: Service, request: Request) -> Response:
    """A new account: signed in at once, or waiting for its confirmation."""
    body, context = rules.parse(await request.body()), service.context
    check_open(service)
    if rules.text(body, "phone"):
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    if not rules.text(body, "email"):
        return await _anonymous(service, request, body)
    password = rules.text(body, "password")
    if not password:
        raise invalid("Signup requires a valid password")
    rules.check_password(password, context.limits.password_length)
    email, data = rules.email_of(body), rules.mapping(body, "data")
    wish = wish_of(service, request, body)
    new = NewUser(email, await passwords.hashed(password), data, confirmed=not context.confirm_email)
    if context.confirm_email:
        return JSONResponse(await sign_up_by_mail(service, new, wish, password))
    try:
        async with as_gotrue(context) as connection:
            user = await _confirmed_at_once(connection, new)
            return JSONResponse(await sessions.admitted(context, connection, user, request, "password"))
    except psycopg.Error as error:
        raise not_saved(error) from error


def check_open(service: Service) -> None:
    """Refuses new accounts where they are not wanted."""
    if not service.context.signup:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")


async def sign_up_by_mail(service: Service, new: NewUser, wish: Wish, password: str = "") -> dict[str, Any]:
    """A user who must answer a letter first. A taken address gets the same answer, and no letter.

    Of two who ask with one address nobody knows yet whose it is: unless both say the same password none
    counts, or who asked first could wait inside for the address's owner to answer.
    """
    try:
        with service.post.turn(CONFIRMATION, new.email):
            same = await _hash_of_same(service, new.email, password)
            async with as_gotrue(service.context) as connection:
                held = await accounts.by_email(connection, new.email)
                if held is not None and held.email_confirmed_at is not None:
                    return _lookalike(new)
                user = held or await accounts.create(connection, new)
                if held is not None and held.encrypted_password != same:
                    user = await accounts.save(connection, held.id, encrypted_password="")
                user = await send_code(service, connection, user, Kind.SIGNUP, wish)
                return user_json(user, await accounts.identities(connection, user.id))
    except psycopg.Error as error:
        raise not_saved(error) from error


async def _hash_of_same(service: Service, email: str, password: str) -> str:
    """The hash of who asked with that address before and said the same password; empty for none."""
    async with as_gotrue(service.context) as connection:
        held = await accounts.by_email(connection, email)
    # the connection is given back meanwhile: a hash takes as long as a hundred queries
    if held is None or held.email_confirmed_at is not None:
        return ""
    same = await passwords.matches(password, held.encrypted_password)
    return held.encrypted_password if same else ""


async def token(service: Service, request: Request) -> Response:
    """A session for a password, a refresh token or an auth code."""
    body, context = rules.parse(await request.body()), service.context
    kind = request.query_params.get("grant_type")
    if kind == "password":
        return await _by_password(service, request, body)
    if kind == "refresh_token":
        shown = rules.text(body, "refresh_token")
        if not rules.is_refresh_token(shown):
            raise invalid("Refresh token is not valid")
        grant = await sessions.rotate(context, shown)
        async with as_gotrue(context) as connection:
            return JSONResponse(await sessions.grant_json(context, connection, grant))
    if kind == "pkce":
        return await _by_code(service, request, body)
    raise AuthError(400, "invalid_credentials", "unsupported_grant_type")


async def _anonymous(service: Service, request: Request, body: dict[str, Any]) -> Response:
    """A person without an address, who may give one later."""
    context = service.context
    if not context.anonymous:
        raise AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    count(service.strangers, household(address_of(request)))
    try:
        async with as_gotrue(context) as connection:
            user = await accounts.create(connection, NewUser(data=rules.mapping(body, "data")))
            return JSONResponse(await sessions.admitted(context, connection, user, request, "anonymous"))
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise AuthError(500, "unexpected_failure", "Database error creating anonymous user") from error


async def _by_password(service: Service, request: Request, body: dict[str, Any]) -> Response:
    context = service.context
    email, password = rules.text(body, "email").strip().lower(), rules.text(body, "password")
    if not email:
        raise invalid("missing email or phone")
    tried = email[: rules.ADDRESS_LETTERS + 1]  # who counts would keep a megabyte that is no address
    count(service.tries, tried)
    async with as_gotrue(context) as connection:
        user = await accounts.by_email(connection, email)
    # the connection is given back meanwhile: a hash takes as long as a hundred queries
    if not await passwords.matches(password, user.encrypted_password if user else None) or user is None:
        raise bad_credentials()
    forgive(service.tries, tried)
    async with as_gotrue(context) as connection:
        # changed meanwhile, the old password must not begin a session after all of them were ended
        held = await accounts.locked(connection, user.id)
        if held is None or held.encrypted_password != user.encrypted_password:
            raise bad_credentials()
        check_banned(held, datetime.now(UTC), status=400)
        if held.email_confirmed_at is None:
            raise AuthError(400, "email_not_confirmed", "Email not confirmed")
        granted = await sessions.admitted(context, connection, held, request, "password")
        return JSONResponse({**granted, "weak_password": None})


async def _by_code(service: Service, request: Request, body: dict[str, Any]) -> Response:
    """The end of a link that led to a program: the code that it brought, and the proof."""
    context = service.context
    code, verifier = rules.text(body, "auth_code"), rules.text(body, "code_verifier")
    async with as_gotrue(context) as connection:
        flow = await pkce.spend(connection, code, verifier, context.limits.flow_life)
        user = await accounts.by_id(connection, flow.user_id)
        if user is None:
            raise AuthError(404, "user_not_found", "User not found")
        check_banned(user, datetime.now(UTC))
        return JSONResponse(await sessions.admitted(context, connection, user, request, flow.method))


async def _confirmed_at_once(connection: Connection, new: NewUser) -> User:
    """A user who needs no letter, unless somebody has the address and has shown it."""
    held = await accounts.by_email(connection, new.email)
    if held is None:
        return await accounts.create(connection, new)
    raise taken()


def _lookalike(new: NewUser) -> dict[str, Any]:
    """What a stranger sees who signs up with somebody's address: a user that does not exist."""
    now = datetime.now(UTC)
    made = User(
        id=uuid4(), role="", email=new.email, encrypted_password="", is_anonymous=False, invited_at=None,
        email_confirmed_at=None, confirmation_sent_at=now, recovery_sent_at=None, email_change="",
        email_change_sent_at=None, email_change_confirm_status=0, last_sign_in_at=None, banned_until=None,
        created_at=now, updated_at=now, raw_app_meta_data={"provider": "email", "providers": ["email"]},
        raw_user_meta_data=dict(new.data),
    )  # fmt: skip
    return user_json(made, ())


def not_saved(error: psycopg.Error) -> Exception:
    """What a failed sign-up is: a race for the address, the database gone, or a project's own trigger."""
    if (
        isinstance(error, psycopg.errors.UniqueViolation)
        and error.diag.constraint_name == "users_email_partial_key"
    ):
        return taken()
    if isinstance(error, psycopg.OperationalError):
        return error
    return AuthError(500, "unexpected_failure", "Database error saving new user")
