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
from tests.journeys.results import Result
from tests.waits import scaled

from supachat.cache.files import Files
from supachat.client import Client
from supachat.dialects.catalog import load
from supachat.domain.entering import Password
from supachat.domain.errors import SupachatError
from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Gap, Message, ThreadKey
from supachat.domain.text import safe_line
from supachat.remote.project import Project
from supachat.remote.vault import MemoryVault, Vault
from supachat.remote.waits import Waits

SPEED = 10
QUICK = scaled(1 / SPEED, http=3.0, http_connect=1.0, open=2.0, join=4.0, close=0.8, token_left=60.0,
               token_early=300.0)  # fmt: skip
MARK = " (edited)"
SETTLE = 120.0
"""Seconds within which everybody must be whole again once the weather is fair."""


@dataclass(slots=True)
class Writer:
    """One who writes texts that nobody else does, and then changes some of them."""

    guest: Guest
    thread: ThreadKey
    texts: Sequence[str]
    goals: dict[str, str | None] = field(default_factory=dict)
    """Of those that are changed: what they are to be in the end; None is deleted."""

    def wanted(self) -> list[str]:
        """What the table is to have of them, in this order."""
        goals = (self.goals.get(text, text) for text in self.texts)
        return [goal for goal in goals if goal is not None]

    def fresh(self) -> list[Message]:
        """Their messages that have arrived and are as they were written."""
        mine = set(self.texts)
        return [m for m in self.guest.messages() if m.delivery is Delivery.SENT and m.raw in mine]

    def change(self, message: Message) -> None:
        """Ask for what it is to be."""
        goal = self.goals[message.raw]
        if goal is None:
            self.guest.client.delete(message.key)
        else:
            self.guest.client.edit(message.key, goal)

    def insist(self) -> bool:
        """Ask once more for what was refused, as a person does who knows that it was a fault. Whether there
        was anything."""
        undone = [m for m in self.fresh() if m.raw in self.goals and not m.deleted]
        for message in undone:
            self.change(message)
        return bool(undone)


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
    vault: Vault | None = None,
) -> AsyncIterator[Guest]:
    """The account `name`, signed in through whatever stands at `url`. `path` is its cache. With a
    `vault` it signs in once only."""
    client = Client(safe_line(name), Files(path), wall=wall, monotonic=lambda: time.monotonic() * speed)
    guest = Guest(client)
    await client.start()
    pump = asyncio.create_task(guest.watch.pump())
    vault = vault or MemoryVault()
    project = Project(url, key, [load(dialect)], vault, waits=waits, wall=wall)
    try:
        if await vault.load() is None:
            await persist(lambda: project.enter(Password(f"{name}@example.org", PASSWORD)))
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


async def writes(writer: Writer, chance: random.Random, *, changing: bool = False) -> None:
    """One after another, and never more than fifty ahead of the server. When `changing`, one of every ten
    that have arrived is edited or deleted."""
    guest = writer.guest
    for number, text in enumerate(writer.texts):
        while sum(guest.client.unsent()) > 50:
            again(guest)
            await asyncio.sleep(0.02)
        guest.client.send(writer.thread, text)
        await asyncio.sleep(chance.uniform(0.0, 0.01))
        if changing and number % 10 == 0:
            await changes_one(writer, chance)


async def changes_one(writer: Writer, chance: random.Random) -> None:
    async with asyncio.timeout(SETTLE):
        while not (own := [m for m in writer.fresh() if m.raw not in writer.goals and not m.deleted]):
            again(writer.guest)
            await asyncio.sleep(0.05)
    chosen = chance.choice(own)
    writer.goals[chosen.raw] = chosen.raw + MARK if chance.random() < 0.5 else None
    writer.change(chosen)


