"""A long day: after many switches and reconnects the client holds what it held at the start, and nothing of
it is left once it is closed."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest
from tests.faults.plan import Fault, Kind
from tests.faults.proxy import Proxy
from tests.held import held
from tests.journeys.guest import LIMIT, Guest
from tests.journeys.local import LocalServer
from tests.journeys.storm import rider
from tests.repeats import RECONNECTS, SWITCHES

from supachat.domain.health import LinkState
from supachat.domain.model import ThreadKey

THREADS = 4
SPARE = 2
"""Connections that the HTTP client keeps for the next request; how many depends on what came together. One
is three files here, since both sides of the proxy are this process, and a task of the proxy's."""
MORE = 0.02
"""What may have been added, as a share of the process: caches that fill, and the measuring itself."""
FLAT = 128 * 1024
"""Bytes. What leaks does so in every stretch: in one of them at least less than this is added."""
HISTORY = 60
"""Messages of each thread: more than a page."""


@dataclass(frozen=True, slots=True)
class Held:
    tasks: int
    files: int
    memory: int
    """Bytes that Python holds beyond those at the start of the test."""


@pytest.fixture
def alone() -> Iterator[None]:
    """What the tests before this one left is not looked through again and again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("alone")
async def test_switches_and_reconnects_leave_nothing_behind(
    server: LocalServer, names: Callable[[str], str], tmp_path: Path
) -> None:
    ana = names("ana")
    server.sign_up(ana)
    others = [names(f"other{number}x") for number in range(THREADS)]
    for other in others:
        server.sign_up(other)
    outside = len(asyncio.all_tasks()), files()
    async with Proxy(server.url) as proxy, rider(proxy.url, server.key, ana, tmp_path / "a.db") as a:
        threads = [await a.writes_to(other) for other in others]
        for thread in threads:
            a.client.open(thread)
            a.client.send(thread, f"in {thread.id}")
            await a.all_sent()
            age(server, thread)
        await day(a, proxy, threads, switches=4 * THREADS, reconnects=2)
        before, whole = await rests(a, threads[0]), resident()
        await day(a, proxy, threads, switches=SWITCHES // 2, reconnects=RECONNECTS // 2)
        middle = await rests(a, threads[0])
        await day(a, proxy, threads, switches=SWITCHES // 2, reconnects=RECONNECTS // 2)
        after = await rests(a, threads[0])
    said = f"{before} {middle} {after} of {whole}"
    assert after.tasks <= before.tasks + SPARE, said
    assert after.files <= before.files + 3 * SPARE, said
    assert after.memory - before.memory <= whole * MORE, said
    assert min(middle.memory - before.memory, after.memory - middle.memory) <= FLAT, said
    async with asyncio.timeout(LIMIT):  # what was aborted is closed a turn later
        while (len(asyncio.all_tasks()), files()) != outside:
            await asyncio.sleep(0.05)


def age(server: LocalServer, thread: ThreadKey) -> None:
    """Give it a history, from before its one message."""
    with psycopg.connect(server.database("supabase_admin")) as connection:
        connection.execute(
            "insert into chat_messages (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id,"
            " body, created_at) select thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id,"
            " 'before ' || n, created_at - n * interval '1 minute'"
            " from chat_messages, generate_series(1, %s) n where thread_id = %s",
            (HISTORY, thread.id),
        )


def files() -> int:
    """That this process has open, sockets among them."""
    return len(os.listdir("/dev/fd"))


def resident() -> int:
    """Bytes of this process in memory."""
    said = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return int(said.stdout) * 1024


async def day(a: Guest, proxy: Proxy, threads: list[ThreadKey], *, switches: int, reconnects: int) -> None:
    for number in range(switches):
        thread = threads[number % len(threads)]
        a.client.open(thread)
        await a.watch.until(partial(is_shown, a, thread))
    for _ in range(reconnects):
        await a.watch.until(partial(is_live, a))
        drops = a.client.health.drops
        await proxy.strike(Fault(Kind.CUT))
        await a.watch.until(partial(has_dropped, a, drops))
        a.client.reconnect()


def is_shown(a: Guest, thread: ThreadKey) -> bool | None:
    newest = a.watch.thread == thread and a.bodies()[-1:] == [f"in {thread.id}"]
    return (newest and len(a.messages()) > HISTORY / 2) or None


def is_live(a: Guest) -> bool | None:
    link = a.client.health.link
    return (link.state is LinkState.CONNECTED and link.joined == link.wanted > 0) or None


def has_dropped(a: Guest, drops: int) -> bool | None:
    """It may be back again before anybody looks."""
    return a.client.health.drops > drops or None


async def rests(a: Guest, thread: ThreadKey) -> Held:
    """What is held once everything that was begun has ended."""
    a.client.open(thread)
    await a.watch.until(partial(is_shown, a, thread))
    await a.watch.until(partial(is_live, a))
    lowest, same = Held(1 << 30, 1 << 30, 1 << 40), 0
    while same < 20:
        await asyncio.sleep(0.05)
        now = Held(len(asyncio.all_tasks()), files(), held())
        better = Held(
            min(lowest.tasks, now.tasks), min(lowest.files, now.files), min(lowest.memory, now.memory)
        )
        same = same + 1 if better == lowest else 0
        lowest = better
    return lowest
