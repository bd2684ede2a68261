"""GoTrue over HTTP, mounted at /auth/v1: sign-up, tokens, the user, sign-out, confirmation.

Must never answer differently for an address that has an account and one that has not, where a hosted
project does not, and never log what it is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import psycopg
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from supachat.server.auth import about, door, self_service
from supachat.server.auth.errors import AuthError
from supachat.server.context import Context

Handler = Callable[[Context, Request], Awaitable[Response]]


def routes(context: Context) -> list[BaseRoute]:
    """The routes below /auth/v1."""
    table: list[tuple[str, str, Handler]] = [
        ("POST", "/signup", door.signup),
        ("POST", "/token", door.token),
        ("GET", "/verify", door.follow_link),
        ("POST", "/verify", door.verify_link),
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
