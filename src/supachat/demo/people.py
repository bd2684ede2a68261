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
from pathlib import Path

from supachat.demo.backend import Backend
from supachat.demo.backstage import Backstage
from supachat.demo.calm import Calm
from supachat.demo.cast import PRESENT, Character, shown
from supachat.demo.enter import Door
from supachat.demo.house import House
from supachat.demo.manners import Pace
from supachat.demo.replies import Answerer, Voices, shipped
from supachat.demo.talk import Talker
from supachat.dialects import catalog

SOURCES = ("direct", "rooms")
"""Where the two have a client: what they do elsewhere is the backend's."""


async def live(house: House, url: str, pipe: int, pace: Pace) -> None:
    """Both of them, until the pipe closes."""
    table = shipped()
    calm = Calm(pace.calm, pace.patience)
    people = [
        asyncio.create_task(_come_and_go(house, url, character, table, pace, order, calm))
        for order, character in enumerate(PRESENT)
    ]
    backend = Backend(house.keys, shown(catalog.names()))
    people.append(asyncio.create_task(Backstage(backend, house, pace, calm, random.Random()).run()))
    try:
        await closed(pipe)
    finally:
        for one in people:
            one.cancel()
        await asyncio.gather(*people, return_exceptions=True)


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


async def _come_and_go(
    house: House, url: str, who: Character, table: Voices, pace: Pace, order: int, calm: Calm
) -> None:
    luck = random.Random()
    answerer = Answerer(who.handle, table, luck, lambda: {"kill": house.kill_command()})
    while True:
        await _stay(house, url, who, answerer, pace, order, luck, calm)
        await asyncio.sleep(pace.pause(luck))


async def _stay(
    house: House,
    url: str,
    who: Character,
    answerer: Answerer,
    pace: Pace,
    order: int,
    luck: random.Random,
    calm: Calm,
) -> None:
    """Come in, talk, and go out again when it is quiet."""
    door = Door(house, url, who, sources=SOURCES)
    client = door.client(kept=False)
    await client.start()
    talker = Talker(client, answerer, pace, luck, order, calm)
    tasks = [asyncio.create_task(talker.listen()), asyncio.create_task(talker.attend())]
    try:
        await door.connect(client)
        end = time.monotonic() + pace.stay(luck)
        while time.monotonic() < max(end, talker.last_word + pace.quiet):  # noqa: ASYNC110  a clock
            await asyncio.sleep(pace.stroke)
        tasks[1].cancel()
        await talker.say_goodbye()
        await asyncio.sleep(pace.stroke)  # the last words are on their way
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
