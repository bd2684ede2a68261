"""Whatever befalls the wire, the answers and the frames: every message once, in order, on every screen."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from tests.faults.plan import storm
from tests.faults.proxy import Proxy
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.storm import (
    Result,
    Tell,
    all_sent,
    in_order,
    judge,
    rider,
    stored,
    strikes,
    whole,
    writes,
)
from tests.repeats import CHAOS, SEED, STORM_FAULTS, STORM_KILLS, STORM_MESSAGES

from supachat.domain.model import ThreadKey


async def test_three_clients_in_a_storm_end_with_what_the_table_has(
    own_server: LocalServer, tmp_path: Path, record_property: Tell
) -> None:
    seed = a_seed()
    async with Proxy(own_server.url, seed) as proxy, three(own_server, proxy.url, tmp_path) as riders:
        faults = storm(seed, STORM_FAULTS, scale=0.25)
        result = Result(f"faults of every kind, seed {seed}", faults=proxy.made)
        weather = strikes(proxy, faults, random.Random(seed), STORM_MESSAGES / 120)
        await rides(riders, STORM_MESSAGES, seed, weather, proxy.calm)
        await ends_well(own_server, riders, STORM_MESSAGES, result, record_property)


async def test_three_clients_while_the_server_and_its_database_are_killed(
    own_server: LocalServer, tmp_path: Path, record_property: Tell
) -> None:
    seed, number = a_seed(), 100 * STORM_KILLS
    result = Result(f"SIGKILL of the server and of PostgreSQL, seed {seed}")
    async with three(own_server, own_server.url, tmp_path) as riders:
        weather = kills(own_server, random.Random(seed), result)
        await rides(riders, number, seed, weather, lambda: None)
        await ends_well(own_server, riders, number, result, record_property)


def a_seed() -> int:
    return SEED or (random.SystemRandom().randrange(1 << 32) if CHAOS else 7)


@asynccontextmanager
async def three(server: LocalServer, url: str, folder: Path) -> AsyncIterator[list[Guest]]:
    """Two screens of Ana and one of Ben, all on their thread."""
    server.sign_up("ana")
    server.sign_up("ben")
    async with (
        rider(url, server.key, "ana", folder / "a.db") as desk,
        rider(url, server.key, "ana", folder / "b.db") as phone,
        rider(url, server.key, "ben", folder / "c.db") as ben,
    ):
        thread = await desk.writes_to("ben")
        phone.client.open(thread)
        ben.client.open(thread)
        for one in (desk, phone, ben):
            await one.watch.until(partial(shown, one))
        yield [desk, phone, ben]


def shown(guest: Guest) -> ThreadKey | None:
    return guest.watch.thread


def said(number: int) -> list[list[str]]:
    """What each of the three writes."""
    return [[f"{who} {n}" for n in range(number // 3)] for who in range(3)]


async def rides(
    riders: list[Guest], number: int, seed: int, weather: Awaitable[None], calm: Callable[[], None]
) -> None:
    """Everybody writes while it storms; afterwards everything gets out."""
    thread = shown(riders[0])
    assert thread is not None
    writing = [
        writes(one, thread, texts, random.Random(seed + n))
        for n, (one, texts) in enumerate(zip(riders, said(number), strict=True))
    ]
    await asyncio.gather(weather, *writing)
    calm()
    await all_sent(riders)


async def kills(server: LocalServer, chance: random.Random, result: Result) -> None:
    for turn in range(STORM_KILLS):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        if turn % 2:
            server.kill_postgres()
            result.faults["PostgreSQL killed"] += 1
        else:
            server.kill()
            result.faults["server killed"] += 1
            await asyncio.sleep(chance.uniform(0.0, 1.0))
            await asyncio.to_thread(server.again)


async def ends_well(
    server: LocalServer, riders: list[Guest], number: int, result: Result, tell: Tell
) -> None:
    """Nothing lost, nothing twice, each writer's order kept, and the same on every screen."""
    thread = shown(riders[0])
    assert thread is not None
    table, texts = stored(server, thread), said(number)
    judge(result, [text for own in texts for text in own], table)
    result.disordered = sum(in_order(own, table) for own in texts)
    tell("storm", result.line())
    assert (result.lost, result.doubled, result.disordered) == (0, 0, 0), result.line()
    expected = [id_ for id_, _ in table]
    for one in riders:
        assert await whole(one, expected) == expected, result.line()
