"""GoTrue over HTTP, mounted at /auth/v1: sign-up, tokens, the user, sign-out, confirmation.

Must never answer differently for an address that has an account and one that has not, where a hosted
project does not, and never log what it is sent.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import psycopg
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from supachat.server.auth import about, door, self_service
from supachat.server.auth.errors import AuthError
from supachat.server.auth.throttle import Throttle
from supachat.server.context import Context

Handler = Callable[[Context, Request], Awaitable[Response]]


def routes(context: Context) -> list[BaseRoute]:
    """The routes below /auth/v1."""
    knocks = Throttle(context.limits.sign_ins_per_minute)
    table: list[tuple[str, str, Handler]] = [
        ("POST", "/signup", _counted(knocks, door.signup)),
        ("POST", "/token", _counted(knocks, door.token)),
        ("GET", "/verify", _counted(knocks, door.follow_link)),
        ("POST", "/verify", _counted(knocks, door.verify_link)),
        ("GET", "/user", self_service.show),
        ("PUT", "/user", self_service.change),
        ("POST", "/logout", self_service.logout),
        ("GET", "/settings", about.settings),
        ("GET", "/health", about.health),
        ("GET", "/.well-known/jwks.json", about.jwks),
    ]
    made: list[BaseRoute] = [
        Route(path, _answering(context, handler), methods=[method]) for method, path, handler in table
    ]
    made.append(
        Route("/{path:path}", _answering(context, about.unknown), methods=["GET", "POST", "PUT", "DELETE"])
    )
    return made


def _counted(knocks: Throttle, handler: Handler) -> Handler:
    """`handler` for an address that has not knocked too often: each try costs a hash."""

    async def answer(context: Context, request: Request) -> Response:
        address = request.client.host if request.client else ""
        if not knocks.admits(address, time.monotonic()):
            raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")
        return await handler(context, request)

    return answer


def _answering(context: Context, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await handler(context, request)
        except AuthError as error:
            return error.response()
        except (PoolTimeout, psycopg.OperationalError):
            return AuthError(
                503, "unexpected_failure", "The database does not answer; try again"
            ).response()

    return answer
