"""kill -9 at every await of the ways of a message, out and in, and of arriving: signing in, joining, the
first catching up. Afterwards it is there exactly once.

Which awaits these are is found out: the syntax tree says where something waits, and a client that is left
alive says which of these places a message that is sent and one that is answered really pass. In foul
weather they pass others: those are killed at as well. A new await is killed at by itself; a place at which
nobody dies is named, and so is an await that is on no way.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import chain
from pathlib import Path

from tests.journeys.awaits import MOMENTS, ROOMS, functions, place
from tests.journeys.beside import BESIDE
from tests.journeys.foul import ARRIVING, FAIR, GOOD_BYE, WAYS, Way, clears
from tests.journeys.lanes import Lane, healed, lanes
from tests.journeys.local import LocalServer
from tests.journeys.results import Result, Tell
from tests.repeats import ARRIVALS, AWAITS, CHAOS, FOUL, SEED

PLAIN = Path(__file__).parent / "plain"
DIALECTS = {"direct": "direct", "plain": str(PLAIN / "plain.toml")}
CONVERSATIONS = 5
"""Of the life that finds out which places there are: what most of them pass is on the way."""
LANES = 5 if CHAOS else 3
"""Clients that live, and die, side by side: most of a life is waiting, for what is typed to be on disk."""
Death = Callable[[Lane], Awaitable[bool]]
Await = tuple[str, int]
"""File and line."""
Ride = tuple[str, Way]
"""A source's name, and a way."""


def at(places: Iterable[str]) -> set[Await]:
    return {(one.file, one.line) for one in map(place, places)}


async def places_met(lane: Lane) -> tuple[list[str], list[str]]:
    """Every moment of every await that two arrivals pass, and those that most conversations do."""
    async with lane.life("?", early="?") as child:
        for _ in range(CONVERSATIONS):
            assert await lane.conversation(child)
        arrival, talk = await child.met()
    async with lane.life(early="?") as child:
        again, _ = await child.met()
    early = sorted(set(arrival) & set(again))
    found = sorted(at for at, times in talk.items() if times > CONVERSATIONS / 2)
    for places in (early, found):
        assert {place(at).file.partition("/")[0] for at in places} == set(ROOMS), places
        assert {place(at).moment for at in places} == set(MOMENTS), places
    return early, found


def of_each(places: Iterable[str], dice: random.Random) -> list[str]:
    """Of every await one of its moments."""
    shuffled = dice.sample(ordered := sorted(places), len(ordered))
    return sorted({(place(one).file, place(one).line): one for one in shuffled}.values())


async def die(
    all_lanes: Sequence[Lane], deaths: Sequence[tuple[str, Death]], seed: int, *, spared: int = 0
) -> Result:
    """Each of them, one after another in each lane; in the end what came of the last is looked at too.
    `spared`: so many may come by their place in none of their lives."""
    left, alive = list(deaths), list[str]()

    async def goes(lane: Lane) -> None:
        while left:
            name, dies = left.pop()
            if not await dies(lane):
                alive.append(name)
        async with lane.life():
            """The last one died as well, and nothing of that is missing."""

    async with asyncio.TaskGroup() as group:
        for lane in all_lanes:
            group.create_task(goes(lane))
    assert len(alive) <= spared, f"seed {seed}: nobody died at {alive}, of {len(deaths)}"
    killed = Counter({"kill -9": len(deaths) - len(alive)})
    return Result("", killed, sent=2 * sum(lane.sent for lane in all_lanes))


def arriving(way: Way, end: str) -> tuple[str, Death]:
    return f"arriving, {way.name}, {end}", lambda lane: lane.dies_arriving(way, end)


def on_the_way(end: str) -> tuple[str, Death]:
    return end, lambda lane: lane.dies_at(end)


def in_the_way(way: Way, end: str) -> tuple[str, Death]:
    return f"{way.name}, {end}", lambda lane: lane.dies_in(way, end)


async def test_a_client_killed_at_an_await_neither_loses_nor_doubles(
    own_server: LocalServer, tmp_path: Path, record_property: Tell
) -> None:
    """Before it begins, while it waits, or once it has come back. In `make chaos` at every one, in
    `make test` at some, others each time."""
    seed = SEED or random.SystemRandom().randrange(1 << 32)
    own_server.sign_up("ben")
    async with lanes(own_server, tmp_path, LANES) as all_lanes:
        early, late = await places_met(all_lanes[0])
        dice = random.Random(seed)
        late = of_each(late, dice)
        deaths = [arriving(FAIR, end) for end in dice.sample(early, min(ARRIVALS, len(early)))]
        deaths += [on_the_way(end) for end in dice.sample(late, min(AWAITS, len(late)))]
        result = await die(all_lanes, deaths, seed)
    result.name = f"kill -9 of a client at an await, seed {seed}"
    record_property("storm", result.row())


# ---------------------------------------------------------------- foul weather


