"""Accounts whose client is killed again and again, and what has to be there after each death."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.proxy import Proxy
from tests.journeys.foul import FAIR, Way, clears
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.storm import MARK, all_sent, rider, stored

from supachat.domain.model import ThreadKey

PATIENCE = 120.0
TURNS = 20
"""Conversations within which whoever is to die at a place on the way has come there."""
LIVES = 6
"""The same of arriving, and of the ways of foul weather: a clock that strikes meanwhile is not heard by
each."""


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

    async def met(self) -> tuple[dict[str, int], dict[str, int]]:
        """How often each place was: by its arrival, and in its conversations."""
        await self.tell("!")
        early, late = json.loads(await self.told())
        return early, late

    async def ends(self, *, kill: bool = False) -> int:
        """How it ended. Nothing more is asked of it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if kill and self._process.returncode is None:
            self._process.kill()
        return await asyncio.wait_for(self._process.wait(), PATIENCE)


@dataclass(slots=True)
class Lane:
    """One account, behind a proxy of its own. `last` is what it was about to send when it was killed, `end`
    where that befell it. `vault` keeps its session; without one it signs in each time."""

    server: LocalServer
    proxy: Proxy
    name: str
    folder: Path
    ben: Guest
    thread: ThreadKey
    dialect: str
    vault: str = ""
    last: str = "hello"
    end: str = "-"
    sent: int = 0

    async def born(self, *, early: str = "-", late: str = "-") -> Child:
        """It dies at `early` while it arrives, at `late` while it converses; `?` counts the places."""
        arguments = [
            *(self.proxy.url, self.server.key, self.name, str(self.folder / f"{self.name}.db"), self.vault),
            *(self.dialect, self.thread.source, self.ben.client.sources[0].me, early, late),
        ]
        module = "tests.journeys.doomed"
        return Child(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *arguments, stdin=PIPE, stdout=PIPE
            )
        )

    @asynccontextmanager
    async def life(self, end: str = "-", *, early: str = "-") -> AsyncIterator[Child]:
        """Born in fair weather, and whole again: its screen shows the table, and what was lost of the life
        before is nothing."""
        clears(self.proxy)
        child = await self.born(early=early, late=end)
        try:
            await healed(child, self)
            yield child
        finally:
            await child.ends(kill=True)

    async def writes(self, child: Child, way: Way = FAIR) -> None:
        """It is about to send something, whatever then becomes of it, and Ben answers."""
        self.sent += 1
        self.last = f"message {self.sent} of {self.name}"
        await way.blows(self.proxy, self.thread.source)
        await child.tell(f"{way.does} {self.last}")
        assert await child.told() == "typed"
        self.ben.client.send(self.thread, f"answer to {self.last}")

    async def conversation(self, child: Child, way: Way = FAIR) -> bool:
        """Whether it lived through it."""
        await self.writes(child, way)
        await way.goes_on(self.proxy, self.server, self.thread, self.last)
        told = await child.told()
        clears(self.proxy)
        if told == "heard":
            told = await child.told()
        assert told in ("", "survived")
        await all_sent([self.ben])
        return bool(told)

    async def dies_at(self, end: str) -> bool:
        """On the way of fair weather."""
        async with self.life(end) as child:
            self.end = end
            for _ in range(TURNS):
                if not await self.conversation(child):
                    return await child.ends() == -signal.SIGKILL
        return False

    async def dies_in(self, way: Way, end: str) -> bool:
        for _ in range(LIVES):
            async with self.life(end) as child:
                self.end = f"{way.name}, {end}"
                if not await self.conversation(child, way):
                    return await child.ends() == -signal.SIGKILL
        return False

    async def dies_arriving(self, way: Way, end: str) -> bool:
        """The life before is cut off in mid-sentence, so that something waits on either side."""
        async with self.life() as child:
            await self.writes(child)
        await all_sent([self.ben])
        self.end = f"arriving, {way.name}, {end}"
        for _ in range(LIVES):
            clears(self.proxy)
            await way.blows(self.proxy, self.thread.source)
            child = await self.born(early=end)
            try:
                await way.goes_on(self.proxy, self.server, self.thread, self.last)
                if await child.ends() == -signal.SIGKILL:
                    return True
            finally:
                await child.ends(kill=True)
        return False


async def healed(child: Child, lane: Lane) -> None:
    """Its screen shows the table and nothing else; what the life before was about to send is stored once
    or still stands in the composer; nothing at all is there twice."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while True:
        table = stored(lane.server, lane.thread)
        await child.tell("?")
        said = json.loads(await child.told())
        shown = [tuple(pair) for pair in said["shown"]]
        whole = shown and shown == table[-len(shown) :] and not said["gaps"]
        bodies = [body.removesuffix(MARK) for _, body in table]
        times = bodies.count(lane.last) + (said["text"] == lane.last)
        assert len(bodies) == len(set(bodies)), f"after {lane.end}: twice in {bodies[-8:]}"
        if whole and times == 1:
            return
        late = asyncio.get_running_loop().time() > end
        assert not late, f"after {lane.end}: {lane.last!r} is there {times} times; {said}, {table[-5:]}"
        await asyncio.sleep(0.1)


@asynccontextmanager
async def lanes(
    server: LocalServer, folder: Path, number: int, *, dialect: str = "direct", kept: bool = False
) -> AsyncIterator[list[Lane]]:
    """So many, and Ben, who is known already, and answers all of them. `kept`: they need not sign in a
    second time."""
    names = [f"{Path(dialect).stem}{count}" for count in range(number)]
    for name in names:
        server.sign_up(name)
    async with AsyncExitStack() as stay:
        ben = await stay.enter_async_context(rider(server.url, server.key, "ben", None, dialect=dialect))
        source, made = ben.client.sources[0].name, []
        for name in names:
            known = name if source == "direct" else server.token(name)["user"]["id"]
            thread = await ben.writes_to(known, source)
            ben.client.send(thread, "hello")
            proxy = await stay.enter_async_context(Proxy(server.url))
            vault = str(folder / f"{name}.vault") if kept else ""
            made.append(Lane(server, proxy, name, folder, ben, thread, dialect, vault))
        await all_sent([ben])
        yield made
