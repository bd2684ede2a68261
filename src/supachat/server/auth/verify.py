"""Codes and links that come back: typed into a program, sent by one, or opened in a browser.

Must never take a code twice, and never lead anywhere that `redirects` does not allow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from supachat.server.auth import accounts, codes, pkce, redirects, rules, sessions
from supachat.server.auth.accounts import Connection, as_gotrue
from supachat.server.auth.codes import Found, Kind
from supachat.server.auth.errors import AuthError, email_exists, invalid
from supachat.server.auth.people import User, check_banned
from supachat.server.auth.service import Service, count

HALF_DONE = "Confirmation link accepted. Please proceed to confirm link sent to the other email"
_DONE = {
    Kind.SIGNUP: "Your address is confirmed. You can sign in now.",
    Kind.INVITE: "Your address is confirmed. You can sign in now.",
    Kind.EMAIL_CHANGE: "Your address is changed. Sign in with the new one from now on.",
}
_PHONE = re.compile(r"[1-9][0-9]{1,14}")
_NOWHERE = "This link was asked for without a page to lead to. Type the code of the same letter instead."


@dataclass(frozen=True)
class Shown:
    """What somebody shows: the type, the forms in which its code may be kept, and whether it is a link."""

    kind: str
    hashes: Sequence[str]
    link: bool
    whom: str = ""


async def post(service: Service, request: Request) -> Response:
    """A code with its address, or the hash from a link: answers with a session."""
    context = service.context
    shown = _shown(rules.parse(await request.body()), context.keys.jwt_secret)
    if shown.whom:
        count(service.tries, shown.whom)
        count(service.guesses, shown.whom)
    async with as_gotrue(context) as connection:
        _, user = await _redeemed(service, connection, shown)
        if user is None:
            return JSONResponse({"msg": HALF_DONE, "code": "200"})
        return JSONResponse(await sessions.admitted(context, connection, user, request, "otp"))


async def follow(service: Service, request: Request) -> Response:
    """A link, opened in a browser: leads to a page that gets the session, or says what was done."""
    query = request.query_params
    token, where = query.get("token", ""), service.redirect_to(request)
    is_pkce = token.startswith(codes.PKCE)
    codes.check_kind(query.get("type", ""))
    if not token or "\0" in token:  # PostgreSQL cannot be asked for that character
        raise invalid("Verify requires a token or a token hash")
    shown = Shown(query["type"], (token,), link=True)
    try:
        if not where:
            return PlainTextResponse(await _without_page(service, shown) + "\n")
        return RedirectResponse(await _with_page(service, request, shown, where, is_pkce=is_pkce), 303)
    except AuthError as error:
        if not where:
            raise
        return RedirectResponse(redirects.with_error(where, error, pkce=is_pkce), 303)


async def _with_page(service: Service, request: Request, shown: Shown, where: str, *, is_pkce: bool) -> str:
    context = service.context
    async with as_gotrue(context) as connection:
        found, user = await _redeemed(service, connection, shown)
        if user is None:
            return redirects.with_message(where, HALF_DONE, pkce=is_pkce)
        if is_pkce:
            return redirects.with_code(where, await pkce.auth_code(connection, user.id, found.kind.method))
        grant = await sessions.admitted(context, connection, user, request, "otp")
        return redirects.with_session(where, grant, found.kind)


async def _without_page(service: Service, shown: Shown) -> str:
    """What a link does that has no page to lead to: nobody could take a session, so it keeps its code."""
    if shown.kind not in _DONE:
        return _NOWHERE
    async with as_gotrue(service.context) as connection:
        found, user = await _redeemed(service, connection, shown)
        return HALF_DONE if user is None else _DONE[found.kind]


def _shown(body: dict[str, Any], secret: str) -> Shown:
    """What a body shows; `secret` is what codes are kept with. Raises AuthError."""
    kind, token, token_hash = (rules.text(body, name) for name in ("type", "token", "token_hash"))
    if phone := rules.text(body, "phone"):
        raise _no_code_for(phone)
    if kind in ("sms", "phone_change"):
        raise _no_receiver()
    codes.check_kind(kind)
    if bool(token) == bool(token_hash):
        raise invalid("Verify requires either a token or a token hash")
    if token_hash:
        if rules.text(body, "email") or rules.text(body, "redirect_to"):
            raise invalid("Only the token_hash and type should be provided")
        return Shown(kind, (token_hash,), link=True)
    if not rules.text(body, "email"):
        raise _no_receiver()
    email = rules.email_of(body)
    return Shown(kind, codes.hashes_of(email, token.strip(), secret), link=False, whom=email)


def _no_receiver() -> AuthError:
    return invalid("Only an email address or phone number should be provided on verify")


def _no_code_for(phone: str) -> AuthError:
    """Nobody is sent a code by phone here, so none is ever right."""
    if not _PHONE.fullmatch(phone.replace("+", "").replace(" ", "")):
        return invalid("Invalid phone number format (E.164 required)")
    return codes.expired(link=False)


async def _redeemed(service: Service, connection: Connection, shown: Shown) -> tuple[Found, User | None]:
    """Spends the code: whose it was, and that user as it is now; None while the other address lacks."""
    life = service.context.limits.code_life
    found = await codes.find(connection, shown.kind, shown.hashes, life)
    if found is None:
        raise codes.expired(link=shown.link)
    check_banned(found.user, datetime.now(UTC))
    if found.kind is not Kind.EMAIL_CHANGE:
        return found, await _proved(connection, found.user)
    try:
        return found, await _changed(service, connection, found)
    except psycopg.errors.UniqueViolation as error:
        raise email_exists() from error


async def _proved(connection: Connection, user: User) -> User:
    if user.email_confirmed_at is None:
        return await accounts.confirm(connection, user)
    return await accounts.save(connection, user.id, confirmation_token="", recovery_token="")


async def _changed(service: Service, connection: Connection, found: Found) -> User | None:
    """The user with the new address; None where this was the first of the two that must agree."""
    user = found.user
    if service.context.confirm_email and user.email and user.email_change_confirm_status == 0:
        await accounts.save(connection, user.id, email_change_confirm_status=1, **{found.column: ""})
        return None
    return await accounts.set_email(connection, user, user.email_change, verified=True)
