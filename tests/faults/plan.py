"""Which faults a storm is made of, drawn from a seed. Pure: the same seed gives the same storm."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    # the wire: bytes of every connection
    CUT = "cut"
    REFUSE = "refuse"
    STALL = "stall"
    HALF_OPEN = "half-open"
    SLOW = "slow"
    SPLIT = "split"
    MERGE = "merge"
    # the answers to HTTP requests
    STATUS = "status"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    LATE = "late"
    LOST = "lost"
    """Carried out, and the answer never came: whoever sent cannot know."""
    # the frames of websockets
    DROP = "drop"
    DOUBLE = "double"
    DELAY = "delay"
    REORDER = "reorder"
    CORRUPT = "corrupt"


WIRE = frozenset({Kind.CUT, Kind.REFUSE, Kind.STALL, Kind.HALF_OPEN, Kind.SLOW, Kind.SPLIT, Kind.MERGE})
HTTP = frozenset({Kind.STATUS, Kind.EMPTY, Kind.TRUNCATED, Kind.LATE, Kind.LOST})
FRAME = frozenset({Kind.DROP, Kind.DOUBLE, Kind.DELAY, Kind.REORDER, Kind.CORRUPT})
STATUSES = (401, 403, 409, 429, 500, 503)


@dataclass(frozen=True, slots=True)
class Fault:
    """`seconds` is how long a fault of the wire lasts, or how late something comes; `count` how many
    requests or frames it takes; `before` whether a refused request was kept from the server."""

    kind: Kind
    seconds: float = 0.0
    count: int = 1
    status: int = 0
    before: bool = True

    def __str__(self) -> str:
        return f"{self.kind} {self.status}" if self.status else str(self.kind)


EVERY = frozenset(map(str, (Fault(kind) for kind in Kind if kind is not Kind.STATUS))) | {
    str(Fault(Kind.STATUS, status=status)) for status in STATUSES
}
"""All that there is, by the words of each."""


def storm(seed: int, number: int, *, scale: float = 1.0) -> list[Fault]:
    """`number` faults, every kind about as often, and so every status. `scale` shortens what takes time."""
    chance = random.Random(seed)
    kinds = [kind for _ in range(number // len(Kind) + 1) for kind in Kind][:number]
    chance.shuffle(kinds)
    statuses = itertools.cycle(chance.sample(STATUSES, len(STATUSES)))
    return [_fault(kind, chance, scale, statuses) for kind in kinds]


def _fault(kind: Kind, chance: random.Random, scale: float, statuses: Iterator[int]) -> Fault:
    longest = {Kind.REFUSE: 4.0, Kind.STALL: 6.0, Kind.SLOW: 3.0, Kind.SPLIT: 3.0, Kind.MERGE: 3.0}
    seconds = chance.uniform(0.2, longest.get(kind, 1.5)) * scale
    status = next(statuses) if kind is Kind.STATUS else 0
    return Fault(kind, seconds, chance.randint(1, 4), status, chance.random() < 0.5)
