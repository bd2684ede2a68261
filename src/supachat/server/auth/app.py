"""GoTrue over HTTP, mounted at /auth/v1.

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

from supachat.server.auth import about, admin, asking, door, links, self_service, verify
from supachat.server.auth.errors import AuthError, email_exists
from supachat.server.auth.service import Handler, Service, address_of, count, household, service_of
from supachat.server.auth.throttle import Throttle
from supachat.server.context import Context

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def routes(context: Context) -> list[BaseRoute]:
    """The routes below /auth/v1."""
    service = service_of(context)
    table = [*_ways_in(service), *_own_account(), *_administration(), *_public()]
    made: list[BaseRoute] = [
        Route(path, _answering(service, handler), methods=[method]) for method, path, handler in table
    ]
    made.append(Route("/{path:path}", _answering(service, about.unknown), methods=_METHODS))
    return made


def _ways_in(service: Service) -> list[tuple[str, str, Handler]]:
    """Whoever knocks here is counted: each try costs a hash, a letter, or a guess at a code."""
    knocks, codes = service.knocks, service.codes
    return [
        ("POST", "/signup", _counted(knocks, door.signup)),
        ("POST", "/token", _counted(knocks, door.token)),
        ("POST", "/otp", _counted(knocks, asking.otp)),
        ("POST", "/magiclink", _counted(knocks, asking.magic_link)),
        ("POST", "/recover", _counted(knocks, asking.recover)),
        ("POST", "/resend", _counted(knocks, asking.resend)),
        ("GET", "/verify", _counted(codes, verify.follow)),
        ("POST", "/verify", _counted(codes, verify.post)),
    ]


def _own_account() -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/user", self_service.show),
        ("PUT", "/user", self_service.change),
        ("POST", "/logout", self_service.logout),
    ]


def _administration() -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/admin/users", admin.users),
        ("POST", "/admin/users", admin.create),
        ("GET", "/admin/users/{user_id}", admin.show),
        ("PUT", "/admin/users/{user_id}", admin.change),
        ("DELETE", "/admin/users/{user_id}", admin.delete),
        ("POST", "/admin/generate_link", links.generate),
        ("POST", "/invite", links.invite),
    ]


def _public() -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/authorize", about.authorize),
        ("GET", "/callback", about.callback),
        ("GET", "/settings", about.settings),
        ("GET", "/health", about.health),
        ("GET", "/.well-known/jwks.json", about.jwks),
    ]


def _counted(throttle: Throttle, handler: Handler) -> Handler:
    """`handler` for an address that has not knocked too often."""

    async def answer(service: Service, request: Request) -> Response:
        count(throttle, household(address_of(request)))
        return await handler(service, request)

    return answer


def _answering(service: Service, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(status_code=405)  # who only looks at a link must not spend it
        try:
            return await handler(service, request)
        except AuthError as error:
            return error.response()
        except (PoolTimeout, psycopg.OperationalError):
            words = "The database does not answer; try again"
            return AuthError(503, "unexpected_failure", words).response()
        except psycopg.Error as error:
            return _refused(error).response()

    return answer


def _refused(error: psycopg.Error) -> AuthError:
    """What the database would not take: another's address, or something a project's own SQL forbids."""
    if error.diag.constraint_name == "users_email_partial_key":
        return email_exists()
    return AuthError(500, "unexpected_failure", "Database error")
