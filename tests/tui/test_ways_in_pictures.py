"""Each way in on the sign-in page, as it looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.tui.entering import ALL, go_to, offering, said, type_in
from tests.tui.harness import make_app, screen_text, settled, until
from textual.pilot import Pilot

from supachat.domain.entering import Ways
from supachat.domain.errors import (
    BadCredentials,
    SignInError,
)
from supachat.domain.text import Safe


async def _mailed(pilot: Pilot[int]) -> None:
    await go_to(pilot, "e-mail code")
    await type_in(pilot, "email", "ana@acme.dev")
    await pilot.press("enter")
    await until(pilot, lambda: "A mail went to" in said(pilot))
    await pilot.press(*"48 31 ")


async def _wrong_code(pilot: Pilot[int]) -> None:
    await _mailed(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: "that code or link is old" in said(pilot))


async def _wrong_password(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: "GitHub" in screen_text(pilot.app))
    await type_in(pilot, "email", "ana@acme.dev")
    await type_in(pilot, "password", "not this one")
    await pilot.press("enter")
    await until(pilot, lambda: "do not match" in said(pilot))


async def _forgot(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: "GitHub" in screen_text(pilot.app))
    await type_in(pilot, "email", "ana@acme.dev")
    await pilot.press("ctrl+r", "enter")
    await until(pilot, lambda: "a mail went there" in said(pilot))


async def _fresh(pilot: Pilot[int]) -> None:
    await _forgot(pilot)
    await type_in(pilot, "code", "483120")
    await pilot.press("enter")
    await until(pilot, lambda: "keep the old one" in screen_text(pilot.app))


async def _keep(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: "GitHub" in screen_text(pilot.app))
    await type_in(pilot, "email", "ana@acme.dev")
    await type_in(pilot, "password", "secret")
    await pilot.press("enter")
    await until(pilot, lambda: "only until I quit" in screen_text(pilot.app))


async def _browser(pilot: Pilot[int]) -> None:
    await go_to(pilot, "GitHub")
    await until(pilot, lambda: "provider=github" in screen_text(pilot.app))


async def _no_name(pilot: Pilot[int]) -> None:
    await go_to(pilot, "no name")


async def _token(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: "api.acme.dev" in screen_text(pilot.app))


STORIES: dict[str, Callable[[Pilot[int]], Awaitable[None]]] = {
    "code": _mailed,
    "wrong-code": _wrong_code,
    "wrong-password": _wrong_password,
    "forgot": _forgot,
    "new-password": _fresh,
    "keep": _keep,
    "browser": _browser,
    "no-name": _no_name,
    "token": _token,
}


@pytest.mark.parametrize("name", STORIES)
def test_picture_of_a_way_in(snap_compare: Callable[..., bool], name: str) -> None:
    town = offering(Ways(False, False, False, outside=Safe("api.acme.dev")) if name == "token" else ALL)
    if name == "keep":
        town.offer = Safe("It can be kept in /home/ana/.local/state/supachat/acme.session, which only "
                          "you can read.")  # fmt: skip
    if name.startswith("wrong"):
        town.sign_in_refused = (
            BadCredentials("that e-mail and password do not match")
            if name == "wrong-password"
            else SignInError("that code or link is old, wrong, or was used already", cure="Send another")
        )

    async def story(pilot: Pilot[int]) -> None:
        await STORIES[name](pilot)
        await settled(pilot)

    assert snap_compare(make_app(town), terminal_size=(80, 24), run_before=story)
