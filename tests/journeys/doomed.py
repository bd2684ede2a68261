"""A client that kills itself at one await, as `kill -9` would; run as a process by `test_killed_at_awaits`.

Arguments: url, key, account, cache, the other's name, the place `file:line` or `-`, `before` or `after`.
Says in one JSON line what it holds once it is whole again, waits for a line with a text, sends that
text, and goes on until the answer to it has been seen. Then it dies, or says `survived`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
import threading
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from tests.journeys.guest import Guest
from tests.journeys.storm import SETTLE, all_sent, ids, rider

from supachat.cache.files import last_path
from supachat.domain.model import ThreadKey


class Doom:
    """The trace function: it watches one line of one file. In the product there is no hook for it."""

    def __init__(self, place: str, when: str) -> None:
        self._file, _, line = place.rpartition(":")
        self._line, self._after = int(line), when == "after"
        self._passed: set[int] = set()

    def install(self) -> None:
        threading.settrace(self)
        sys.settrace(self)

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Doom | None:
        if not frame.f_code.co_filename.endswith(self._file):
            return None
        here = event == "line" and frame.f_lineno == self._line
        if (here and not self._after) or (id(frame) in self._passed and event in ("line", "return")):
            os.kill(os.getpid(), signal.SIGKILL)
        if here:
            self._passed.add(id(frame))
        return self


async def main(url: str, key: str, name: str, cache: str, other: str, place: str, when: str) -> None:
    async with rider(url, key, name, Path(cache)) as me:
        thread = await me.writes_to(other)
        await me.watch.until(lambda: me.watch.thread)
        await all_sent([me])
        answer = await asyncio.to_thread(sys.stdin.readline)
        while answer.strip() == "?":
            said = {
                "ids": ids(me),
                "text": me.client.text(thread),
                "gaps": len(me.watch.items) - len(ids(me)),
            }
            print(json.dumps(said), flush=True)  # noqa: T201  this is its protocol
            answer = await asyncio.to_thread(sys.stdin.readline)
        await types(me, thread, answer.strip(), Path(cache))
        await converses(me, thread, answer.strip(), place, when)
        print("survived", flush=True)  # noqa: T201


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


async def converses(me: Guest, thread: ThreadKey, text: str, place: str, when: str) -> None:
    """Send, hear the answer."""
    if place != "-":
        Doom(place, when).install()
    me.client.send(thread, text)
    await me.watch.until(partial(answered, me, text))
    await all_sent([me])


def answered(me: Guest, text: str) -> bool | None:
    return f"answer to {text}" in me.bodies() or None


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
