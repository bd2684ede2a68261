"""A storm: clients that write through a fault-making proxy, and what they and the table end with.

Waits of the link are a tenth of the real ones, and the core's clock runs ten times as fast: a storm of a
minute is ten minutes of weather.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import psycopg
from tests.faults.plan import Fault
from tests.faults.proxy import Proxy
from tests.journeys.guest import Guest
from tests.journeys.local import PASSWORD, LocalServer

from supachat.cache.files import Files
from supachat.client import Client
from supachat.dialects.catalog import load
from supachat.domain.errors import SupachatError
from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Gap, Message, ThreadKey
from supachat.domain.text import safe_line
from supachat.remote.project import Project
from supachat.remote.vault import MemoryVault
from supachat.remote.waits import Waits, scaled

SPEED = 10
Tell = Callable[[str, object], None]
"""Pytest's `record_property`."""
QUICK = scaled(1 / SPEED, http=3.0, http_connect=1.0, open=2.0, join=4.0, close=0.8, token_left=60.0,
               token_early=300.0)  # fmt: skip
SETTLE = 120.0
"""Seconds within which everybody must be whole again once the weather is fair."""


@dataclass(slots=True)
class Result:
    """What a storm came to; told with `record_property`, it is printed at the end of the run."""

    name: str
    faults: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0

    def line(self) -> str:
        return (
            f"{self.name}: {sum(self.faults.values())} faults, {self.sent} sent, {self.lost} lost, "
            f"{self.doubled} doubled, {self.disordered} out of order"
        )


_retried: set[str] = set()


@asynccontextmanager
async def rider(
    url: str,
    key: str,
    name: str,
    path: Path | None,
    *,
    dialect: str = "direct",
    waits: Waits = QUICK,
    speed: float = SPEED,
    wall: Callable[[], float] = time.time,
) -> AsyncIterator[Guest]:
    """The account `name`, signed in through whatever stands at `url`. `path` is its cache."""
    client = Client(
        safe_line(name), Files(path), wall=wall, monotonic=lambda: time.monotonic() * speed
    )
    guest = Guest(client)
    await client.start()
    pump = asyncio.create_task(guest.watch.pump())
    project = Project(url, key, [load(dialect)], MemoryVault(), waits=waits, wall=wall)
    try:
        await persist(lambda: project.sign_in(f"{name}@example.org", PASSWORD))
        client.attach(project)
        await guest.watch.signed_in(SETTLE)
        await guest.watch.listed_threads()
        yield guest
    finally:
        await client.close()
        await asyncio.wait_for(pump, 5)


async def persist(act: Callable[[], Awaitable[object]], limit: float = SETTLE) -> None:
    """As a person would: again, until it works."""
    end = time.monotonic() + limit
    while True:
        try:
            await act()
        except SupachatError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.2)
        else:
            return


async def writes(guest: Guest, thread: ThreadKey, texts: Sequence[str], chance: random.Random) -> None:
    """One after another, and never more than fifty ahead of the server."""
    for text in texts:
        while sum(guest.client.unsent()) > 50:
            again(guest)
            await asyncio.sleep(0.02)
        guest.client.send(thread, text)
        await asyncio.sleep(chance.uniform(0.0, 0.01))


def again(guest: Guest) -> None:
    """What was refused is tried again, as a person does who knows that the refusal was a fault.

    From then on it stands where it was tried again, not where it was first written.
    """
    failed = guest.client.unsent()[1]
    for message in guest.messages() if failed else ():
        if message.delivery is Delivery.FAILED:
            _retried.add(message.raw)
            guest.client.retry(message.id)


async def strikes(proxy: Proxy, faults: Sequence[Fault], chance: random.Random, over: float) -> None:
    """All faults at random moments within about `over` seconds."""
    for fault in faults:
        await asyncio.sleep(chance.uniform(0.0, 2 * over / max(1, len(faults))))
        await proxy.strike(fault)


async def all_sent(guests: Sequence[Guest]) -> None:
    async def sent(guest: Guest) -> None:
        while sum(guest.client.unsent()):
            again(guest)
            await asyncio.sleep(0.05)

    await asyncio.wait_for(asyncio.gather(*(sent(guest) for guest in guests)), SETTLE)


async def whole(guest: Guest, expected: Sequence[str]) -> list[str]:
    """The ids on this screen once they are as many as expected and lead back to the start."""
    end = time.monotonic() + SETTLE
    while time.monotonic() < end:
        items = guest.watch.items
        gaps = [item for item in items if isinstance(item, Gap)]
        for gap in gaps:
            guest.client.fill_gap(gap)
        if guest.watch.edge is Edge.START and not gaps and ids(guest) == list(expected):
            break
        if guest.watch.edge is not Edge.START:
            guest.client.load_older()
        await asyncio.sleep(0.05)
    return ids(guest)


def ids(guest: Guest) -> list[str]:
    return [item.id for item in guest.watch.items if isinstance(item, Message) and not item.deleted]


TABLES: dict[str, LiteralString] = {
    "direct": "select id::text, body from chat_messages where thread_id = %s order by created_at, id",
    "plain": "select id::text, body from says where pair = %s order by at, id",
}


def stored(server: LocalServer, thread: ThreadKey) -> list[tuple[str, str]]:
    """The table's (id, body), in its order."""
    with psycopg.connect(server.database("supabase_admin")) as connection:
        return connection.execute(TABLES[thread.source], (thread.id,)).fetchall()


def judge(result: Result, texts: Sequence[str], table: Sequence[tuple[str, str]]) -> None:
    """Count what the table lacks or has twice."""
    bodies = Counter(body for _, body in table)
    result.sent = len(texts)
    result.lost = sum(bodies[text] == 0 for text in texts)
    result.doubled = sum(number - 1 for number in bodies.values() if number > 1)


def in_order(texts: Sequence[str], table: Sequence[tuple[str, str]]) -> int:
    """How many of one writer's texts stand before an earlier one of theirs; not those tried again."""
    places = {body: place for place, (_, body) in enumerate(table)}
    found = [places[text] for text in texts if text in places and text not in _retried]
    return sum(later < earlier for earlier, later in itertools.pairwise(found))
