"""A storm over a source that takes no keys from clients, with edits and deletes among the messages.

Such a source doubles what is sent twice, so whoever cannot know whether a message arrived has to look.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.faults.plan import Fault, storm
from tests.faults.proxy import Proxy
from tests.journeys.local import LocalServer
from tests.journeys.results import Result, Tell
from tests.journeys.rides import a_seed, ends_well, rides, shown, wrote
from tests.journeys.storm import rider, strikes, words
from tests.repeats import CHANGES_FAULTS, CHANGES_MESSAGES

HERE = Path(__file__).parent / "plain"
SPEED = 2
"""Slower than other storms: whether a message arrived is believed at a second look ten seconds later, and
a busy machine must have carried the first try out by then."""


@pytest.fixture
def plain_server(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(tmp_path / "server", "--migrations", str(HERE)) as running:
        yield running


async def test_edits_deletes_and_a_server_that_makes_the_keys(
    plain_server: LocalServer, tmp_path: Path, record_property: Tell
) -> None:
    seed, map_ = a_seed(), str(HERE / "plain.toml")
    for name in ("ana", "ben"):
        plain_server.sign_up(name)
    key = plain_server.key
    async with (
        Proxy(plain_server.url, seed) as proxy,
        rider(proxy.url, key, "ana", tmp_path / "a.db", dialect=map_, speed=SPEED) as ana,
        rider(proxy.url, key, "ben", tmp_path / "b.db", dialect=map_, speed=SPEED) as ben,
    ):
        ben.client.open(await ana.writes_to(ben.client.sources[0].me, "plain"))
        for one in (ana, ben):
            await one.watch.until(partial(shown, one))
        writers = wrote((ana, ben), CHANGES_MESSAGES)
        faults = [honest(fault) for fault in storm(seed, CHANGES_FAULTS, scale=0.25)]
        result = Result(f"no client keys, seed {seed}", proxy.made, words(faults))
        weather = strikes(proxy, faults, random.Random(seed), CHANGES_MESSAGES / 60)
        await rides(writers, seed, weather, changing=True)
        proxy.calm()
        await ends_well(plain_server, writers, result, record_property)


def honest(fault: Fault) -> Fault:
    """A refusal of something that was carried out is a lie that nobody could see through here."""
    return replace(fault, before=True) if 400 <= fault.status < 500 else fault
