"""`supachat demo`: a server, people in it, and you. The three end together.

What the person's settings say of keys, colours, signs and motion holds here too, since whoever needs them
needs them everywhere. Must never write a setting, nor fail because of one.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from supachat.cli.mishap import crashed
from supachat.cli.streams import draw_on_stdout
from supachat.cli.terminal import has_terminal, say_farewell
from supachat.domain.errors import ServerTrouble, SettingsError
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe

if TYPE_CHECKING:
    from pathlib import Path

    from supachat.client import Client
    from supachat.demo.enter import Door
    from supachat.demo.house import House, Seat
    from supachat.domain.events import Notice
    from supachat.domain.model import ThreadKey
    from supachat.settings import Settings
    from supachat.tui.app import SupachatApp


@click.command()
@click.option("--fresh", is_flag=True, help="Begin anew: forget what was said in it.")
@click.option("--pace", default=1.0, hidden=True, type=click.FloatRange(0.01, 10), help="For tests.")
def demo(fresh: bool, pace: float) -> int:
    """Chat within seconds with people who answer, on your own server.

    Needs no account, touches no setting, and leaves nothing running. A second one joins the first as
    the next person.
    """
    return run_demo(fresh=fresh, pace=pace)


def run_demo(*, fresh: bool, pace: float = 1.0) -> int:
    """Show the demo until it ends; its exit code. 2 where there is no terminal."""
    check_local()
    if not has_terminal():
        return 2
    from supachat.demo.enter import Door
    from supachat.demo.house import House
    from supachat.demo.keeper import Keeper
    from supachat.settings import places

    where = places(os.environ)
    house = House(where.data / "demo")
    if fresh:
        house.wipe()
    house.make()
    seat = house.seat()
    keeper = Keeper(house, house.port(), pace)
    keeper.start()
    try:
        return _show(
            Door(house, keeper.url, seat.character, lambda: keeper.trouble),
            house,
            seat,
            taste(where.settings),
        )
    finally:
        seat.leave()
        keeper.stop()


def check_local() -> None:
    """Raises `ServerTrouble` where the local server cannot run, with the way to add it. The demo's own
    modules load only where it can."""
    from importlib.util import find_spec

    if sys.platform == "win32":
        raise ServerTrouble("The demo needs the local server, which runs on Linux and macOS only")
    needed = ("psycopg", "psycopg_pool", "starlette", "uvicorn", "websockets", "jwt", "bcrypt")
    if any(find_spec(name) is None for name in needed):
        from supachat.cli.serve import ADD_LOCAL

        raise ServerTrouble("The demo needs the local server", cure=ADD_LOCAL)


def taste(file: Path) -> Settings:
    """The person's settings; the usual ones where the file is wrong, which the app says with its line."""
    from supachat.settings import Settings, load

    try:
        return load(file)
    except SettingsError:
        return Settings()


def _show(door: Door, house: House, seat: Seat, settings: Settings) -> int:
    from supachat.tui.app import SupachatApp
    from supachat.tui.setup_protocol import WorkspaceCard

    draw_on_stdout()
    opened: list[Client] = []

    def open_workspace(_: str | None) -> Client:
        opened.append(door.client(kept=True))
        return opened[-1]

    async def connect(client: Client) -> None:
        from supachat.demo.tour import guide, known

        new = client.last_open is None
        await door.connect(client)
        if new and await known(client, door.first):
            _open(app, door.first)
        app.run_worker(
            guide(client, house, seat.character.handle, lambda hint: _tell(app, hint)), group="tour"
        )

    app = SupachatApp(
        open_workspace=open_workspace,
        connect=connect,
        workspaces=lambda: [WorkspaceCard(Safe("demo"), NOTHING)],
        set_up=None,
        theme=settings.theme,
        glyphs=settings.glyphs,
        keys=settings.keys,
        reduce_motion=settings.reduce_motion,
        crashed=crashed,
    )
    app.run()
    say_farewell(opened)
    return app.return_code or 0


def _open(app: SupachatApp, thread: ThreadKey) -> None:
    """The five systems answer in any order: a new demo begins with the one who greets. Who is writing
    already is not taken away from it."""
    from supachat.tui.screens.chat import ChatScreen

    if isinstance(app.screen, ChatScreen) and not app.screen.composer.text:
        app.screen.go(thread)


def _tell(app: SupachatApp, hint: Notice) -> bool:
    """Show a hint where nothing else is being told; whether that was so."""
    from supachat.tui.screens.chat import ChatScreen

    screen = app.screen
    if not isinstance(screen, ChatScreen) or screen.notices.busy:
        return False
    screen.notices.tell(hint)
    return True
