"""One of two terminals on one account, as the program assembles it: session and cache are on disk, shared.

`python -m tests.journeys.terminal_child HOME URL KEY OTHER TAG`. Opens the thread with OTHER and writes
there until it is told to stop, `TAG 0`, `TAG 1` and so on. Answers each line that it reads in one line of
JSON:

    ?      how many it has written, how many access tokens it has had, why there is no session any more
    .      the same, and it writes no more
    table  the same; first it waits until its screen shows this table, a list of [id, text]
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.journeys.flowing import PACE
from tests.journeys.guest import Guest
from tests.journeys.storm import all_sent, whole

from supachat.assemble import Desk
from supachat.cli.headless import headless
from supachat.domain.model import ThreadKey
from supachat.remote.project import Project
from supachat.settings import Settings, Workspace, places


def desk_of(home: Path) -> Desk:
    """Both terminals', and the test's that lays the session there."""
    return Desk(places({"SUPACHAT_HOME": str(home)}), Settings(), "file", {})


def workspace_of(url: str, key: str) -> Workspace:
    return Workspace("shared", url, key, ("direct",))


class Terminal:
    def __init__(self, guest: Guest, thread: ThreadKey, tag: str) -> None:
        self._guest, self._thread, self._tag = guest, thread, tag
        self._written = 0
        self._tokens: set[str] = set()

    async def writes(self) -> None:
        """Until it is cancelled."""
        while True:
            self._guest.client.send(self._thread, f"{self._tag} {self._written}")
            self._written += 1
            self._looks()
            await asyncio.sleep(PACE)

    def _looks(self) -> None:
        project = self._guest.client._run.need_remote()
        assert isinstance(project, Project)
        if (tokens := project._keeper._tokens) is not None:
            self._tokens.add(tokens.access)

    async def shows(self, table: list[list[str]]) -> None:
        wanted = [(id_, body) for id_, body in table]
        if (shown := await whole(self._guest, wanted)) != wanted:
            raise AssertionError(f"this screen shows {set(shown) ^ set(wanted)} more or less")

    def tells(self) -> str:
        lost = self._guest.watch.lost
        return json.dumps({"written": self._written, "tokens": len(self._tokens), "lost": lost})


async def main(home: str, url: str, key: str, other: str, tag: str) -> None:
    desk, workspace = desk_of(Path(home)), workspace_of(url, key)
    async with headless(desk, workspace, kept=True) as session:
        await session.signed_in()
        await session.listed_threads()
        guest = Guest(session.client)
        guest.watch = session
        terminal = Terminal(guest, await guest.writes_to(other), tag)
        writing = asyncio.create_task(terminal.writes())
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == ".":
                writing.cancel()
                await all_sent([guest])
            elif line != "?":
                await terminal.shows(json.loads(line))
            print(terminal.tells(), flush=True)  # noqa: T201  this is its protocol


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
