"""A day in simulated time: nothing grows, nothing storms, everything is there in the end."""

from __future__ import annotations

import random

from tests.held import held
from tests.repeats import HOURS
from tests.unit.simulated import Device
from tests.unit.simulated_server import Kind, Server

from supachat.domain import events as ev
from supachat.domain.health import Link, LinkState
from supachat.remote.rules import Backoff
from supachat.remote.waits import Waits

WAITS = Waits()
MOST_BYTES = 4000
"""What one more message may cost: its row, its copy in the cache, its items, its texts."""


class Way:
    """The link's rule of trying again, driven by a clock that is only a number."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.backoff = Backoff()
        self.up = False
        self.tries: list[float] = []

    def tick(self, now: float, *, well: bool, hammering: bool) -> bool:
        """True if the link went up or down."""
        if self.up and (not well or self.dice.random() < 0.001):
            self.up = False
            self.backoff = self.backoff.lost(now, self.dice.random(), WAITS)
            return True
        if hammering:
            self.backoff = self.backoff.poked(now, WAITS)
        if self.up or now < self.backoff.next_at:
            return False
        self.tries.append(now)
        self.backoff = self.backoff.trying(now)
        if well:
            self.backoff, self.up = self.backoff.opened(now), True
            return True
        self.backoff = self.backoff.lost(now, self.dice.random(), WAITS)
        return False

    def most_in_a_minute(self) -> int:
        first = most = 0
        for last, at in enumerate(self.tries):
            while self.tries[first] <= at - 60:
                first += 1
            most = max(most, last - first + 1)
        return most


def hour(device: Device, way: Way, server: Server, dice: random.Random) -> None:
    """Good and bad spells of some minutes each, a message now and then, a person who hammers keys."""
    well = True
    for second in range(3600):
        device.now += 1
        server.clock += 1_000_000
        well = not well if dice.random() < 1 / 240 else well
        if way.tick(device.now, well=well, hammering=second % 600 < 120):
            device.hear(ev.LinkMoved(Link(LinkState.CONNECTED if way.up else LinkState.RECONNECTING)))
            device.join(way.up)
        if second % 120 == 0:
            server.insert(f"you say {server.clock}", "you")
        if second % 240 == 0:
            device.send()
        if second % 480 == 0:
            device.change()
        device.tick()
        device.commit_late()
        for _ in range(4):
            device.perform_one(0.05 if way.up else 1.0)
            device.deliver_one()
            device.hear_one()
            device.write_one()


def test_a_day_of_a_bad_network_leaves_nothing_behind() -> None:
    dice = random.Random(24)
    server = Server(Kind(own_ids=False, follows_edits=True))
    device, way = Device(server, "one", dice), Way(dice)
    server.told = lambda thread, event: device.told(thread, event, 0.05)
    server.in_doubt = device.looks_for
    device.start()
    under_way: list[int] = []
    kept: list[tuple[int, int]] = []
    for number in range(1, HOURS + 1):
        hour(device, way, server, dice)
        under_way.append(len(device.engine.parts.asking))
        if number in (HOURS // 2, HOURS):
            kept.append((held(), len(server.log)))
    assert max(under_way) <= 8, under_way
    (before, few), (after, many) = kept
    assert (after - before) / (many - few) < MOST_BYTES, kept
    assert way.most_in_a_minute() <= 20
    assert len(way.tries) > HOURS
    device.now, server.clock = device.now + 60, server.clock + 60_000_000
    device.join(False)
    device.join(True)
    for _ in range(90):
        device.now += 1
        device.commit_late()
        device.tick()
        device.drain()
    assert device.engine.outbox.counts() == (0, 0)
    assert not device.gaps()
    newest = [(m.id, m.raw) for m in server.table()[-100:]]
    assert device.shown()[-100:] == newest
