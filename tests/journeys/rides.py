"""What every storm is made of: who writes what, and how it has to end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Sequence

from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.results import Result, Tell
from tests.journeys.storm import Writer, all_changed, judge, stored, whole, writes
from tests.repeats import CHAOS, SEED

from supachat.domain.model import ThreadKey


def a_seed() -> int:
    return SEED or (random.SystemRandom().randrange(1 << 32) if CHAOS else 7)


def shown(guest: Guest) -> ThreadKey | None:
    return guest.watch.thread


def wrote(guests: Sequence[Guest], number: int) -> list[Writer]:
    """What each of them is to write, on the thread that all have open: `number` messages together."""
    thread = shown(guests[0])
    assert thread is not None
    each, more = divmod(number, len(guests))
    texts = [[f"{who} {n}" for n in range(each + (who < more))] for who in range(len(guests))]
    return [Writer(one, thread, own) for one, own in zip(guests, texts, strict=True)]


async def rides(
    writers: Sequence[Writer], seed: int, weather: Awaitable[None], *, changing: bool = False
) -> None:
    """Everybody writes while it storms."""
    writing = [writes(one, random.Random(seed + n), changing=changing) for n, one in enumerate(writers)]
    await asyncio.gather(weather, *writing)


async def ends_well(server: LocalServer, writers: Sequence[Writer], result: Result, tell: Tell) -> None:
    """All gets out. Nothing lost, nothing twice, each writer's order kept, and the same on every screen;
    and no kind of fault was only claimed."""
    await all_changed(writers)
    table = stored(server, writers[0].thread)
    judge(result, writers, table)
    result.tell(tell)
    assert result.ends_well, result
    for one in writers:
        one.guest.client.reconnect_all()  # the news of a delete may be lost without a sign: a join compares
    for one in writers:
        assert await whole(one.guest, table) == table, result
