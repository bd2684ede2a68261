"""Coming in: the server is awaited, its past written if it has none, and one signs oneself in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from supachat.assemble import Desk, connect, open_client
from supachat.client import Client
from supachat.demo.cast import PRESENT, Character, shown, thread_id
from supachat.demo.house import House
from supachat.dialects import catalog
from supachat.domain.entering import Password
from supachat.domain.errors import Retryable, ServerTrouble, SupachatError
from supachat.domain.model import ThreadKey
from supachat.domain.text import safe_line
from supachat.settings import Settings, Workspace, places

if TYPE_CHECKING:
    from supachat.remote.project import Project

PATIENCE = 60.0
"""Seconds that a first start may take on a slow machine."""


class Door:
    """One character's way in. `trouble` says why the server cannot start, empty while it may."""

    def __init__(
        self,
        house: House,
        url: str,
        who: Character,
        trouble: Callable[[], str] = lambda: "",
        sources: tuple[str, ...] | None = None,
    ) -> None:
        """`sources`: where they are to be met, all that there are where None."""
        self._house, self._url, self._who, self._trouble = house, url, who, trouble
        self._sources = shown(catalog.names()) if sources is None else sources
        own = places({"SUPACHAT_HOME": str(house.folder / who.handle)})
        self._desk = Desk(own, Settings(), "memory", {})

    @property
    def first(self) -> ThreadKey:
        """The thread with which a new demo opens: with who greets first."""
        return ThreadKey("direct", thread_id(self._who, PRESENT[0]))

    def client(self, *, kept: bool) -> Client:
        """At once, from what an earlier run left."""
        return open_client(self._desk, self._workspace(""), kept=kept)

    async def connect(self, client: Client) -> None:
        """Sign in and go live. Trouble is told on the client's badge."""
        try:
            if not self._house.keys.exists():
                await self._ready()
            key = str(json.loads(self._house.keys.read_text(encoding="utf-8"))["publishable_key"])
        except SupachatError as error:
            client.unreachable(safe_line(str(error)))
        else:
            await connect(client, self._desk, self._workspace(key), self._enter)

    def _workspace(self, key: str) -> Workspace:
        return Workspace("demo", self._url, key, self._sources)

    async def _enter(self, remote: Project) -> None:
        """Raises `SupachatError`."""
        from supachat.demo.seed import seed

        passwords = self._house.passwords()
        while True:
            await self._ready()
            await asyncio.to_thread(seed, self._house.keys, passwords)
            try:
                await remote.enter(Password(self._who.email, passwords[self._who.handle]))
            except Retryable:
                continue  # the server went away in between: somebody is trying the demo's best trick
            return

    async def _ready(self) -> None:
        """Wait until the server answers. Raises `ServerTrouble` with what it said if it cannot start."""
        port = int(self._url.rpartition(":")[2])
        end = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < end:
            if words := self._trouble():
                raise ServerTrouble(f"The demo's server cannot start: {words}", cure="Try --fresh")
            if await _answers(port):
                return
            await asyncio.sleep(0.05)
        raise ServerTrouble("The demo's server did not start within a minute", cure="Try --fresh")


async def _answers(port: int) -> bool:
    """Whether a server on this machine says that it is well."""
    try:
        async with asyncio.timeout(2.0):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                line = await reader.readline()
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in line
