"""What the service key may do with everybody's account.

Must never be reached without `bearer.check_admin`, which each function here asks first.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth import accounts, passwords, rules, sessions
from supachat.server.auth.accounts import Connection, NewUser, as_gotrue
from supachat.server.auth.bearer import check_admin
from supachat.server.auth.errors import AuthError, email_exists, invalid, user_missing
from supachat.server.auth.people import User, user_json
from supachat.server.auth.service import Service

LONGEST_PAGE = 1000


async def create(service: Service, request: Request) -> Response:
    """A user that nobody signed up."""
    context = service.context
    async with as_gotrue(context) as connection:
        await check_admin(context, connection, request)
        body = rules.parse(await request.body())
        new = _new_user(body)
        if await accounts.by_email(connection, new.email):
            raise email_exists()
    hashed = await _hash_of(body)
    try:
        async with as_gotrue(context) as connection:
            user = await accounts.create(connection, new)
            user = await accounts.save(connection, user.id, encrypted_password=hashed)
            return await sessions.show(connection, user)
    except psycopg.errors.UniqueViolation as error:
        raise email_exists() from error


async def users(service: Service, request: Request) -> Response:
    """Everybody, newest first, in pages."""
    query = request.query_params
    async with as_gotrue(service.context) as connection:
        await check_admin(service.context, connection, request)
        page, size = _number(query.get("page"), 1), min(_number(query.get("per_page"), 50), LONGEST_PAGE)
        like = query.get("filter", "")
        if "\0" in like:  # PostgreSQL cannot be asked for that character
            raise invalid("The filter holds the character U+0000")
        found, total = await accounts.page(connection, like, limit=size, offset=(page - 1) * size)
        known = await accounts.identities_of(connection, [user.id for user in found])
    shown = [user_json(user, known[user.id]) for user in found]
    headers = {"X-Total-Count": str(total), "Link": _links(request, page, -(-total // size))}
    return JSONResponse({"users": shown, "aud": "authenticated"}, headers=headers)


async def show(service: Service, request: Request) -> Response:
    """One user."""
    async with as_gotrue(service.context) as connection:
        await check_admin(service.context, connection, request)
        return await sessions.show(connection, await _asked_for(connection, request))


async def change(service: Service, request: Request) -> Response:
    """Whatever the body names, without a letter and without the old password."""
    context = service.context
    async with as_gotrue(context) as connection:
        await check_admin(context, connection, request)
        body, user = rules.parse(await request.body()), await _asked_for(connection, request)
    password = rules.text(body, "password")
    if password:
        rules.check_password(password, context.limits.password_length)
    email = rules.email_of(body) if rules.text(body, "email") else ""
    _check_no_phone(body)
    hashed = await _hash_of(body)
    try:
        async with as_gotrue(context) as connection:
            return await sessions.show(connection, await _apply(connection, user.id, body, email, hashed))
    except psycopg.errors.UniqueViolation as error:
        raise email_exists() from error


async def delete(service: Service, request: Request) -> Response:
    """Takes a user away, or only who it was. What a project keeps of a user may forbid the first."""
    async with as_gotrue(service.context) as connection:
        await check_admin(service.context, connection, request)
        user = await _asked_for(connection, request)
        softly = rules.flag(rules.parse(await request.body()), "should_soft_delete")
        try:
            await (_forget if softly else _remove)(connection, user)
        except psycopg.errors.IntegrityError as error:
            raise AuthError(500, "unexpected_failure", "Database error deleting user") from error
    return JSONResponse({})


def _new_user(body: Mapping[str, Any]) -> NewUser:
    _check_no_phone(body)
    if not rules.text(body, "email"):
        raise invalid("Cannot create a user without either an email or phone")
    email = rules.email_of(body)
    if rules.text(body, "password") and rules.text(body, "password_hash"):
        raise invalid("Only a password or a password hash should be provided")
    rules.check_length(rules.text(body, "password"))
    return NewUser(
        email,
        data=rules.mapping(body, "user_metadata"),
        confirmed=rules.flag(body, "email_confirm"),
        repeated=False,
        id=_given_id(rules.text(body, "id")),
        role=rules.text(body, "role") or "authenticated",
        app_data=rules.mapping(body, "app_metadata"),
        banned_until=_banned_until(rules.text(body, "ban_duration")),
    )


async def _hash_of(body: Mapping[str, Any]) -> str:
    """The hash to keep, empty where there shall be no password."""
    given = rules.text(body, "password_hash")
    if given and not passwords.is_hash(given):
        raise invalid("Only bcrypt hashes are known here")
    password = rules.text(body, "password")
    return await passwords.hashed(password) if password else given


def _columns(body: Mapping[str, Any], user: User) -> dict[str, Any]:
    """What of the row changes by itself."""
    columns: dict[str, Any] = {}
    if rules.text(body, "role"):
        columns["role"] = rules.text(body, "role")
    if rules.text(body, "ban_duration"):
        columns["banned_until"] = _banned_until(rules.text(body, "ban_duration"))
    for name, column, held in (
        ("user_metadata", "raw_user_meta_data", user.raw_user_meta_data),
        ("app_metadata", "raw_app_meta_data", user.raw_app_meta_data),
    ):
        if body.get(name) is not None:
            columns[column] = rules.merged(held, rules.mapping(body, name))
    return columns


async def _apply(
    connection: Connection, user_id: UUID, body: Mapping[str, Any], email: str, hashed: str
) -> User:
    user = await accounts.locked(connection, user_id)
    if user is None:
        raise user_missing()
    confirmed = rules.flag(body, "email_confirm")
    if columns := _columns(body, user):
        user = await accounts.save(connection, user.id, **columns)
    if hashed:
        await accounts.forget_codes(connection, user)
        user = await accounts.save(connection, user.id, encrypted_password=hashed)
        await sessions.end_all(connection, user)
    if email:
        return await accounts.set_email(connection, user, email, verified=confirmed)
    return await accounts.confirm(connection, user) if confirmed else user


async def _asked_for(connection: Connection, request: Request) -> User:
    """The user of the path. Raises AuthError."""
    try:
        user_id = UUID(request.path_params["user_id"])
    except ValueError as error:
        raise AuthError(404, "validation_failed", "user_id must be an UUID") from error
    user = await accounts.by_id(connection, user_id)
    if user is None:
        raise user_missing()
    return user


async def _remove(connection: Connection, user: User) -> None:
    await connection.execute("delete from auth.users where id = %s", (user.id,))


async def _forget(connection: Connection, user: User) -> None:
    """Keeps the row for whatever refers to it, and nothing of the person."""
    await accounts.forget_codes(connection, user)
    await accounts.save(
        connection, user.id, email=_veiled(user.id, user.email), email_change="", encrypted_password=None,
        deleted_at=datetime.now(UTC), raw_user_meta_data={}, raw_app_meta_data={},
    )  # fmt: skip
    await sessions.end_all(connection, user)
    await connection.execute(
        "update auth.identities set identity_data = %s, provider_id = %s, updated_at = now()"
        " where user_id = %s",
        (Jsonb({}), _veiled(user.id, f"email:{user.id}"), user.id),
    )


def _veiled(user_id: UUID, value: str) -> str:
    """A stand-in for `value` that the same value would get again, and nothing can be read from."""
    digest = hashlib.sha256(f"{user_id}{value}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _given_id(given: str) -> UUID:
    if not given:
        return uuid4()
    try:
        chosen = UUID(given)
    except ValueError as error:
        raise invalid("ID must conform to the uuid v4 format") from error
    if chosen.int == 0:
        raise invalid("ID cannot be a nil uuid")
    return chosen


def _banned_until(given: str) -> datetime | None:
    length = rules.duration(given) if given not in ("", "none") else None
    return datetime.now(UTC) + length if length else None


def _check_no_phone(body: Mapping[str, Any]) -> None:
    if rules.text(body, "phone"):
        raise AuthError(400, "phone_provider_disabled", "The local server knows no phones")


def _number(given: str | None, otherwise: int) -> int:
    """A number from the query, 1 or more."""
    if not given:
        return otherwise
    if not given.isascii() or not given.isdecimal() or not 0 < int(given[:10]) < 2**31:
        raise invalid(
            f'Bad Pagination Parameters: strconv.ParseUint: parsing "{given[:20]}": invalid syntax'
        )
    return int(given)


def _links(request: Request, page: int, pages: int) -> str:
    """Where the next and the last page are."""
    path = f"{request.url.path}?"
    others = "&".join(f"{k}={v}" for k, v in request.query_params.items() if k == "per_page")
    end = f"&{others}" if others else ""
    last = f'<{path}page={pages}{end}>; rel="last"'
    return f'<{path}page={page + 1}{end}>; rel="next", {last}' if page < pages else last
