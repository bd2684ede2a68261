"""kill -9 at every await of the ways of a message: out, in, and arriving. Afterwards it is there exactly
once.

Which awaits these are is found out: the syntax tree says where something waits, and clients that are left
alive say which of these places each way leads through, of fair weather and of foul (`foul`). Then one dies
at each. An await by which no way leads must be named in `beside`, with a reason.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.awaits import MOMENTS, ROOMS, Await, awaited, passed, place
from tests.journeys.beside import BESIDE, CHANCE, why_beside
from tests.journeys.cradle import Cradle
from tests.journeys.foul import FAIR, MORNING, WAYS, Way
from tests.journeys.lanes import LITTLE, Lane, lanes, serving
from tests.journeys.results import Result, Tell
from tests.repeats import AWAITS, CHAOS, SEED

LANES = {"direct": 2, "plain": 2, "keyed": 2, "told": 1, "command": 1, "endpoint": 1}
"""Clients of each kind that live, and die, side by side: most of a life is waiting."""
SOME = 3
"""Ways of one kind that `make test` rides."""
TRIES = 5
"""Some places are met by chance: a wait before the next try is, or is not, over when the weather clears."""


@dataclass(slots=True)
class Log:
    """What came of it. `met` has, for each await that was passed, where: the kind, its way, the place."""

    met: dict[Await, list[tuple[str, Way, str]]] = field(default_factory=lambda: defaultdict(list))
    dead: set[Await] = field(default_factory=set)
    alive: dict[Await, list[str]] = field(default_factory=lambda: defaultdict(list))

    def passes(self, kind: str, way: Way, places: Iterable[str]) -> None:
        for one in sorted(places):
            self.met[place(one)[:2]].append((kind, way, one))


async def ride(lane: Lane, ways: list[Way], log: Log) -> None:
    """Live on each of these ways that nobody has taken yet."""
    while ways:
        way = ways.pop()
        log.passes(lane.kind, way, passed(await lane.meets(way)))


async def die(lane: Lane, deaths: list[Await], log: Log, dice: random.Random) -> None:
    """At each of these awaits that nobody has taken yet, somewhere on its ways. In the end what came of the
    last death is looked at too."""
    while deaths:
        one = deaths.pop()
        rides = [(way, end) for kind, way, end in log.met[one] if kind == lane.kind]
        for _ in range(TRIES):
            way, end = dice.choice(rides)
            if await lane.dies(way, end):
                log.dead.add(one)
                break
            log.alive[one].append(f"{way.name}: {end}")
    async with lane.life():
        """The last one died as well, and nothing of that is missing."""


async def everywhere(all_lanes: Mapping[str, Sequence[Lane]], dice: random.Random) -> Log:
    """Each kind of client first rides its ways, then dies on them."""
    log = Log()
    async with asyncio.TaskGroup() as group:
        for kind, side_by_side in all_lanes.items():
            ways = list(WAYS[kind]) if CHAOS else [FAIR, MORNING, *dice.sample(WAYS[kind], SOME)]
            for lane in side_by_side:
                group.create_task(ride(lane, ways, log))
    deaths = defaultdict[str, list[Await]](list)
    for one in dice.sample(sorted(log.met), min(AWAITS, len(log.met))):
        deaths[dice.choice(log.met[one])[0]].append(one)
    async with asyncio.TaskGroup() as group:
        for kind, side_by_side in all_lanes.items():
            for lane in side_by_side:
                group.create_task(die(lane, deaths[kind], log, dice))
    return log


async def test_a_client_killed_at_an_await_neither_loses_nor_doubles(
    tmp_path: Path, record_property: Tell
) -> None:
    """Before it begins, while it waits, or once it has come back. In `make chaos` all ways are ridden and
    all of their awaits killed at; in `make test` a few of one kind of client, others each time."""
    seed = SEED or random.SystemRandom().randrange(1 << 32)
    dice = random.Random(seed)
    kinds = list(LANES) if CHAOS else [dice.choice(["direct", "plain", "keyed"])]
    async with AsyncExitStack() as stay:
        cradle = await stay.enter_async_context(Cradle())
        homes = {
            little: stay.enter_context(serving(tmp_path / f"server{little}", little=little))
            for little in sorted({kind == LITTLE for kind in kinds})
        }
        all_lanes = {
            kind: await stay.enter_async_context(
                lanes(kind, LANES[kind], homes[kind == LITTLE], cradle, tmp_path)
            )
            for kind in kinds
        }
        log = await everywhere(all_lanes, dice)
    every = awaited()
    name = (
        f"kill -9 of a client at {len(log.dead)} of the {len(log.met)} awaits that its ways passed"
        f" (of {len(every)} there are), seed {seed}"
    )
    sent = 2 * sum(lane.sent for side_by_side in all_lanes.values() for lane in side_by_side)
    record_property("storm", Result(name, Counter({"kill -9": len(log.dead)}), sent=sent).row())
    alive = {one: tried for one, tried in log.alive.items() if one not in log.dead}
    assert len(alive) <= max(1, len(log.dead) // 20), f"seed {seed}: nobody died at {alive}"
    met = {place(end) for rides in log.met.values() for _, _, end in rides}
    assert {one.file.partition("/")[0] for one in met} == set(ROOMS), f"seed {seed}: {met}"
    assert {one.moment for one in met} == set(MOMENTS), f"seed {seed}: {met}"
    beside = {one: why for one, what in every.items() if (why := why_beside(*what))}
    passed_by = {one for one in beside.keys() & log.met.keys() if beside[one] != CHANCE}
    assert not passed_by, f"seed {seed}: messages pass {sorted(passed_by)}"
    if CHAOS:
        unknown = every.keys() - beside.keys() - log.met.keys()
        assert not unknown, f"seed {seed}: no way leads by {sorted(unknown)}"


def test_what_is_said_to_be_on_no_way_is_there() -> None:
    there = set(awaited().values())
    assert not BESIDE.keys() - there - {(file, function, "") for file, function, _ in there}
