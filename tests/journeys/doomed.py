"""A client that kills itself at one await, as `kill -9` would; run as a process by `test_killed_at_awaits`.

Arguments: url, key, account, cache, the other's name, and the place of its death: while it arrives, and
while it converses. Each may be `-`, where nobody watches, which costs time, or `?`, where the places are
only counted. It does what each line that it reads asks for, and answers:

    ?      what it holds, once it is whole again
    !      how often each place was met: by its arrival, and in its conversations
    text   `typed` once that text stands in the composer; then it sends it, and goes on until the answer to
           it has been seen. If it lives that long it says `survived`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tests.journeys.awaits import Place, Watch
from tests.journeys.guest import Guest
from tests.journeys.storm import SETTLE, all_sent, ids, rider

from supachat.cache.files import last_path
from supachat.domain.model import ThreadKey


class Fate:
    """Dies at `end`, a place as its text. Counts those that it has come by, but for an end of `-`."""

    def __init__(self, end: str) -> None:
        self._end = end
        self._met: set[Place] = set()
        self.conversations: Counter[str] = Counter()
        self.watch = Watch(self._meets) if end != "-" else contextlib.nullcontext()

    def _meets(self, place: Place) -> None:
        if str(place) == self._end:
            os.kill(os.getpid(), signal.SIGKILL)
        self._met.add(place)

    def ends_one(self) -> None:
        self.conversations.update(map(str, self._met))
        self._met.clear()


async def main(url: str, key: str, name: str, cache: str, other: str, early: str, late: str) -> None:
    arrival, fate = Fate(early), Fate(late)
    async with AsyncExitStack() as stay:
        with arrival.watch:
            me = await stay.enter_async_context(rider(url, key, name, Path(cache)))
            thread = await me.writes_to(other)
            await me.watch.until(lambda: me.watch.thread)
            await all_sent([me])
            await rests(me)
        arrival.ends_one()
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            match line:
                case "?":
                    answer = holds(me, thread)
                case "!":
                    answer = json.dumps([arrival.conversations, fate.conversations])
                case text:
                    await types(me, thread, text, Path(cache))
                    say("typed")
                    await converses(me, thread, text, fate)
                    answer = "survived"
            say(answer)


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is its protocol


def holds(me: Guest, thread: ThreadKey) -> str:
    shown = ids(me)
    said = {"ids": shown, "text": me.client.text(thread), "gaps": len(me.watch.items) - len(shown)}
    return json.dumps(said)


async def types(me: Guest, thread: ThreadKey, text: str, cache: Path) -> None:
    """What is typed is on disk within a second, whatever happens then."""
    me.client.keep_text(thread, text)
    async with asyncio.timeout(SETTLE):
        while text not in texts_on_disk(cache):
            await asyncio.sleep(0.05)


def texts_on_disk(cache: Path) -> list[str]:
    path = last_path(cache)
    if path is None:
        return []
    with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as db:
        return [row[0] for row in db.execute("select text from texts")]


async def converses(me: Guest, thread: ThreadKey, text: str, fate: Fate) -> None:
    """Send, hear the answer, and finish what that has begun."""
    with fate.watch:
        me.client.send(thread, text)
        await me.watch.until(partial(answered, me, text), SETTLE)
        await all_sent([me])
        await rests(me)
    fate.ends_one()


async def rests(me: Guest) -> None:
    """Nothing is asked any more."""
    async with asyncio.timeout(SETTLE):
        while len(me.client._run.engine.parts.asking):
            await asyncio.sleep(0.01)


def answered(me: Guest, text: str) -> bool | None:
    return f"answer to {text}" in me.bodies() or None


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
