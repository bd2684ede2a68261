"""The core through random histories: two devices, every trouble, and in the end all is as in the table."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.repeats import SEEDS
from tests.unit.simulated import Device
from tests.unit.simulated_life import heal, history
from tests.unit.simulated_server import THREADS, Kind, Server

KINDS = {
    "keys of ours": Kind(),
    "keys of ours, edits in order": Kind(follows_edits=True, marks_deleted=True),
    "keys of the server": Kind(own_ids=False),
    "keys of the server, edits in order, hints": Kind(own_ids=False, follows_edits=True, hints=True),
}


@pytest.mark.parametrize("name", KINDS)
def test_whatever_happens_nothing_is_lost_or_doubled_and_the_screens_are_the_table(name: str) -> None:
    for seed in range(SEEDS):
        one(seed, name)


def one(seed: int, name: str) -> None:
    server, devices = history(seed, KINDS[name])
    heal(server, devices)
    for device in devices:
        check(server, device, f"seed {seed} of {name}, {device.name}")
        device.disk.close()


def check(server: Server, device: Device, said: str) -> None:
    opened = device.engine.open_thread
    assert opened is not None
    assert device.shown() == [(m.id, m.raw) for m in server.table(opened) if not m.deleted], said
    standing = device.engine.standing(opened)
    assert (standing.gaps, standing.catching_up) == (0, False), said
    for thread in THREADS:
        listed = device.engine.threads.get(thread)
        assert listed is not None
        assert (listed.status, listed.unread) == (server.status[thread], server.unread(thread)), (
            f"{said}, {thread.id}"
        )
        stored = [t for where, t in server.log if where == thread and t.startswith(f"{device.name} says")]
        sent = [device.texts[id_][1] for id_ in device.sent if device.texts[id_][0] == thread]
        assert Counter(stored) == Counter(sent), said
        if not device.came_back:
            assert stored == sent, f"{said}: out of order"
