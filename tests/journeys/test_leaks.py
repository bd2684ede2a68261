"""A long day: after many switches and reconnects the client holds what it held at the start."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from tests.faults.plan import Fault, Kind
from tests.faults.proxy import Proxy
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.storm import rider
from tests.repeats import RECONNECTS, SWITCHES

from supachat.domain.health import LinkState
from supachat.domain.model import ThreadKey

THREADS = 4
SPARE = 2
"""Connections that the HTTP client keeps for the next request; how many depends on what came together."""
MORE = 0.02
"""What may have been added, as a share of the process: caches that fill, and the measuring itself."""


@dataclass(frozen=True, slots=True)
class Held:
    tasks: int
    files: int
    memory: int
    """Bytes that Python holds beyond those at the start of the test."""


@pytest.fixture
def traced() -> Iterator[None]:
    gc.collect()
    gc.freeze()  # what the tests before this one left is not looked through again and again
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.unfreeze()


@pytest.mark.usefixtures("traced")
async def test_switches_and_reconnects_leave_nothing_behind(
    server: LocalServer, names: Callable[[str], str], tmp_path: Path
) -> None:
    ana = names("ana")
    server.sign_up(ana)
    others = [names(f"other{number}x") for number in range(THREADS)]
    for other in others:
        server.sign_up(other)
    async with Proxy(server.url) as proxy, rider(proxy.url, server.key, ana, tmp_path / "a.db") as a:
        threads = [await a.writes_to(other) for other in others]
        for thread in threads:
            a.client.open(thread)
            a.client.send(thread, f"in {thread.id}")
            await a.all_sent()
        await day(a, proxy, threads, switches=4 * THREADS, reconnects=2)
        before, whole = await held(a, threads[0]), resident()
        await day(a, proxy, threads, switches=SWITCHES, reconnects=RECONNECTS)
        after = await held(a, threads[0])
    assert after.tasks <= before.tasks
    assert after.files <= before.files + SPARE
    assert after.memory - before.memory <= whole * MORE, f"{before} {after} of {whole}"


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
        await proxy.strike(Fault(Kind.CUT))
        await a.watch.until(partial(is_down, a))
        a.client.reconnect()


def is_shown(a: Guest, thread: ThreadKey) -> bool | None:
    return (a.watch.thread == thread and a.bodies() == [f"in {thread.id}"]) or None


def is_live(a: Guest) -> bool | None:
    link = a.client.health.link
    return (link.state is LinkState.CONNECTED and link.joined == link.wanted > 0) or None


def is_down(a: Guest) -> bool | None:
    return a.client.health.link.state is not LinkState.CONNECTED or None


async def held(a: Guest, thread: ThreadKey) -> Held:
    """Once everything that was begun has ended."""
    a.client.open(thread)
    await a.watch.until(partial(is_shown, a, thread))
    await a.watch.until(partial(is_live, a))
    lowest, same = Held(1 << 30, 1 << 30, 1 << 40), 0
    while same < 20:
        await asyncio.sleep(0.05)
        gc.collect()
        now = Held(len(asyncio.all_tasks()), len(os.listdir("/dev/fd")), tracemalloc.get_traced_memory()[0])
        better = Held(
            min(lowest.tasks, now.tasks), min(lowest.files, now.files), min(lowest.memory, now.memory)
        )
        same = same + 1 if better == lowest else 0
        lowest = better
    return lowest
