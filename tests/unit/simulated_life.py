"""Random histories of one server and two devices, and how each of them ends: nothing is left under way."""

from __future__ import annotations

import random

from tests.unit.simulated import Device
from tests.unit.simulated_server import ACCOUNT, STATUSES, THREADS, Kind, Server

from supachat.domain import events as ev
from supachat.domain.model import Alteration, ThreadKey
from supachat.sync.catching import MOST_PAGES, PAGE
from supachat.sync.shelf import Reading

QUIET = 0.28
"""Below that a roll of the dice is something written."""
LONG = PAGE * (MOST_PAGES + 3)
"""Rows that one catch-up does not read to their end."""


def history(seed: int, kind: Kind) -> tuple[Server, list[Device]]:
    """A random history up to the moment in which all trouble ends."""
    dice = random.Random(seed)
    server = Server(kind)
    devices = [Device(server, name, dice) for name in ("one", "two")]

    def tell(thread: ThreadKey, event: ev.Event) -> None:
        for device in devices:
            device.told(thread, event, 0.1)

    server.told = tell
    for device in devices:
        device.start()
    server.in_doubt = lambda raw: any(device.looks_for(raw) for device in devices)
    most = LONG if seed % 20 == 15 else PAGE * 2 + 20
    empty = dice.choice([0, 40])
    for number in range(dice.randrange(50, 400)):
        device = dice.choice(devices)
        if number < empty:  # the threads are opened, and nobody has written yet
            act(device, dice, dice.uniform(QUIET, 1))
        elif number == empty:
            burst(server, most, dice)
        elif dice.random() < 0.05:
            rarely(server, device, dice, most)
        else:
            act_or_write(server, device, dice)
        step = dice.choice([0.0, 0.05, 0.3, 1.5])
        server.clock += round(step * 1_000_000)
        for device in devices:
            device.now += step
            device.commit_late()
    return server, devices


def act_or_write(server: Server, device: Device, dice: random.Random) -> None:
    roll = dice.random()
    if roll < 0.10:
        server.insert(f"you say {server.clock}", "you", thread=dice.choice(THREADS))
    elif roll < 0.15:
        foreign_change(server, dice)
    elif roll < 0.22:
        device.send()
    elif roll < 0.27:
        device.change()
    elif roll < QUIET:
        device.give_up()
    else:
        act(device, dice, roll)


def act(device: Device, dice: random.Random, roll: float) -> None:
    """What happens while nobody writes: `roll` is from `QUIET` to 1."""
    if roll < 0.31:
        device.join(not device.line.up)
    elif roll < 0.32:
        device.start(dice.choice(THREADS))
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


def rarely(server: Server, device: Device, dice: random.Random, most: int) -> None:
    """What a person and a day do besides."""
    engine, line = device.engine, device.line
    match dice.randrange(13):
        case 0 | 1:
            device.open(dice.choice(THREADS))
        case 2:
            device.take(engine.load_older(device.now))
        case 3:
            if gaps := device.gaps():
                device.take(engine.fill_gap(dice.choice(gaps), device.now))
        case 4:
            if (opened := engine.open_thread) and (rows := server.table(opened)):
                device.seek(dice.choice(rows))
        case 5:
            line.switch(offline=not line.offline)
        case 6:
            if line.signed_in:
                line.lose_session()
            else:
                line.enter(ACCOUNT, server.kind.source())
        case 7:
            burst(server, dice.randrange(most), dice)
        case 8:
            device.disk.age(server.clock - dice.choice([0, 1_000_000, 60_000_000]))
        case 9:
            device.change_hands(dice.choice(THREADS)) if dice.random() < 0.5 else device.disk.lose()
        case 10 | 11:
            if opened := engine.open_thread:
                device.take(engine.seen(opened, device.now))
        case _:
            alter(device, dice.choice(THREADS), dice.choice(STATUSES))


def burst(server: Server, count: int, dice: random.Random) -> None:
    """Many rows of which realtime tells nobody."""
    told, server.told = server.told, lambda thread, event: None
    thread, apart = dice.choice(THREADS), dice.choice([0, 0, 10_000, 1_000_000, 20_000_000])
    for _ in range(count):
        server.insert(f"you say {server.clock}", "you", thread=thread)
        server.clock += apart
    server.told = told


