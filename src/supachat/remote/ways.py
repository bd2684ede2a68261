"""Which ways in a project offers, from its sign-in server's settings."""

from __future__ import annotations

import re

import httpx

from supachat.domain.entering import Ways
from supachat.domain.errors import ServerTrouble
from supachat.remote.address import Address
from supachat.remote.refusals import network

_NO_PROVIDERS = frozenset({"email", "phone", "anonymous_users"})


async def ask_ways(http: httpx.AsyncClient, address: Address) -> Ways:
    """Raises `Unreachable` and `ServerTrouble`."""
    try:
        answer = await http.get(f"{address.url}/auth/v1/settings", headers={"apikey": address.key})
        settings = answer.json() if answer.status_code == 200 else None
    except httpx.HTTPError as error:
        raise network(error) from error
    except (ValueError, RecursionError) as error:
        raise ServerTrouble("the sign-in server gave an answer that cannot be read") from error
    return ways_in(settings)


def ways_in(settings: object) -> Ways:
    """What the settings say. Pure. What they do not say is taken as they come without a word: a
    password, a code, new accounts."""
    if not isinstance(settings, dict):
        raise ServerTrouble("the sign-in server does not say how it lets people in")
    external = settings.get("external")
    doors = external if isinstance(external, dict) else {}
    mail = doors.get("email") is not False
    providers = (
        name
        for name, is_open in doors.items()
        if is_open is True and name not in _NO_PROVIDERS and re.fullmatch(r"[a-z0-9_:.-]{1,40}", name)
    )
    return Ways(
        password=mail,
        sign_up=mail and settings.get("disable_signup") is not True,
        code=mail,
        anonymous=doors.get("anonymous_users") is True and settings.get("disable_signup") is not True,
        providers=tuple(sorted(providers)),
    )
