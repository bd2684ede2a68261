"""The process of the two who are there, and of everybody behind the scenes:
`python -m supachat.demo.people FOLDER URL PIPE PACE`.

The two are accounts like any other, through the same client as the screen. Ends within two seconds when
the pipe closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from supachat.demo.backend import Backend
from supachat.demo.backstage import Backstage
from supachat.demo.calm import Calm
from supachat.demo.cast import PRESENT, Character, shown
from supachat.demo.enter import Door
from supachat.demo.house import House
from supachat.demo.manners import Pace
from supachat.demo.replies import Answerer, shipped
from supachat.demo.talk import Talker
from supachat.dialects import catalog

SOURCES = ("direct", "rooms")
"""Where the two have a client: what they do elsewhere is the backend's."""


async def live(house: House, url: str, pipe: int, pace: Pace) -> None:
    """Everybody, until the pipe closes."""
    luck = random.Random()
    calm = Calm(pace.calm, pace.patience)
    table = shipped()
    tasks = []
    for order, who in enumerate(PRESENT):
        facts = partial(_facts, house)
        answerer = Answerer(who.handle, table, luck, facts, house.greeted(who.handle))
        regular = Regular(house, url, who, answerer, pace, calm, luck, order)
        tasks.append(asyncio.create_task(regular.come_and_go()))
    backend = Backend(house.keys, shown(catalog.names()))
    tasks.append(asyncio.create_task(Backstage(backend, house, pace, calm, luck).run()))
    try:
        await closed(pipe)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _facts(house: House) -> dict[str, str]:
    return {"kill": house.kill_command()}


async def closed(pipe: int) -> None:
    """Wait until nobody holds the other end."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()

    def heard() -> None:
        if not os.read(pipe, 4096):
            loop.remove_reader(pipe)
            over.set()

    loop.add_reader(pipe, heard)
    await over.wait()


@dataclass(frozen=True, slots=True)
class Regular:
    """One of the two. `order` is 0 for who greets first."""

    house: House
    url: str
    who: Character
    answerer: Answerer
    pace: Pace
    calm: Calm
    luck: random.Random
    order: int

    async def come_and_go(self) -> None:
        """For ever. Cancel it to leave."""
        while True:
            await self._stay()
            await asyncio.sleep(self.pace.pause(self.luck))

    async def _stay(self) -> None:
        """Come in, talk, and go out again when it is quiet."""
        door = Door(self.house, self.url, self.who, sources=SOURCES)
        client = door.client(kept=False)
        await client.start()
        talker = Talker(client, self.answerer, self.pace, self.order, self.calm)
        tasks = [asyncio.create_task(talker.listen()), asyncio.create_task(talker.attend())]
        try:
            await door.connect(client)
            end = time.monotonic() + self.pace.stay(self.luck)
            while time.monotonic() < max(end, talker.last_word + self.pace.quiet):  # noqa: ASYNC110  a clock
                await asyncio.sleep(self.pace.stroke)
            tasks[1].cancel()
            await talker.say_goodbye()
            await asyncio.sleep(self.pace.stroke)  # the last words are on their way
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await client.close()


def main() -> None:
    folder, url, pipe, pace = sys.argv[1:]
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(live(House(Path(folder)), url, int(pipe), Pace(float(pace))))


if __name__ == "__main__":
    main()
