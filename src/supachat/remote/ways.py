"""Which ways in a project offers, from its sign-in server's settings."""

from __future__ import annotations

import re
from typing import Any

import httpx

from supachat.domain.entering import Ways
from supachat.domain.errors import ServerTrouble
from supachat.remote.address import Address
from supachat.remote.refusals import network

_NO_PROVIDERS = frozenset({"email", "phone", "anonymous_users"})


async def ask_ways(http: httpx.AsyncClient, address: Address) -> Ways:
    """Raises `Unreachable` and `ServerTrouble`."""
    answer = await ask_settings(http, address)
    return ways_in(json_object(answer) if answer.status_code == 200 else None)


async def ask_settings(http: httpx.AsyncClient, address: Address) -> httpx.Response:
    """Whatever answers there. Raises `Unreachable` and `ServerTrouble`."""
    try:
        return await http.get(f"{address.url}/auth/v1/settings", headers={"apikey": address.key})
    except httpx.HTTPError as error:
        raise network(error) from error


def json_object(answer: httpx.Response) -> dict[str, Any] | None:
    """None for an answer that is none, or cannot be read."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def ways_in(settings: dict[str, Any] | None) -> Ways:
    """What the settings say. Pure. What they do not say is taken as they come without a word: a
    password, a code, new accounts."""
    if settings is None:
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
