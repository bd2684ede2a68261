"""A client without a screen: its changes applied to a plain list, and waiting for what a command needs.

Nothing is written to disk unless asked, so that a shell command moves neither the open thread nor the
drafts of a running app.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from supachat.assemble import Desk, connect, open_client
from supachat.assemble.on_disk import Known
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.errors import NotFound, SessionEnded, SupachatError, Unreachable
from supachat.domain.events import Edge
from supachat.domain.health import LinkState
from supachat.domain.model import Item, Message, ThreadKey
from supachat.domain.text import Safe
from supachat.settings import Workspace

T = TypeVar("T")

STDOUT = 1
PATIENCE = 20.0
"""Seconds to wait for the server before giving up."""
SOON = 4.0
"""Seconds after which a command that can tell something without the server does."""


class Headless:
    """`items` are those of `thread`, the open one, oldest first."""

    def __init__(self, client: Client, *, ways_in: bool = True) -> None:
        """`ways_in` is False where a backend hands out the sign-in: then its own words are all there is."""
        self.client = client
        self._cure = "Run supachat login" if ways_in else ""
        self.thread: ThreadKey | None = None
        self.items: list[Item] = []
        self.edge = Edge.LOADING
        self.edge_reason = Safe("")
        self.listed = 0
        """How often the list was told since the sign-in."""
        self.lost: Safe | None = None
        """Why there is no session."""
        self.unread = False
        """Whoever read our output has gone."""
        self._news = asyncio.Event()

    async def pump(self) -> None:
        """Apply changes until the client closes."""
        async for batch in self.client.changes():
            for change in batch:
                self._apply(change)
            self._news.set()

    def _apply(self, change: ev.Change) -> None:
        match change:
            case ev.Vacated():
                self.thread, self.items = None, []
            case ev.TimelineReset(thread, items):
                self.thread, self.items = thread, list(items)
            case ev.TimelineSpliced(_, start, removed, inserted):
                self.items[start : start + removed] = inserted
            case ev.EdgeChanged(_, edge, reason):
                self.edge, self.edge_reason = edge, reason
            case ev.AccountChanged(account, reason):
                self.lost = None if account else reason
                self.listed = 0  # what was told before may be applied only now
            case ev.Notice(title, details, grade) if grade != "info":
                print(f"supachat: {title}: {details}" if details else f"supachat: {title}", file=sys.stderr)
            case ev.ThreadsChanged():
                self.listed += self.client.online
            case _:
                pass

    def watch_reader(self) -> None:
        """Notice that the reader of our pipe goes, before the next line is written: it may never come.

        The end of a pipe that is written to is never readable until then (asyncio's own pipes use that).
        """
        with contextlib.suppress(OSError):  # closed from the start: nobody will go
            if stat.S_ISFIFO(os.fstat(STDOUT).st_mode):
                asyncio.get_running_loop().add_reader(STDOUT, self._lose_reader)

    def _lose_reader(self) -> None:
        asyncio.get_running_loop().remove_reader(STDOUT)
        self.unread = True
        self._news.set()

    async def turn(self) -> None:
        """Wait for the next changes."""
        await self._news.wait()
        self._news.clear()

    async def until(self, ready: Callable[[], T | None], seconds: float = PATIENCE) -> T:
        """What `ready` answers, once that is not None. Raises `Unreachable` with the link's own reason."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (value := ready()) is None:
            try:
                await asyncio.wait_for(self.turn(), max(0.0, end - loop.time()))
            except TimeoutError:
                reason = self.client.health.link.reason or self.client.health.last_error or "no answer"
                raise Unreachable(f"The server was not reached: {reason}", cure="Try again") from None
        return value

    async def signed_in(self, seconds: float = PATIENCE) -> None:
        """Raises `SessionEnded` where there is no session, `Unreachable` where the server is not."""

        def known() -> bool | None:
            if self.lost is not None:
                raise SessionEnded(str(self.lost) or "You are not signed in", cure=self._cure)
            if self.client.health.link.state is LinkState.ERROR:
                raise SupachatError(str(self.client.health.link.reason))
            return self.client.online or None

        await self.until(known, seconds)

    async def signed_in_or(self, known: Known | None) -> Known | None:
        """None once signed in. Where the server is not there soon, `known` is to be told in its place, and
        the person hears so. Raises as `signed_in` does."""
        try:
            await self.signed_in(SOON if known is not None else PATIENCE)
        except SessionEnded:
            raise
        except SupachatError as error:
            if known is None:
                raise
            print(f"supachat: {error.message}. This is what this computer knew last.", file=sys.stderr)
            return known
        return None

    async def listed_threads(self) -> None:
        """The thread list of every source has come from the server."""
        wanted = max(1, len(self.client.sources))
        await self.until(lambda: True if self.listed >= wanted else None)

    def messages(self) -> list[Message]:
        return [item for item in self.items if isinstance(item, Message)]


@asynccontextmanager
async def headless(desk: Desk, workspace: Workspace, *, kept: bool = False) -> AsyncIterator[Headless]:
    """A client that is on its way to the server, closed at the end."""
    session = Headless(open_client(desk, workspace, kept=kept), ways_in=workspace.auth is None)
    await session.client.start()
    tasks = [
        asyncio.create_task(session.pump()),
        asyncio.create_task(connect(session.client, desk, workspace)),
    ]
    try:
        yield session
    finally:
        await session.client.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def need_workspace(desk: Desk, name: str | None) -> Workspace:
    """Raises `NotFound` where nothing is set up."""
    workspace = desk.workspace(name)
    if workspace is None:
        raise NotFound(
            "No workspace is set up yet", cure="Run supachat login --url URL --key KEY --email E"
        )
    return workspace