def again(guest: Guest) -> None:
    """What was refused is tried again, as a person does who knows that the refusal was a fault.

    From then on it stands where it was tried again, not where it was first written.
    """
    failed = guest.client.unsent()[1]
    for message in guest.messages() if failed else ():
        if message.delivery is Delivery.FAILED:
            _retried.add(message.raw)
            guest.client.retry(message.id)
    thread = guest.watch.thread
    for draft in guest.client.texts.refused(thread) if failed and thread is not None else ():
        guest.client.take_back(draft.id)  # `insist` asks for it anew


async def strikes(proxy: Proxy, faults: Sequence[Fault], chance: random.Random, over: float) -> None:
    """All faults at random moments within about `over` seconds; and what touched nothing, because nothing
    passed just then, once more."""
    for fault in faults:
        await asyncio.sleep(chance.uniform(0.0, 2 * over / max(1, len(faults))))
        await proxy.strike(fault)
    end = time.monotonic() + SETTLE
    while missing := {str(one): one for one in faults if not proxy.made[str(one)]}:
        assert time.monotonic() < end, f"touched nothing: {sorted(missing)}"
        for fault in missing.values():
            await proxy.strike(fault)
        await asyncio.sleep(max(one.seconds for one in missing.values()) + 0.2)


def words(faults: Sequence[Fault]) -> frozenset[str]:
    return frozenset(map(str, faults))


async def all_sent(guests: Sequence[Guest]) -> None:
    async def sent(guest: Guest) -> None:
        while sum(guest.client.unsent()):
            again(guest)
            await asyncio.sleep(0.05)

    await asyncio.wait_for(asyncio.gather(*(sent(guest) for guest in guests)), SETTLE)


async def all_changed(writers: Sequence[Writer]) -> None:
    """Every message is out, and every change of one is done."""
    guests = [writer.guest for writer in writers]
    async with asyncio.timeout(2 * SETTLE):
        await all_sent(guests)
        while any([writer.insist() for writer in writers]):
            await all_sent(guests)
            await asyncio.sleep(0.1)


async def whole(guest: Guest, table: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What stands on this screen once it is the table, has no gap and leads back to the start."""
    end, expected = time.monotonic() + SETTLE, list(table)
    while time.monotonic() < end:
        items = guest.watch.items
        gaps = [item for item in items if isinstance(item, Gap)]
        for gap in gaps:
            guest.client.fill_gap(gap)
        if guest.watch.edge is Edge.START and not gaps and pairs(guest) == expected:
            break
        if guest.watch.edge is not Edge.START:
            guest.client.load_older()
        await asyncio.sleep(0.05)
    else:
        assert pairs(guest) != expected, f"all is there, but for {len(gaps)} gaps, {guest.watch.edge}"
    return pairs(guest)


def pairs(guest: Guest) -> list[tuple[str, str]]:
    """(id, text) of every message on a screen that is not deleted."""
    return [(m.id, m.raw) for m in guest.messages() if not m.deleted]


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


def judge(result: Result, writers: Sequence[Writer], table: Sequence[tuple[str, str]]) -> None:
    """Count what the table lacks, has twice, has in another order, or has not as it was changed."""
    bodies = [body for _, body in table]
    there = Counter(body.removesuffix(MARK) for body in bodies)
    for writer in writers:
        kept = [text for text in writer.texts if writer.goals.get(text, text) is not None]
        result.sent += len(writer.texts)
        result.changed += len(writer.goals)
        result.lost += sum(there[text] == 0 for text in kept)
        result.disordered += _out_of_order(writer.texts, bodies)
        for text, goal in writer.goals.items():
            result.unchanged += there[text] > 0 if goal is None else goal not in bodies
    result.doubled = sum(number - 1 for number in there.values() if number > 1)


def _out_of_order(texts: Sequence[str], bodies: Sequence[str]) -> int:
    """How many of one writer's texts stand before an earlier one of theirs; not those tried again."""
    places = {body.removesuffix(MARK): place for place, body in enumerate(bodies)}
    found = [places[text] for text in texts if text in places and text not in _retried]
    return sum(later < earlier for earlier, later in itertools.pairwise(found))
