"""What a signed-in person may do with the own account: look, change, sign out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth import accounts, passwords, rules, sessions
from supachat.server.auth.accounts import as_gotrue
from supachat.server.auth.bearer import claims_of, whose
from supachat.server.auth.errors import AuthError, invalid
from supachat.server.context import Context


async def show(context: Context, request: Request) -> Response:
    """Who am I."""
    claims = claims_of(context, request)
    async with as_gotrue(context) as connection:
        user, _ = await whose(connection, claims)
        return JSONResponse(rules.user_json(user, await accounts.identities(connection, user.id)))


async def change(context: Context, request: Request) -> Response:
    """New metadata, a new password, a new address. A new password ends the other sessions."""
    claims = claims_of(context, request)
    body = rules.parse(await request.body())
    password, data = rules.text(body, "password"), rules.mapping(body, "data")
    email = rules.email_of(body) if rules.text(body, "email") else ""
    if email and context.confirm_email:
        raise invalid("The local server cannot confirm a changed address")
    async with as_gotrue(context) as connection:
        user, session = await whose(connection, claims)
        if email and email != user.email and await accounts.by_email(connection, email):
            raise AuthError(
                422, "email_exists", "A user with this email address has already been registered"
            )
    secret = await _new_secret(context, password, user.encrypted_password) if password else ""
    async with as_gotrue(context) as connection:
        merged = rules.merged(user.raw_user_meta_data, data) if data else None
        user = await accounts.change(connection, user, data=merged, password_hash=secret, email=email)
        if password:
            await sessions.end(connection, session, "others")
        return JSONResponse(rules.user_json(user, await accounts.identities(connection, user.id)))


async def logout(context: Context, request: Request) -> Response:
    """Ends this session, the others, or all."""
    claims = claims_of(context, request)
    async with as_gotrue(context) as connection:
        _, session = await whose(connection, claims)
        await sessions.end(connection, session, request.query_params.get("scope") or "global")
    return Response(status_code=204)


async def _new_secret(context: Context, password: str, stored: str) -> str:
    rules.check_password(password, context.limits.password_length)
    if await passwords.matches(password, stored):
        raise AuthError(422, "same_password", "New password should be different from the old password.")
    return await passwords.hashed(password)
