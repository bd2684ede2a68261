"""How the bytes of one connection are held up. Knows nothing of what they mean."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from tests.faults.plan import Fault, Kind


class Weather:
    """What the wire suffers right now, for all connections; each sort until its own moment."""

    def __init__(self, chance: random.Random, touches: Callable[[Kind], None]) -> None:
        """`touches` is told once of each fault that held something up."""
        self.chance = chance
        self._touches = touches
        self._until: dict[Kind, float] = {}
        self._fresh: set[Kind] = set()
        """What has struck and has touched nothing yet."""

    def strikes(self, fault: Fault) -> None:
        self._until[fault.kind] = asyncio.get_running_loop().time() + fault.seconds
        self._fresh.add(fault.kind)

    def touches(self, kind: Kind) -> None:
        if kind in self._fresh:
            self._fresh.remove(kind)
            self._touches(kind)

    def clear(self) -> None:
        self._until.clear()
        self._fresh.clear()

    def is_on(self, kind: Kind) -> bool:
        return asyncio.get_running_loop().time() < self._until.get(kind, 0.0)

    async def passes(self, kind: Kind) -> None:
        while self.is_on(kind):
            self.touches(kind)
            await asyncio.sleep(0.01)


async def write(
    writer: asyncio.StreamWriter, data: bytes, weather: Weather, is_deaf: Callable[[], bool]
) -> None:
    """Pass `data` on as the weather lets it. A deaf connection swallows it."""
    await weather.passes(Kind.STALL)
    if weather.is_on(Kind.MERGE):
        weather.touches(Kind.MERGE)
        await asyncio.sleep(0.05)  # what comes meanwhile goes out in one piece with it
    for piece in _pieces(data, weather):
        if is_deaf():
            weather.touches(Kind.HALF_OPEN)
            return
        writer.write(piece)
        await writer.drain()
        if weather.is_on(Kind.SPLIT):
            await asyncio.sleep(0)
        elif weather.is_on(Kind.SLOW):
            await asyncio.sleep(0.01)


def _pieces(data: bytes, weather: Weather) -> list[bytes]:
    if weather.is_on(Kind.SPLIT):
        step = weather.chance.randint(1, 40)
    elif weather.is_on(Kind.SLOW):
        step = 400
    else:
        return [data]
    if len(data) > step:
        weather.touches(Kind.SPLIT if weather.is_on(Kind.SPLIT) else Kind.SLOW)
    return [data[at : at + step] for at in range(0, len(data), step)]
