"""What can keep the local server from running, in words for the person who started it.

Must never carry a password, a token or a key: its text is printed.
"""

from __future__ import annotations


class ServerTrouble(Exception):
    """The local server cannot go on. The message says what happened, what is safe and what to do."""


class AlreadyRunning(ServerTrouble):
    """Another process serves this data folder; `url` is empty while it is still starting."""

    def __init__(self, url: str, pid: int) -> None:
        where = url or "(still starting)"
        super().__init__(
            f"a server already runs on this data folder: {where}, pid {pid}. Use it, or stop it first."
        )
        self.url = url
        self.pid = pid


class PortTaken(ServerTrouble):
    """Something else listens on the port that was asked for."""


class MigrationFailed(ServerTrouble):
    """A statement of a migration was refused. Nothing of that file was kept."""
