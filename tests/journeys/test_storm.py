"""Whatever befalls the wire, the answers and the frames: every message once, in order, on every screen."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.faults.plan import storm
from tests.faults.proxy import Proxy
from tests.journeys.local import LocalServer
from tests.journeys.storm import (
    RESULTS,
    Result,
    all_sent,
    in_order,
    judge,
    rider,
    stored,
    strikes,
    whole,
    writes,
)
from tests.repeats import CHAOS, STORM_FAULTS, STORM_MESSAGES


async def test_three_clients_in_a_storm_end_with_what_the_table_has(
    own_server: LocalServer, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32) if CHAOS else 7
    chance, result = random.Random(seed), Result(f"three clients, seed {seed}")
    own_server.sign_up("ana")
    own_server.sign_up("ben")
    url, key = own_server.url, own_server.key
    async with (
        Proxy(url, seed) as proxy,
        rider(proxy.url, key, "ana", tmp_path / "a.db") as desk,
        rider(proxy.url, key, "ana", tmp_path / "b.db") as phone,
        rider(proxy.url, key, "ben", tmp_path / "c.db") as ben,
    ):
        riders = [desk, phone, ben]
        thread = await desk.writes_to("ben")
        for other in (phone, ben):
            other.client.open(thread)
        texts = [[f"{who} {n}" for n in range(STORM_MESSAGES // 3)] for who in range(3)]
        writing = [
            writes(one, thread, said, random.Random(seed + n))
            for n, (one, said) in enumerate(zip(riders, texts, strict=True))
        ]
        over = STORM_MESSAGES / 120
        faults = storm(seed, STORM_FAULTS, scale=0.25)
        await asyncio.gather(strikes(proxy, faults, chance, over), *writing)
        proxy.calm()
        await all_sent(riders)
        table = stored(own_server, thread)
        result.faults = proxy.made
        judge(result, [text for said in texts for text in said], table)
        result.disordered = sum(in_order(said, table) for said in texts)
        RESULTS.append(result)
        assert (result.lost, result.doubled, result.disordered) == (0, 0, 0), result.line()
        expected = [id_ for id_, _ in table]
        for one in riders:
            assert await whole(one, expected) == expected, result.line()
