"""A client that kills itself at one await, as `kill -9` would: what `cradle` becomes.

It does what each line that it reads asks for, and answers:

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
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.journeys.awaits import Place, Watch
from tests.journeys.deeds import DOES, Doer, answered, fills, joined, rests, types
from tests.journeys.guest import Guest
from tests.journeys.local import PASSWORD
from tests.journeys.sessions_kept import kept
from tests.journeys.storm import QUICK, SETTLE, SPEED, all_sent, pairs, persist

from supachat.cache.files import Files
from supachat.client import Client
from supachat.dialects.catalog import load
from supachat.domain.entering import Password
from supachat.domain.errors import SessionEnded
from supachat.domain.model import Gap, ThreadKey
from supachat.domain.text import safe_line
from supachat.remote.project import Project
from supachat.sync import catching

PAGES = 2
"""That one catch-up reads in a row, in place of twenty: else a gap takes a thousand messages."""


@dataclass(frozen=True, slots=True)
class Life:
    """`session` is for `kept`. It talks in `thread`, or with `other` where that is not made yet. It dies at
    `early` while it arrives, at `late` while it converses: a place as its text. Each may be `-`, where
    nobody watches, which costs time, or `?`, where the places are only counted."""

    url: str
    key: str
    name: str
    cache: str
    session: str
    dialect: str
    source: str
    other: str
    thread: str = ""
    early: str = "-"
    late: str = "-"


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


async def main(life: Life) -> None:
    catching.MOST_PAGES = PAGES
    arrival, fate = Fate(life.early), Fate(life.late)
    async with AsyncExitStack() as stay:
        late = asyncio.get_running_loop().call_later(SETTLE / 2, complains, life)
        with arrival.watch:
            doer = await stay.enter_async_context(arrives(life))
            await rests(doer.me)
        late.cancel()
        arrival.ends_one()
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            match line.partition(" "):
                case ("?", _, _):
                    answer = holds(doer)
                case ("!", _, _):
                    answer = json.dumps([arrival.conversations, fate.conversations])
                    fate.conversations.clear()
                case (does, _, text):
                    await types(doer, text)
                    say("typed")
                    await converses(doer, does, text, fate)
                    answer = "survived"
            say(answer)


def complains(life: Life) -> None:
    """It should have arrived by now."""
    print(f"{life} is late:", file=sys.stderr)  # noqa: T201  whoever reads the failure wants to know
    for task in asyncio.all_tasks():
        task.print_stack(limit=6)


@asynccontextmanager
async def arrives(life: Life) -> AsyncIterator[Doer]:
    """As the app does: what is kept comes first, then the way to the server, and who has no session signs
    in."""
    client = Client(
        safe_line(life.name), Files(Path(life.cache)), monotonic=lambda: time.monotonic() * SPEED
    )
    me = Guest(client)
    await client.start()
    pump = asyncio.create_task(me.watch.pump())
    try:
        if (last := client.last_open) is not None:
            await client.recall(last)
        vault, giver = kept(life.session)
        project = Project(life.url, life.key, [load(life.dialect)], vault, waits=QUICK, giver=giver)
        doer = Doer(me, project, vault, Password(f"{life.name}@example.org", PASSWORD), Path(life.cache))
        client.attach(project)
        await signs_in(doer)
        await me.watch.listed_threads()
        await persist(lambda: opens(doer, life))
        await me.watch.until(lambda: me.watch.thread)
        await all_sent([me])
        yield doer
    finally:
        await client.close()
        await asyncio.wait_for(pump, 5)


async def opens(doer: Doer, life: Life) -> None:
    if life.other:
        doer.thread = await doer.me.writes_to(life.other, life.source)
    else:
        doer.thread = ThreadKey(life.source, life.thread)
        doer.me.client.open(doer.thread)


async def signs_in(doer: Doer) -> None:
    """With the session that is kept, or else anew."""
    try:
        await doer.me.watch.signed_in(SETTLE)
    except SessionEnded:
        await persist(lambda: doer.me.client.entry.enter(doer.proof))
        await doer.me.watch.until(lambda: doer.me.client.online or None, SETTLE)


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is its protocol


def holds(doer: Doer) -> str:
    """A gap is filled on sight, as the pane does."""
    gaps = [item for item in doer.me.watch.items if isinstance(item, Gap)]
    for gap in gaps:
        doer.me.client.fill_gap(gap)
    text = doer.me.client.text(doer.thread)
    return json.dumps({"shown": pairs(doer.me), "text": text, "gaps": len(gaps)})


async def converses(doer: Doer, does: str, text: str, fate: Fate) -> None:
    """Do it, hear the answer, and finish what that has begun."""
    me = doer.me
    with fate.watch:
        await DOES[does](doer, text)
        if not me.client._run._closed:
            await me.watch.until(partial(answered, me, text), SETTLE)
            me.client.seen(doer.thread)
            say("heard")
            await fills(me)
            await all_sent([me])
            await joined(me)
            await rests(me)
    fate.ends_one()
