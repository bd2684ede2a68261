"""A crowd: 500 sockets, a room of 100 of them. How fast may it talk, and does it lose or leak anything?"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence

from tests.bench.table import p95
from tests.bench.wires import Wire, delays, numbered, paced, settled, wires

SOCKETS, ROOM = 500, 100
RATES = (10, 20, 30, 45, 60, 90, 120, 160)
STEP = 2.5
SLOW = 0.050
SOAK = 60
"""Seconds for which loss and leaks are looked for."""


async def load(url: str, token: str, pid: int) -> list[str]:
    """Lines for the table's foot. `pid` is the server's."""
    async with wires(url, SOCKETS, token) as crowd:
        for place, wire in enumerate(crowd):
            await wire.join("bench:crowd" if place <= ROOM else f"bench:quiet-{place}", private=True)
        speaker, room = crowd[0], crowd[1 : ROOM + 1]
        rate, said = await _limit(speaker, room)
        return [said, await _soak(speaker, room, rate / 2, pid)]


async def _limit(speaker: Wire, room: Sequence[Wire]) -> tuple[float, str]:
    good, slow = 0.0, 0.0
    for rate in RATES:
        slow = p95(await _told(speaker, room, rate, int(rate * STEP)) or [float("inf")])
        if slow > SLOW:
            break
        good = rate
    ends = f"p95 passes {SLOW * 1000:.0f} ms at {rate}" if slow > SLOW else f"p95 is {slow * 1000:.0f} ms"
    said = f"a room of {ROOM} among {SOCKETS} sockets: {good:.0f} messages a second ({good * ROOM:.0f}"
    return good or RATES[0], f"{said} deliveries), {ends} (goal 30 and 3000)"


async def _soak(speaker: Wire, room: Sequence[Wire], rate: float, pid: int) -> str:
    count = int(rate * SOAK)
    before = _memory(pid)
    await _told(speaker, room, rate, count)
    lost = sum(count - len(wire.heard) for wire in room)
    grown = _memory(pid) - before
    return (
        f"{rate:.0f} messages a second for {SOAK} s: {lost} of {count * ROOM} lost, memory {grown:+.1f} MB"
    )


async def _told(speaker: Wire, room: Sequence[Wire], rate: float, count: int) -> list[float]:
    """Seconds from each message's leaving until the last of the room has it."""
    for wire in room:
        wire.heard.clear()

    async def send(number: int) -> None:
        await speaker.socket.send(numbered("bench:crowd", number))

    left = await paced(range(count), rate, send)
    await settled(room, left)
    await asyncio.sleep(0)
    return delays(left, room)


def _memory(pid: int) -> float:
    """The process's resident megabytes."""
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(said.stdout) / 1024