async def ridden(lane: Lane, ways: Sequence[Way]) -> dict[Way, set[str]]:
    """The places that one life meets on each of these, the fair way and arriving among them."""
    async with lane.life("?", early="?") as child:
        met = {}
        for way in (FAIR, *ways, GOOD_BYE):
            assert await lane.conversation(child, way), way.name
            early, late = await child.met()
            met[way] = set(late) | (set(early) if way is FAIR else set())
    await ARRIVING.blows(lane.proxy, lane.thread.source)
    child = await lane.born(early="?")
    try:
        await ARRIVING.goes_on(lane.proxy, lane.server, lane.thread, "")
        clears(lane.proxy)
        await healed(child, lane)
        met[ARRIVING] = set((await child.met())[0])
    finally:
        await child.ends(kill=True)
    return met


async def foul_places(two: Sequence[Lane], ways: Sequence[Way]) -> tuple[dict[Ride, set[str]], set[Await]]:
    """What two lives meet, by way; and the awaits that at least one of them passes."""
    one, other = await asyncio.gather(*(ridden(lane, ways) for lane in two))
    both = {(two[0].thread.source, way): met & other[way] for way, met in one.items()}
    return both, at(chain(*one.values(), *other.values()))


def foul_deaths(met: dict[Ride, set[str]], dice: random.Random) -> dict[Ride, list[str]]:
    """At each await that fair weather does not pass, on one of its ways; on the others somewhere."""
    fair = {one for (_, way), ends in met.items() if way is FAIR for one in at(ends)}
    foul = [(ride, end) for ride, ends in met.items() if ride[1] is not FAIR for end in sorted(ends)]
    once = {place(end)[:2]: (ride, end) for ride, end in dice.sample(foul, len(foul))}
    found: dict[Ride, list[str]] = {ride: [] for ride, _ in foul}
    for one, (ride, end) in once.items():
        found[ride] += [end] if one not in fair else []
    return {ride: ends or [dice.choice(sorted(met[ride]))] for ride, ends in found.items()}


async def killed_in_foul_weather(
    lanes_of: Mapping[str, Sequence[Lane]], dice: random.Random, seed: int
) -> tuple[set[Await], list[Result]]:
    """By source; the awaits that were passed, and what came of the deaths. Some places are met by chance: a
    wait before the next try is, or is not, over when the weather clears."""
    ways = {source: WAYS[source] if CHAOS else dice.sample(WAYS[source], 2) for source in lanes_of}
    found = await asyncio.gather(*(foul_places(lanes_of[one][:2], ways[one]) for one in lanes_of))
    met = {ride: ends for places, _ in found for ride, ends in places.items()}
    deaths: dict[str, list[tuple[str, Death]]] = {source: [] for source in lanes_of}
    for (source, way), ends in foul_deaths(met, dice).items():
        deaths[source] += [(arriving if way is ARRIVING else in_the_way)(way, end) for end in ends]
    some = {source: dice.sample(each, min(FOUL, len(each))) for source, each in deaths.items()}
    spared = max(1, max(map(len, some.values())) // 10)
    results = await asyncio.gather(
        *(die(lanes_of[one], some[one], seed, spared=spared) for one in lanes_of)
    )
    return set().union(*(passed for _, passed in found)), results


async def test_a_client_killed_in_foul_weather_neither_loses_nor_doubles(
    tmp_path: Path, record_property: Tell
) -> None:
    """Where a token is renewed, a send looked for or tried again, a topic joined anew, a gap filled, a
    refused draft given back: in a source that takes keys from clients, and in one that does not (in
    `make test` in one of them, on two of its ways)."""
    seed = SEED or random.SystemRandom().randrange(1 << 32)
    dice = random.Random(seed)
    with LocalServer(tmp_path / "server", "--migrations", str(PLAIN)) as server:
        server.sign_up("ben")
        async with AsyncExitStack() as stay:
            lanes_of = {
                source: await stay.enter_async_context(
                    lanes(server, tmp_path, 3, dialect=DIALECTS[source], kept=True)
                )
                for source in (sorted(DIALECTS) if CHAOS else [dice.choice(sorted(DIALECTS))])
            }
            reached, results = await killed_in_foul_weather(lanes_of, dice, seed)
    every = functions()
    name = f"the same in foul weather ({len(reached)} of {len(every)} awaits passed), seed {seed}"
    killed = sum((one.faults for one in results), Counter[str]())
    record_property("storm", Result(name, killed, sent=sum(one.sent for one in results)).row())
    if CHAOS:
        never = {(place[0], function) for place, function in every.items() if place not in reached}
        unknown = {one for one in never if not {(one[0], ""), one} & BESIDE.keys()}
        assert not unknown, f"seed {seed}: no way leads by {sorted(unknown)}"


def test_what_is_said_to_be_on_no_way_is_there() -> None:
    there = {(file, name) for (file, _), name in functions().items()}
    assert not BESIDE.keys() - there - {(file, "") for file, _ in there}
