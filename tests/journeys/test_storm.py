"""Whatever befalls the wire, the answers and the frames: every message once, in order, on every screen."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.faults.plan import EVERY, storm
from tests.faults.proxy import Proxy
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.results import Result, Tell
from tests.journeys.rides import a_seed, ends_well, rides, shown, wrote
from tests.journeys.storm import (
    QUICK,
    SPEED,
    all_sent,
    judge,
    rider,
    stored,
    strikes,
    whole,
    words,
)
from tests.repeats import CHAOS, REAL_FAULTS, STORM_FAULTS, STORM_KILLS, STORM_MESSAGES

from supachat.client import runner
from supachat.remote.waits import Waits

PLAIN = Path(__file__).parent / "plain"
REREAD, CAP, SLACK = 60.0, 30.0, 60.0
"""Seconds: what realtime lost is found by the re-read; between two tries; what a busy machine takes."""


class Keyed(LocalServer):
    """A chat that the tests own: edits, deletes, and keys that clients make. `map` is its map."""

    def __init__(self, folder: Path) -> None:
        sql = (PLAIN / "1_plain.sql").read_text(encoding="utf-8")
        toml = (PLAIN / "plain.toml").read_text(encoding="utf-8")
        made, given = "id bigint generated always as identity", "id uuid default gen_random_uuid()"
        unkeyed = "params = { pair"
        assert made in sql
        assert unkeyed in toml
        (folder / "sql").mkdir()
        (folder / "sql" / "1_keyed.sql").write_text(sql.replace(made, given), encoding="utf-8")
        self.map = folder / "plain.toml"
        self.map.write_text(toml.replace(unkeyed, 'params = { id = "$draft", pair'), encoding="utf-8")
        super().__init__(folder / "server", "--migrations", str(folder / "sql"))


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[Keyed]:
    server = Keyed(tmp_path)
    with server:
        yield server


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the core does once a second by itself keeps step with its clock."""
    monkeypatch.setattr(runner, "TICK", runner.TICK / SPEED)


async def test_three_clients_in_a_storm_end_with_what_the_table_has(
    keyed: Keyed, tmp_path: Path, record_property: Tell, ticks: None
) -> None:
    seed = a_seed()
    async with (
        Proxy(keyed.url, seed) as proxy,
        three(keyed, proxy.url, tmp_path, str(keyed.map)) as riders,
    ):
        faults = storm(seed, STORM_FAULTS, scale=0.25)
        result = Result(f"faults of every kind, seed {seed}", proxy.made, words(faults))
        assert result.drawn == EVERY or not CHAOS
        writers = wrote(riders, STORM_MESSAGES)
        weather = strikes(proxy, faults, random.Random(seed), STORM_MESSAGES / 120)
        await rides(writers, seed, weather, changing=True)
        proxy.calm()
        await ends_well(keyed, writers, result, record_property)


async def test_three_clients_and_faults_at_their_real_times(
    keyed: Keyed, tmp_path: Path, record_property: Tell
) -> None:
    """Every other storm has waits a tenth as long. Here none is shortened and nobody helps: no key, no
    reconnect."""
    seed = a_seed()
    async with (
        Proxy(keyed.url, seed) as proxy,
        three(keyed, proxy.url, tmp_path, str(keyed.map), waits=Waits(), speed=1) as riders,
    ):
        faults = storm(seed, REAL_FAULTS)
        result = Result(f"the same with no wait shortened, seed {seed}", proxy.made, words(faults))
        writers = wrote(riders, 30 * REAL_FAULTS)
        weather = strikes(proxy, faults, random.Random(seed), 3.0 * REAL_FAULTS)
        await rides(writers, seed, weather)
        await all_sent(riders)
        table = stored(keyed, writers[0].thread)
        judge(result, writers, table)
        result.tell(record_property)
        assert result.ends_well, result
        async with asyncio.timeout(REREAD + CAP + SLACK):
            for one in riders:
                assert await whole(one, table) == table, result


async def test_three_clients_while_the_server_and_its_database_are_killed(
    own_server: LocalServer, tmp_path: Path, record_property: Tell
) -> None:
    seed = a_seed()
    result = Result(f"SIGKILL of the server and of PostgreSQL, seed {seed}")
    async with three(own_server, own_server.url, tmp_path, "direct") as riders:
        writers = wrote(riders, 100 * STORM_KILLS)
        await rides(writers, seed, kills(own_server, random.Random(seed), result))
        await ends_well(own_server, writers, result, record_property)


@asynccontextmanager
async def three(
    server: LocalServer, url: str, folder: Path, dialect: str, *, waits: Waits = QUICK, speed: float = SPEED
) -> AsyncIterator[list[Guest]]:
    """Two screens of Ana and one of Ben, all on their thread."""
    server.sign_up("ana")
    server.sign_up("ben")
    rides_in = partial(rider, url, server.key, dialect=dialect, waits=waits, speed=speed)
    async with (
        rides_in("ana", folder / "a.db") as desk,
        rides_in("ana", folder / "b.db") as phone,
        rides_in("ben", folder / "c.db") as ben,
    ):
        source = ben.client.sources[0]
        thread = await desk.writes_to(source.me, source.name)
        phone.client.open(thread)
        ben.client.open(thread)
        for one in (desk, phone, ben):
            await one.watch.until(partial(shown, one))
        yield [desk, phone, ben]


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
