"""What every handler of GoTrue is handed: the project, its post office, and who knocks how often."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from supachat.server.auth import redirects
from supachat.server.auth.errors import AuthError
from supachat.server.auth.post import Post
from supachat.server.auth.throttle import Throttle
from supachat.server.context import Context


@dataclass(frozen=True)
class Service:
    """One project's GoTrue. Each throttle counts addresses, `tries` counts accounts."""

    context: Context
    post: Post
    knocks: Throttle
    codes: Throttle
    strangers: Throttle
    tries: Throttle

    def redirect_to(self, request: Request, given: str = "") -> str:
        """Where the link of this request's mail leads in the end; empty for nowhere."""
        wanted = given or request.headers.get("redirect_to") or request.query_params.get("redirect_to", "")
        return redirects.target(wanted, request.headers.get("referer", ""), self.context.site_url)


Handler: TypeAlias = Callable[[Service, Request], Awaitable[Response]]


def service_of(context: Context) -> Service:
    """The GoTrue of `context`, with nobody counted yet."""
    limits = context.limits
    return Service(
        context=context,
        post=Post(context),
        knocks=Throttle(limits.sign_ins_per_minute),
        codes=Throttle(limits.codes_per_five_minutes, 300.0),
        strangers=Throttle(limits.anonymous_per_hour, 3600.0),
        tries=Throttle(limits.sign_ins_per_account),
    )


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def count(throttle: Throttle, who: str) -> None:
    """Counts one try of `who`. Raises AuthError 429 when that is one too many."""
    if not throttle.admits(who, time.monotonic()):
        raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")


def forgive(throttle: Throttle, who: str) -> None:
    """The try that was counted last was a rightful one."""
    throttle.give_back(who, time.monotonic())
