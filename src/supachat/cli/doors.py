"""What the app may ask for: workspaces to open and the settings they stand in.

Must never import the network's libraries before the first frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from supachat.assemble import Desk, connect, open_client
from supachat.client import Client
from supachat.domain.text import safe_line
from supachat.settings import Workspace

if TYPE_CHECKING:
    from supachat.tui.setup_protocol import WorkspaceCard


class Doors:
    """Opens workspaces for the app and remembers which client belongs to which."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._made: dict[Client, Workspace] = {}
        self._reading: asyncio.Task[None] | None = None

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

    def opened(self) -> Iterable[Client]:
        """Every client that was made."""
        return self._made

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
        if self._reading is None:
            from supachat.cli.whole import read_on  # late: not before the first frame

            self._reading = asyncio.create_task(read_on())
