"""`supachat` alone: the screen, on the workspace that is meant or on the first-run page.

Must never import the network's libraries before the first frame.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from supachat.assemble import Desk, connect, desk, open_client
from supachat.cli.mishap import crashed
from supachat.client import Client
from supachat.domain.text import safe_line
from supachat.settings import Workspace

if TYPE_CHECKING:
    from supachat.cli.set_up import FirstRun
    from supachat.tui.setup_protocol import WorkspaceCard

NO_TERMINAL = "supachat: this needs a terminal. From a script use supachat send, tail or threads"


def has_terminal() -> bool:
    """Says so on stderr where there is none."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return True
    print(NO_TERMINAL, file=sys.stderr)
    return False


def run_app(workspace: str | None, vault: str | None) -> int:
    """Show the app until it ends; its exit code. 2 where there is no terminal."""
    if not has_terminal():
        return 2
    from supachat.tui.app import SupachatApp

    doors = Doors(desk(vault))
    first = doors.first_run(workspace)
    app = SupachatApp(
        open_workspace=doors.open,
        connect=doors.connect,
        workspaces=doors.cards,
        set_up=first,
        workspace=workspace,
        theme=doors.desk.settings.theme,
        glyphs=doors.desk.settings.glyphs,
        keys=doors.desk.settings.keys,
        reduce_motion=doors.desk.settings.reduce_motion,
        keep_theme=doors.keep_theme,
        crashed=crashed,
    )
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # the usual one: fifty looks before the first frame, 10 ms
    gc.enable()
    app.run()
    code = app.return_code or 0
    if first is not None and first.wants_demo:
        from supachat.cli.demo import run_demo

        return run_demo(fresh=False)
    return code


class Doors:
    """Opens workspaces for the app and remembers which client belongs to which."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._made: dict[Client, Workspace] = {}

    def open(self, name: str | None) -> Client | None:
        """A client that is not started; None where no workspace is set up. Raises `SupachatError`."""
        if self._made:  # the settings may have been written to since the first one
            self.desk = self.desk.reread()
        workspace = self.desk.workspace(name)
        if workspace is None:
            return None
        client = open_client(self.desk, workspace)
        self._made[client] = workspace
        return client

    def first_run(self, name: str | None) -> FirstRun | None:
        """The first-run page's answers, where that page will be shown. Raises as `open` does."""
        if self.desk.workspace(name) is not None:
            return None
        from supachat.cli.set_up import FirstRun

        return FirstRun(self)

    def cards(self) -> list[WorkspaceCard]:
        """Every workspace, as the app names it."""
        from supachat.tui.setup_protocol import WorkspaceCard  # late: not before the first frame

        each = self.desk.settings.workspaces.values()
        return [WorkspaceCard(safe_line(one.name), safe_line(one.url)) for one in each]

    def keep_theme(self, name: str) -> None:
        from supachat.settings.edit import keep_choice

        keep_choice(self.desk.places.settings, "theme", name)

    async def connect(self, client: Client) -> None:
        await connect(client, self.desk, self._made[client])
