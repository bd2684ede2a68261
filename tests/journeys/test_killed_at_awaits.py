"""kill -9 at every await of the ways of a message, out and in, and of arriving: signing in, joining, the
first catching up. Afterwards it is there exactly once.

Which awaits these are is found out: the syntax tree says where something waits, and a client that is left
alive says which of these places a message that is sent and one that is answered really pass. A new await
is killed at by itself; a place at which nobody dies is named.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.awaits import MOMENTS, ROOMS, place
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.results import Result, Tell
from tests.journeys.storm import all_sent, rider, stored
from tests.repeats import ARRIVALS, AWAITS, CHAOS, SEED

from supachat.domain.model import ThreadKey

PATIENCE = 60.0
CONVERSATIONS = 5
"""Of the life that finds out which places there are: what most of them pass is on the way."""
TURNS = 20
"""Conversations within which whoever is to die at a place on the way has come there."""
ARRIVALS_MOST = 6
"""The same of arriving: a clock that strikes meanwhile is not heard by each."""
LANES = 5 if CHAOS else 3
"""Clients that live, and die, side by side: most of a life is waiting, for what is typed to be on disk."""


@dataclass(slots=True)
class Lane:
    """One account that is killed again and again. `last` is what it was about to send when it was, `end`
    where that befell it."""

    server: LocalServer
    name: str
    cache: Path
    ben: Guest
    thread: ThreadKey
    last: str = "hello"
    end: str = "-"
    sent: int = 0

    async def born(self, *, early: str = "-", late: str = "-") -> Child:
        """It dies at `early` while it arrives, at `late` while it converses; `?` counts the places."""
        arguments = [self.server.url, self.server.key, self.name, str(self.cache), "ben", early, late]
        module = "tests.journeys.doomed"
        return Child(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *arguments, stdin=PIPE, stdout=PIPE
            )
        )

    @asynccontextmanager
    async def life(self, end: str = "-", *, early: str = "-") -> AsyncIterator[Child]:
        """Born, and whole again: its screen shows the table, and what was lost of the life before is
        nothing."""
        child = await self.born(early=early, late=end)
        try:
            await healed(child, self)
            yield child
        finally:
            await child.ends(kill=True)

    async def conversation(self, child: Child) -> bool:
        """Whether it lived through it."""
        self.sent += 1
        self.last = f"message {self.sent} of {self.name}"
        await child.tell(self.last)
        assert await child.told() == "typed"
        self.ben.client.send(self.thread, f"answer to {self.last}")
        told = await child.told()
        assert told in ("", "survived")
        await all_sent([self.ben])
        return bool(told)

    async def dies_at(self, end: str) -> bool:
        async with self.life(end) as child:
            self.end = end
            for _ in range(TURNS):
                if not await self.conversation(child):
                    return await child.ends() == -signal.SIGKILL
        return False

    async def dies_arriving(self, end: str) -> bool:
        """The life before is cut off in mid-sentence, so that something waits on either side."""
        async with self.life() as child:
            self.sent += 1
            self.last = f"message {self.sent} of {self.name}"
            await child.tell(self.last)
            assert await child.told() == "typed"
        self.ben.client.send(self.thread, f"answer to {self.last}")
        await all_sent([self.ben])
        self.end = f"arriving, {end}"
        for _ in range(ARRIVALS_MOST):
            child = await self.born(early=end)
            try:
                if await child.ends() == -signal.SIGKILL:
                    return True
            finally:
                await child.ends(kill=True)
        return False


class Child:
    """One life of the client."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def told(self) -> str:
        assert self._process.stdout is not None
        return (await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)).decode().strip()

    async def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def ends(self, *, kill: bool = False) -> int:
        """How it ended. Nothing more is asked of it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if kill and self._process.returncode is None:
            self._process.kill()
        return await asyncio.wait_for(self._process.wait(), PATIENCE)


async def healed(child: Child, lane: Lane) -> None:
    """Its screen shows the table and nothing else; what the life before was about to send is stored once
    or still stands in the composer."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while True:
        table = stored(lane.server, lane.thread)
        await child.tell("?")
        said = json.loads(await child.told())
        ids = [id_ for id_, _ in table]
        whole = said["ids"] and said["ids"] == ids[-len(said["ids"]) :] and not said["gaps"]
        times = sum(body == lane.last for _, body in table) + (said["text"] == lane.last)
        if whole and times == 1:
            return
        late = asyncio.get_running_loop().time() > end
        assert not late, f"after {lane.end}: {lane.last!r} is there {times} times; {said}, {table[-5:]}"
        await asyncio.sleep(0.1)


async def places_met(lane: Lane) -> tuple[list[str], list[str]]:
    """Every moment of every await that two arrivals pass, and those that most conversations do."""
    async with lane.life("?", early="?") as child:
        for _ in range(CONVERSATIONS):
            assert await lane.conversation(child)
        await child.tell("!")
        arrival, talk = json.loads(await child.told())
    async with lane.life(early="?") as child:
        await child.tell("!")
        again, _ = json.loads(await child.told())
    early = sorted(set(arrival) & set(again))
    found = sorted(at for at, times in talk.items() if times > CONVERSATIONS / 2)
    for places in (early, found):
        assert {place(at).file.partition("/")[0] for at in places} == set(ROOMS), places
        assert {place(at).moment for at in places} == set(MOMENTS), places
    return early, found


@asynccontextmanager
async def lanes(server: LocalServer, folder: Path) -> AsyncIterator[list[Lane]]:
    names = [f"ana{number}" for number in range(LANES)]
    for name in (*names, "ben"):
        server.sign_up(name)
    async with rider(server.url, server.key, "ben", None) as ben:
        made = []
        for name in names:
            thread = await ben.writes_to(name)
            ben.client.send(thread, "hello")
            made.append(Lane(server, name, folder / f"{name}.db", ben, thread))
        await all_sent([ben])
        yield made


async def test_a_client_killed_at_an_await_neither_loses_nor_doubles(
    own_server: LocalServer, tmp_path: Path, record_property: Tell
) -> None:
    """Before it begins, while it waits, and once it has come back. In `make chaos` at every one, in
    `make test` at some, others each time."""
    seed, alive = SEED or random.SystemRandom().randrange(1 << 32), list[str]()
    async with lanes(own_server, tmp_path) as all_lanes:
        early, late = await places_met(all_lanes[0])
        dice = random.Random(seed)
        chosen = [(Lane.dies_arriving, at) for at in dice.sample(early, min(ARRIVALS, len(early)))]
        chosen += [(Lane.dies_at, at) for at in dice.sample(late, min(AWAITS, len(late)))]
        left = list(chosen)

        async def goes(lane: Lane) -> None:
            while left:
                dies, at = left.pop()
                if not await dies(lane, at):
                    alive.append(f"{dies.__name__} {at}")
            async with lane.life():
                """The last one died as well, and nothing of that is missing."""

        async with asyncio.TaskGroup() as group:
            for lane in all_lanes:
                group.create_task(goes(lane))
    assert not alive, f"seed {seed}: nobody died at {alive}, of {len(chosen)}"
    killed = Counter({"kill -9": len(chosen)})
    sent = 2 * sum(lane.sent for lane in all_lanes)
    name = f"kill -9 of a client at an await, seed {seed}"
    record_property("storm", Result(name, killed, sent=sent).row())
