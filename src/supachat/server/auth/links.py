"""Letters that the service key writes: an invitation, or a link without a letter at all.

Must never be reached without `bearer.check_admin`, which each function here asks first.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth import accounts, codes, passwords, redirects, rules, sessions
from supachat.server.auth.accounts import Connection, NewUser, as_gotrue
from supachat.server.auth.bearer import check_admin
from supachat.server.auth.codes import Code, Kind
from supachat.server.auth.door import not_saved
from supachat.server.auth.errors import email_exists, invalid, user_missing
from supachat.server.auth.people import User, user_json
from supachat.server.auth.sending import CONFIRMATION, Wish, keep, send_code
from supachat.server.auth.service import Service

_CHANGES = ("email_change_current", "email_change_new")


async def invite(service: Service, request: Request) -> Response:
    """A letter that asks somebody in."""
    context = service.context
    async with as_gotrue(context) as connection:
        await check_admin(context, connection, request)
    body = rules.parse(await request.body())
    new = NewUser(rules.email_of(body), data=rules.mapping(body, "data"), repeated=False)
    try:
        with service.post.turn(CONFIRMATION, new.email):
            async with as_gotrue(context) as connection:
                user = await _invited(connection, new)
                wish = Wish(service.redirect_to(request))
                return await sessions.show(
                    connection, await send_code(service, connection, user, Kind.INVITE, wish)
                )
    except psycopg.Error as error:
        raise not_saved(error) from error


async def generate(service: Service, request: Request) -> Response:
    """The code and the link of a letter that somebody else will send."""
    context = service.context
    async with as_gotrue(context) as connection:
        await check_admin(context, connection, request)
    body = rules.parse(await request.body())
    email, asked = rules.email_of(body), rules.text(body, "type")
    if asked not in (*_CHANGES, *(kind for kind in Kind if kind is not Kind.EMAIL_CHANGE)):
        raise invalid(f"Invalid email action link type requested: {asked[:40]}")
    hashed = await _first_password(service, body) if asked == Kind.SIGNUP else ""
    try:
        async with as_gotrue(context) as connection:
            held = await accounts.by_email(connection, email)
            if asked in _CHANGES:
                kind, code, user = await _change(service, connection, held, asked, body)
            else:
                new = NewUser(email, hashed, rules.mapping(body, "data"), repeated=False)
                kind, code, user = await _letter(service, connection, held, Kind(asked), new)
            known = await accounts.identities(connection, user.id)
    except psycopg.Error as error:
        raise not_saved(error) from error
    where = service.redirect_to(request, rules.text(body, "redirect_to"))
    return JSONResponse(
        {
            **user_json(user, known),
            "action_link": redirects.link(context.url, code.token_hash, kind, where),
            "email_otp": code.digits,
            "hashed_token": code.token_hash,
            "verification_type": asked if asked in _CHANGES else kind,
            "redirect_to": where or context.url,
        }
    )


async def _first_password(service: Service, body: dict[str, Any]) -> str:
    password = rules.text(body, "password")
    if not password:
        raise invalid("Signup requires a valid password")
    rules.check_password(password, service.context.limits.password_length)
    return await passwords.hashed(password)


async def _letter(
    service: Service, connection: Connection, held: User | None, kind: Kind, new: NewUser
) -> tuple[Kind, Code, User]:
    """The code of a letter of `kind`; whoever is asked in for the first time is made."""
    if kind is Kind.RECOVERY and held is None:
        raise user_missing()
    if kind is Kind.MAGICLINK and held is None:
        kind = Kind.SIGNUP
    if kind is Kind.INVITE:
        user = await _invited(connection, new)
    elif kind is Kind.SIGNUP:
        user = await _unconfirmed(connection, held, new)
    else:
        user = held or await accounts.create(connection, new)
    code = codes.new_code(user.email, service.context.keys.jwt_secret)
    return kind, code, await keep(connection, user, kind, code)


async def _change(
    service: Service, connection: Connection, held: User | None, asked: str, body: dict[str, Any]
) -> tuple[Kind, Code, User]:
    """One of the two codes of a change of address; both belong to the same change."""
    if held is None:
        raise user_missing()
    wanted = rules.email_of(body, "new_email")
    if await accounts.by_email(connection, wanted):
        raise email_exists()
    new = asked == "email_change_new"
    code = codes.new_code(wanted if new else held.email, service.context.keys.jwt_secret)
    columns = {codes.CHANGE_NEW if new else codes.CHANGE_OLD: code.token_hash}
    user = await accounts.save(
        connection, held.id, email_change=wanted, email_change_sent_at=datetime.now(UTC),
        email_change_confirm_status=0, **columns,
    )  # fmt: skip
    return Kind.EMAIL_CHANGE, code, user


async def _invited(connection: Connection, new: NewUser) -> User:
    user = await _unconfirmed(connection, await accounts.by_email(connection, new.email), new)
    return await accounts.save(connection, user.id, invited_at=datetime.now(UTC))


async def _unconfirmed(connection: Connection, held: User | None, new: NewUser) -> User:
    """Somebody who has still to answer. Raises AuthError for who has done so."""
    if held is None:
        return await accounts.create(connection, new)
    if held.email_confirmed_at is not None:
        raise email_exists()
    data = rules.merged(held.raw_user_meta_data, new.data)
    return await accounts.save(connection, held.id, raw_user_meta_data=data)
