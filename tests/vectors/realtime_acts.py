"""What a recording only says in a note: somebody stops reading, talks much, reads again."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.vectors.realtime_wire import Wire

Act = Callable[[Mapping[str, Wire]], Awaitable[None]]
TOPIC = "realtime:slow"
BODY = "x" * 100_000


def stop_reading(name: str) -> Act:
    """Nothing more is taken from that connection's socket."""

    async def act(wires: Mapping[str, Wire]) -> None:
        wires[name].socket.transport.pause_reading()

    return act


def read_again(name: str) -> Act:
    """What has piled up is taken, and whatever comes."""

    async def act(wires: Mapping[str, Wire]) -> None:
        wires[name].socket.transport.resume_reading()

    return act


def flood(speaker: str, listener: str, count: int) -> Act:
    """So many broadcasts of 100 kB, each acknowledged but the last, whose answer the recording has; the
    listener hears them all, in order."""

    async def act(wires: Mapping[str, Wire]) -> None:
        for number in range(count):
            payload = {"type": "broadcast", "event": "b", "payload": {"i": number, "s": BODY}}
            frame = {"topic": TOPIC, "event": "broadcast", "payload": payload, "ref": str(number + 2)}
            await wires[speaker].socket.send(json.dumps({**frame, "join_ref": "1"}))
            await _heard(wires[listener], number)
            if number < count - 1:
                reply = await wires[speaker].take(("reply", ""))
                assert (reply["ref"], reply["payload"]["status"]) == (str(number + 2), "ok")

    return act


def caught_up(name: str, count: int) -> Act:
    """It has heard them all too, late, and is still there."""

    async def act(wires: Mapping[str, Wire]) -> None:
        for number in range(count):
            await _heard(wires[name], number)
        await (await wires[name].socket.ping())

    return act


async def _heard(wire: Wire, number: int) -> None:
    frame: dict[str, Any] = await wire.take(("fan-out", TOPIC))
    assert frame["payload"]["payload"]["i"] == number
