"""What every handler of GoTrue is handed: the project, its post office, and who knocks how often."""

from __future__ import annotations

import ipaddress
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
from supachat.server.names import as_address


@dataclass(frozen=True)
class Service:
    """One project's GoTrue. Each throttle counts addresses; `tries` and `guesses`, passwords and codes that
    were typed, count accounts."""

    context: Context
    post: Post
    knocks: Throttle
    codes: Throttle
    strangers: Throttle
    tries: Throttle
    guesses: Throttle

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
        # over a code's whole life: at a password's pace a hundred machines would find one in a day or two
        guesses=Throttle(limits.sign_ins_per_account, max(60.0, limits.code_life)),
    )


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def household(address: str) -> str:
    """Whom to count for `address`: of IPv6 the first 64 bits, since one customer has all of the others."""
    found = as_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return address


def count(throttle: Throttle, who: str) -> None:
    """Counts one try of `who`. Raises AuthError 429 when that is one too many."""
    if not throttle.admits(who, time.monotonic()):
        raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")


def forgive(throttle: Throttle, who: str) -> None:
    """The try that was counted last was a rightful one."""
    throttle.give_back(who, time.monotonic())
