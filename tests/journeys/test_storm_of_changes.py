"""A storm over a source that takes no keys from clients, with edits and deletes among the messages.

Such a source doubles what is sent twice, so whoever cannot know whether a message arrived has to look.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.faults.plan import Fault, storm
from tests.faults.proxy import Proxy
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.storm import Result, Tell, again, all_sent, rider, stored, strikes, whole, writes
from tests.journeys.test_storm import a_seed, said, shown
from tests.repeats import CHANGES_FAULTS, CHANGES_MESSAGES

from supachat.domain.model import Delivery, Message

HERE = Path(__file__).parent / "plain"
MARK = " (edited)"
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
        me = ben.client.sources[0].me
        thread = await ana.writes_to(me, "plain")
        ben.client.open(thread)
        for one in (ana, ben):
            await one.watch.until(partial(shown, one))
        texts = said(CHANGES_MESSAGES * 3 // 2)[:2]
        dropped: set[str] = set()
        working = [
            works(one, own, random.Random(seed + n), dropped)
            for n, (one, own) in enumerate(zip((ana, ben), texts, strict=True))
        ]
        faults = [honest(fault) for fault in storm(seed, CHANGES_FAULTS, scale=0.25)]
        over = CHANGES_MESSAGES / 60
        await asyncio.gather(strikes(proxy, faults, random.Random(seed), over), *working)
        proxy.calm()
        await all_sent([ana, ben])
        table = stored(plain_server, thread)
        result = Result(f"no client keys, edits and deletes, seed {seed}", faults=proxy.made)
        result.sent = sum(map(len, texts))
        bodies = Counter(body.removesuffix(MARK) for _, body in table)
        result.lost = sum(text not in dropped and not bodies[text] for own in texts for text in own)
        result.doubled = sum(number - 1 for number in bodies.values() if number > 1)
        record_property("storm", result.line())
        assert (result.lost, result.doubled) == (0, 0), result.line()
        expected = [id_ for id_, _ in table]
        for one in (ana, ben):
            assert await whole(one, expected) == expected, result.line()
            shown_now = [m.raw for m in one.messages() if not m.deleted]
            assert shown_now == [body for _, body in table], result.line()


def honest(fault: Fault) -> Fault:
    """A refusal of something that was carried out is a lie that nobody could see through here."""
    return replace(fault, before=True) if 400 <= fault.status < 500 else fault


async def works(guest: Guest, texts: list[str], chance: random.Random, dropped: set[str]) -> None:
    """Write, and now and then change or delete something of one's own that has arrived."""
    thread = shown(guest)
    assert thread is not None
    for number in range(0, len(texts), 10):
        await writes(guest, thread, texts[number : number + 10], chance)
        own = [m for m in guest.messages() if is_settled(m) and m.raw not in dropped]
        if not own:
            continue
        chosen = chance.choice(own)
        if chance.random() < 0.5:
            guest.client.edit(chosen.key, chosen.raw + MARK)
        else:
            dropped.add(chosen.raw)
            guest.client.delete(chosen.key)
    again(guest)


def is_settled(message: Message) -> bool:
    return message.delivery is Delivery.SENT and not message.deleted and not message.raw.endswith(MARK)
