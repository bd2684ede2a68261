"""The real app on the real client, a scripted project behind it, a clock that stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import TypeVar

from tests.tui.street import NOW
from tests.tui.town import Town
from textual import events
from textual.app import App as TextualApp
from textual.pilot import Pilot

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain.text import Safe, safe_line
from supachat.tui.app import SupachatApp
from supachat.tui.screens.chat import ChatScreen
from supachat.tui.setup_protocol import SetUp, WorkspaceCard

CARD = WorkspaceCard(safe_line("acme"), safe_line("https://acme.supabase.co"))
App = SupachatApp
T = TypeVar("T")


def as_on_disk() -> Files:
    """A cache in memory that passes for a file, as most people's is one."""
    files = Files(None)
    files.kept = True
    return files


def make_app(
    town: Town | None,
    *,
    theme: str = "ink",
    set_up: SetUp | None = None,
    cards: Sequence[WorkspaceCard] = (CARD,),
    cache: Callable[[], Files] = as_on_disk,
    mono: bool = False,
    keys: str = "chat",
    monotonic: Callable[[], float] = time.monotonic,
) -> SupachatApp:
    """An app whose workspace is `town`; with None there is no workspace yet, until one is saved."""
    the_town = town

    def open_workspace(name: str | None) -> Client | None:
        nonlocal the_town
        if the_town is None and name is None:
            return None
        the_town = the_town or Town(signed_in=False)
        return Client(Safe(name or "acme"), cache(), wall=NOW.timestamp, monotonic=monotonic)

    async def connect(client: Client) -> None:
        assert the_town is not None
        client.attach(the_town)

    app = SupachatApp(
        open_workspace=open_workspace,
        connect=connect,
        workspaces=lambda: cards,
        set_up=set_up,
        theme=theme,
        glyphs="unicode",
        keys=keys,
        zone=UTC,
        wall=NOW.timestamp,
        monotonic=monotonic,
    )
    app.no_color = mono
    app.animation_level = "none"
    return app


@asynccontextmanager
async def running(app: SupachatApp, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot[int]]:
    """The app, up and settled."""
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


def burst(app: TextualApp[int], *keys: str) -> None:
    """Keys as a slow line brings them: all at once, before any of them was dealt with."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else "\r" if key == "enter" else None))


async def settled(pilot: Pilot[int]) -> None:
    """Nothing more to do in the client or on the screen, for now."""
    for _ in range(6):
        await pilot.pause()
        await asyncio.sleep(0.01)
    await pilot.pause()


async def until(pilot: Pilot[int], condition: Callable[[], T], limit: float = 30.0) -> T:
    """What `condition` answers once it is true; fails after `limit` seconds."""
    deadline = asyncio.get_running_loop().time() + limit
    while not (answer := condition()):
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain:\n{screen_text(pilot.app)}"
        await pilot.pause(0.01)
    return answer


def screen_text(app: object) -> str:
    """What stands on the screen, row by row."""
    assert isinstance(app, SupachatApp)
    width, height = app.size
    console_rows = app.screen._compositor.render_strips()
    return "\n".join(
        "".join(segment.text for segment in strip)[:width].rstrip() for strip in console_rows[:height]
    )


def chat(app: object) -> ChatScreen:
    """The chat screen, wherever in the stack it is."""
    assert isinstance(app, SupachatApp)
    return next(screen for screen in app.screen_stack if isinstance(screen, ChatScreen))


def row(app: object, words: str) -> str:
    """The first row of the screen in which the words stand; empty where there is none."""
    return next((each for each in screen_text(app).splitlines() if words in each), "")