def alter(device: Device, thread: ThreadKey, status: str) -> None:
    request = ev.Alter(thread, Alteration.STATUS, status)
    alterer = device.engine.parts.alterer
    device.take(device.engine.act(lambda out: alterer.alter(request, out), device.now))


def foreign_change(server: Server, dice: random.Random) -> None:
    live = [m.id for m in server.rows.values() if not m.deleted and not server.in_doubt(m.raw)]
    if live and dice.random() < 0.5:
        server.delete(dice.choice(live))
    elif live:
        server.edit(dice.choice(live), f"corrected {server.clock}")


# ---------------------------------------------------------------- the end


def heal(server: Server, devices: list[Device]) -> None:
    """The network is well again: what is under way comes to its end by itself. Then the link is made anew,
    for what was edited or deleted unheard, and every thread is opened and scrolled to its start."""
    for device in devices:
        device.line.switch(offline=False)
        if not device.line.signed_in:
            device.line.enter(ACCOUNT, server.kind.source())
        device.join(True)
    rest(server, devices, 70)
    for device in devices:
        device.join(False)
        device.join(True)
    rest(server, devices, 70)
    for thread in THREADS:
        for device in devices:
            device.open(thread)
        rest(server, devices, 70)


def rest(server: Server, devices: list[Device], least: float) -> None:
    """Time passes, `least` seconds of it, until nobody does anything any more."""
    passed = 0.0
    busy = True
    while busy or passed < least:
        step = 1.0 if busy or passed < 3 else 5.0
        passed += step
        assert passed < least + 600, f"for ever: {[left_over(device) for device in devices]}"
        server.clock += round(step * 1_000_000)
        for device in devices:
            device.now += step
            device.commit_late()
        busy = any([settle(device) for device in devices])
    for device in devices:
        assert not (left := left_over(device)), f"{device.name}: {left}"


def settle(device: Device) -> bool:
    """A second of a person who scrolls to the start. Whether there was anything to do but to look again."""
    device.tick()
    moved = device.drain()
    if device.gaps():
        device.take(device.engine.fill_gap(device.gaps()[-1], device.now))
    elif device.edge is not ev.Edge.START:
        device.take(device.engine.load_older(device.now))
    else:
        return moved
    device.drain()
    return True


def left_over(device: Device) -> list[str]:
    """What of a device still stands as if it were under way, in words; empty when all is at rest."""
    engine, parts = device.engine, device.engine.parts
    looking, health = parts.looking, engine.health.health
    facts: dict[str, object] = {
        "asked": list(parts.asking._flying),
        "edge": device.edge if device.edge is not ev.Edge.START else "",
        "gaps": device.gaps(),
        "outbox": engine.outbox.drafts(),
        "seeking": device.seeking,
        "alarm": engine.next_wake(),
        "passing": looking.passing,
        "to be told": [*looking._owed, *looking._telling, *looking._untold],
        "altered": parts.alterer._pending,
        "topics nobody joins": set(parts.watcher.watched) ^ set(device.line.watched),
        "badge": health.catching_up or health.backlog or health.queued or health.failed or not health.whole,
    }
    for reading in parts.shelf.all():
        here = reading.timeline.thread == engine.open_thread
        words = {**_of(reading), **(_of_open(reading) if here else {})}
        facts |= {f"{reading.timeline.thread.id}: {name}": value for name, value in words.items()}
    return [f"{name}: {value}" for name, value in facts.items() if value]


def _of(reading: Reading) -> dict[str, object]:
    return {
        "catching": reading.catching,
        "comparing": list(reading.comparing),
        "following": reading.following,
        "stale": reading.stale,
        "suspects": reading.suspects,
    }


def _of_open(reading: Reading) -> dict[str, object]:
    """What another thread does once it is opened."""
    return {
        "windows": reading.windows,
        "sweeping": reading.sweeping,
        "doubted": reading.doubted,
        "deaf": not reading.live,
    }
