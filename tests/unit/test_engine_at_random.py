"""The core through random histories: two devices, every trouble, and in the end all is as in the table."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from tests.repeats import SEEDS
from tests.unit.simulated import Device
from tests.unit.simulated_server import THREAD, Kind, Server

from supachat.domain import events as ev

KINDS = {
    "keys of ours": Kind(),
    "keys of ours, edits in order": Kind(follows_edits=True, marks_deleted=True),
    "keys of the server": Kind(own_ids=False),
    "keys of the server, edits in order": Kind(own_ids=False, follows_edits=True),
}


def history(seed: int, kind: Kind) -> tuple[Server, list[Device]]:
    """A random history up to the moment in which all trouble ends."""
    dice = random.Random(seed)
    server = Server(kind)
    devices = [Device(server, name, dice) for name in ("one", "two")]

    def tell(event: ev.Event) -> None:
        for device in devices:
            device.told(event, 0.1)

    server.told = tell
    for device in devices:
        device.start()
    server.in_doubt = lambda raw: any(device.looks_for(raw) for device in devices)
    for _ in range(dice.randrange(50, 400)):
        act(server, dice.choice(devices), dice)
        step = dice.choice([0.0, 0.05, 0.3, 1.5])
        server.clock += round(step * 1_000_000)
        for device in devices:
            device.now += step
            device.commit_late()
    return server, devices


def act(server: Server, device: Device, dice: random.Random) -> None:
    roll = dice.random()
    if roll < 0.10:
        server.insert(f"you say {server.clock}", "you")
    elif roll < 0.15:
        foreign_change(server, dice)
    elif roll < 0.22:
        device.send()
    elif roll < 0.27:
        device.change()
    elif roll < 0.28:
        device.give_up()
    elif roll < 0.31:
        device.join(not device.joined)
    elif roll < 0.32:
        device.start()
    elif roll < 0.40:
        device.tick()
    elif roll < 0.55:
        device.hear_one()
    elif roll < 0.70:
        device.write_one()
    elif roll < 0.85:
        device.perform_one(0.25)
    else:
        device.deliver_one()


def foreign_change(server: Server, dice: random.Random) -> None:
    live = [m.id for m in server.table() if not m.deleted and not server.in_doubt(m.raw)]
    if live and dice.random() < 0.5:
        server.delete(dice.choice(live))
    elif live:
        server.edit(dice.choice(live), f"corrected {server.clock}")


def heal(server: Server, devices: list[Device]) -> None:
    """The network is well again: two simulated minutes and more, and whatever a person would scroll to."""
    for device in devices:
        device.join(False)
    for second in range(140):
        server.clock += 1_000_000
        for device in devices:
            device.now += 1
            device.commit_late()
            if second == 1:
                device.join(True)
            device.tick()
            device.drain()
            if device.gaps():
                device.take(device.engine.fill_gap(device.gaps()[-1], device.now))
            elif device.edge is not ev.Edge.START:
                device.take(device.engine.load_older(device.now))
            device.drain()


@pytest.mark.parametrize("name", KINDS)
def test_whatever_happens_nothing_is_lost_or_doubled_and_the_screens_are_the_table(name: str) -> None:
    for seed in range(SEEDS):
        server, devices = history(seed, KINDS[name])
        heal(server, devices)
        check(server, devices, f"seed {seed} of {name}")


def check(server: Server, devices: list[Device], said: str) -> None:
    table = [(m.id, m.raw) for m in server.table() if not m.deleted]
    for device in devices:
        assert device.engine.outbox.counts() == (0, 0), said
        assert not device.gaps(), said
        assert device.edge is ev.Edge.START, said
        assert device.shown() == table, f"{said}, {device.name}"
        stored = [text for text in server.log if text.startswith(f"{device.name} says")]
        sent = [device.texts[draft_id] for draft_id in device.sent]
        assert Counter(stored) == Counter(sent), f"{said}, {device.name}"
        if not device.came_back:
            assert stored == sent, f"{said}, {device.name}: out of order"
        standing = device.engine.standing(THREAD)
        assert (standing.gaps, standing.catching_up) == (0, False), said
