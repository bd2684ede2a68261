"""A client that kills itself at one await, as `kill -9` would; run as a process by `lanes`.

Arguments: url, key, account, cache, vault (or nothing), dialect, source, the other's name, and the place
of its death: while it arrives, and while it converses. Each may be `-`, where nobody watches, which costs
time, or `?`, where the places are only counted. It does what each line that it reads asks for, and answers:

    ?          what it holds, once it is whole again
    !          how often each place was met: by its arrival, and in its conversations since it was asked
    does text  `typed` once that text stands in the composer; then it does that with it, one of `DOES`, and
               says `heard` once the answer to it has been seen. If it lives until all of it is over and
               the weather is fair it says `survived`.
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
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tests.journeys.awaits import Place, Watch
from tests.journeys.guest import Guest
from tests.journeys.storm import MARK, SETTLE, all_sent, pairs, rider

from supachat.cache.files import last_path
from supachat.domain.health import LinkState
from supachat.domain.model import Delivery, Gap, Message, ThreadKey
from supachat.remote.vault import FileVault
from supachat.sync import catching

PAGES = 2
"""That one catch-up reads in a row, in place of twenty: else a gap takes a thousand messages."""


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


async def main(
    url: str, key: str, name: str, cache: str, vault: str, dialect: str, source: str, other: str,
    early: str, late: str,
) -> None:  # fmt: skip
    arrival, fate = Fate(early), Fate(late)
    kept = FileVault(Path(vault)) if vault else None
    async with AsyncExitStack() as stay:
        with arrival.watch:
            rides = rider(url, key, name, Path(cache), dialect=dialect, vault=kept)
            me = await stay.enter_async_context(rides)
            thread = await me.writes_to(other, source)
            await me.watch.until(lambda: me.watch.thread)
            await all_sent([me])
            await rests(me)
        arrival.ends_one()
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            match line.partition(" "):
                case ("?", _, _):
                    answer = holds(me, thread)
                case ("!", _, _):
                    answer = json.dumps([arrival.conversations, fate.conversations])
                    fate.conversations.clear()
                case (does, _, text):
                    await types(me, thread, text, Path(cache))
                    say("typed")
                    await converses(me, thread, does, text, Path(cache), fate)
                    answer = "survived"
            say(answer)


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is its protocol


def holds(me: Guest, thread: ThreadKey) -> str:
    """A gap is filled on sight, as the pane does."""
    gaps = [item for item in me.watch.items if isinstance(item, Gap)]
    for gap in gaps:
        me.client.fill_gap(gap)
    return json.dumps({"shown": pairs(me), "text": me.client.text(thread), "gaps": len(gaps)})


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


async def converses(me: Guest, thread: ThreadKey, does: str, text: str, cache: Path, fate: Fate) -> None:
    """Do it, hear the answer, and finish what that has begun."""
    with fate.watch:
        await DOES[does](me, thread, text, cache)
        if does != "leaves":
            await me.watch.until(partial(answered, me, text), SETTLE)
            say("heard")
            await fills(me)
            await all_sent([me])
            await joined(me)
            await rests(me)
    fate.ends_one()


# ---------------------------------------------------------------- what it does


async def says(me: Guest, thread: ThreadKey, text: str, _: Path) -> None:
    me.client.send(thread, text)


async def is_refused(me: Guest, thread: ThreadKey, text: str, cache: Path) -> None:
    """Take it back into the composer, and say it once more, as one does who knows better."""
    draft = me.client.send(thread, text)
    await me.watch.until(partial(refused, me, draft), SETTLE)
    taken = me.client.take_back(draft)
    assert taken is not None
    await types(me, thread, taken.raw, cache)
    me.client.send(thread, taken.raw)


async def rejoins(me: Guest, thread: ThreadKey, text: str, _: Path) -> None:
    """Every topic is left and joined again, by hand."""
    me.client.send(thread, text)
    me.client.reconnect_all()


async def goes_off(me: Guest, thread: ThreadKey, text: str, _: Path) -> None:
    """Offline by hand; what is said meanwhile waits."""
    me.client.go_offline()
    await linked(me, LinkState.OFFLINE)
    me.client.send(thread, text)
    me.client.go_online()


async def changes(me: Guest, thread: ThreadKey, text: str, _: Path) -> None:
    """Another text for this one, and nothing in place of the one before."""
    me.client.send(thread, text)
    message = await me.watch.until(partial(arrived, me, text), SETTLE)
    me.client.edit(message.key, text + MARK)
    mine = [m for m in me.messages() if m.raw.startswith("message ") and m.raw != text and not m.deleted]
    for before in mine[-1:]:
        me.client.delete(before.key)


async def leaves(me: Guest, thread: ThreadKey, text: str, _: Path) -> None:
    me.client.send(thread, text)
    await me.client.close()


DOES: dict[str, Callable[[Guest, ThreadKey, str, Path], Awaitable[None]]] = {
    "says": says, "is-refused": is_refused, "rejoins": rejoins, "goes-off": goes_off, "changes": changes,
    "leaves": leaves,
}  # fmt: skip


# ---------------------------------------------------------------- what it waits for


async def rests(me: Guest) -> None:
    """Nothing is asked any more."""
    async with asyncio.timeout(SETTLE):
        while len(me.client._run.engine.parts.asking):
            await asyncio.sleep(0.01)


async def joined(me: Guest) -> None:
    """The weather is fair again, and it has noticed."""
    async with asyncio.timeout(SETTLE):
        while not (link := me.client.health.link).wanted or link.joined < link.wanted:
            await asyncio.sleep(0.01)


async def linked(me: Guest, state: LinkState) -> None:
    async with asyncio.timeout(SETTLE):
        while me.client.health.link.state is not state:
            await asyncio.sleep(0.01)


async def fills(me: Guest) -> None:
    async with asyncio.timeout(SETTLE):
        while gaps := [item for item in me.watch.items if isinstance(item, Gap)]:
            me.client.fill_gap(gaps[-1])
            await asyncio.sleep(0.05)


def answered(me: Guest, text: str) -> bool | None:
    return f"answer to {text}" in me.bodies() or None


def arrived(me: Guest, text: str) -> Message | None:
    return next((m for m in me.messages() if m.raw == text and m.delivery is Delivery.SENT), None)


def refused(me: Guest, draft: str) -> bool | None:
    return any(m.id == draft and m.delivery is Delivery.FAILED for m in me.messages()) or None


if __name__ == "__main__":
    catching.MOST_PAGES = PAGES
    asyncio.run(main(*sys.argv[1:]))
