"""Reading a connection's inbox."""

from __future__ import annotations

import asyncio

from supachat.remote.connection import Connection
from supachat.remote.frames import Beaten, Heard


def heard(link: Connection, *, beats: bool = False) -> list[Heard]:
    """What is in the inbox now, heartbeats left out."""
    found = []
    while not link.inbox.empty():
        item = link.inbox.get_nowait()
        if beats or not isinstance(item, Beaten):
            found.append(item)
    return found


async def hears(link: Connection, kind: type[Heard]) -> Heard:
    """The next of this kind, within five seconds; heartbeats come in for ever."""
    async with asyncio.timeout(30):
        while True:
            item = await link.inbox.get()
            if isinstance(item, kind):
                return item
