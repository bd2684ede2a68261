"""Messages that flow both ways while something happens, and how that has to end: nothing lost, nothing
doubled, each writer's order kept, and the table and every screen the same."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.results import Result
from tests.journeys.storm import SETTLE, Writer, all_sent, judge, stored, whole

from supachat.domain.model import Delivery, ThreadKey

PACE = 0.1
"""Seconds between two messages of one writer."""
_flows = itertools.count(1)


class Flow:
    """`async with flowing(server, a, b) as flow:` all of them write on the thread that they have open."""

    def __init__(self, server: LocalServer, thread: ThreadKey, guests: Sequence[Guest]) -> None:
        self._server, self._thread, self._number = server, thread, next(_flows)
        self._texts: list[list[str]] = [[] for _ in guests]
        self._writers = [
            Writer(guest, thread, texts) for guest, texts in zip(guests, self._texts, strict=True)
        ]

    async def write(self) -> None:
        """Until it is cancelled."""
        while True:
            for who, texts in enumerate(self._texts):
                texts.append(f"{who} writes {len(texts)} in flow {self._number}")
                self._writers[who].guest.client.send(self._thread, texts[-1])
            await asyncio.sleep(PACE)

    async def passes(self, of: Sequence[Guest] = (), *, more: int = 5) -> None:
        """So many more messages of each, written from now on, are on everybody's screen and in the table.
        `of`: only theirs, and only on their screens."""
        chosen = [one for one in self._writers if not of or one.guest in of]
        ends = {id(one): len(one.texts) + more for one in chosen}
        async with asyncio.timeout(SETTLE):
            for reader in chosen:
                for one in chosen:
                    while not self._arrived(reader.guest, one.texts[: ends[id(one)]], ends[id(one)]):
                        await asyncio.sleep(0.02)

    def _arrived(self, reader: Guest, texts: Sequence[str], number: int) -> bool:
        """The last of them is enough: what was lost before it is seen in the end."""
        if len(texts) < number:
            return False
        there = (Delivery.SENT, Delivery.RECEIVED)
        return any(m.raw == texts[-1] and m.delivery in there for m in reader.messages())

    async def ends_well(self) -> None:
        """Everything is out; then the table and every screen are compared, message by message."""
        await all_sent([one.guest for one in self._writers])
        table, result = stored(self._server, self._thread), Result("a flow")
        judge(result, self._writers, table)
        assert result.ends_well, result
        for one in self._writers:
            assert await whole(one.guest, table) == table, result


@asynccontextmanager
async def flowing(server: LocalServer, a: Guest, b: Guest) -> AsyncIterator[Flow]:
    """Between two, on the thread that `a` has open. At the end of the block they stop, and everything has
    to be as it should."""
    thread = a.client.open_thread
    assert thread is not None
    b.client.open(thread)
    flow = Flow(server, thread, [a, b])
    writing = asyncio.create_task(flow.write())
    try:
        await flow.passes()
        yield flow
    finally:
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
    await flow.ends_well()
