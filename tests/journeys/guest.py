"""A signed-in client without a screen, over the real remote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.journeys.local import PASSWORD, LocalServer

from supachat.assemble import Desk, connect, open_client
from supachat.cli.headless import Headless
from supachat.client import Client
from supachat.domain.entering import Password
from supachat.domain.model import Delivery, Message, Presence, ThreadKey
from supachat.settings import Settings, Workspace, places

LIMIT = 30.0
"""Seconds that anything may take before a journey fails."""


class Guest:
    """`watch` holds the open thread's items, `client` is the real one."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.watch = Headless(client)

    async def writes_to(self, handle: str, source: str = "direct") -> ThreadKey:
        """The thread with that person, opened."""
        key = await self.client.desk.start_thread(source, handle)
        self.client.open(key)
        return key

    def messages(self) -> list[Message]:
        return self.watch.messages()

    def bodies(self) -> list[str]:
        return [message.raw for message in self.messages()]

    async def sees(self, *bodies: str) -> None:
        """The open thread ends with these."""
        await self.watch.until(lambda: self.bodies()[-len(bodies) :] == list(bodies) or None, LIMIT)

    async def sees_typing(self, thread: ThreadKey, handle: str) -> None:
        await self.watch.until(
            lambda: [one.key.id for one in self.client.typing(thread)] == [handle] or None, LIMIT
        )

    async def sees_presence(self, handle: str, presence: Presence, source: str = "direct") -> None:
        await self.watch.until(lambda: self.client.presence(source, handle) is presence or None, LIMIT)

    async def all_sent(self) -> None:
        """Known to the client, and to the screen, which hears of it with the next batch."""
        waiting = (Delivery.QUEUED, Delivery.SENDING)

        def sent() -> bool:
            shown = any(each.delivery in waiting for each in self.messages())
            return self.client.unsent() == (0, 0) and not shown

        await self.watch.until(lambda: sent() or None, LIMIT)


@asynccontextmanager
async def guest(
    server: LocalServer,
    name: str,
    folder: Path,
    *,
    kept: bool,
    dialects: tuple[str, ...] = ("direct",),
) -> AsyncIterator[Guest]:
    """Signed in and listed. With `kept` its cache is in `folder` and found again the next time."""
    desk = Desk(places({"SUPACHAT_HOME": str(folder / name)}), Settings(), "memory", {})
    workspace = Workspace(name, server.url, server.key, dialects)
    came = Guest(open_client(desk, workspace, kept=kept))
    await came.client.start()
    pump = asyncio.create_task(came.watch.pump())
    try:
        proof = Password(f"{name}@example.org", PASSWORD)
        await connect(came.client, desk, workspace, lambda remote: remote.enter(proof))
        await came.watch.signed_in()
        await came.watch.listed_threads()
        yield came
    finally:
        await came.client.close()
        await asyncio.wait_for(pump, 30)
