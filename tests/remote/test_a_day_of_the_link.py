"""The real supervisor through a day of bad weather; the clock is only a number, the connection a script.

Nobody waits: whenever nothing is left to do, the loop's time leaps to the next timer. What a day of a bad
network does to the core is in `unit/test_a_day.py`.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.held import held
from tests.remote.conftest import a_token
from tests.repeats import HOURS

from supachat.dialects.calls import Topic
from supachat.domain.health import Link, LinkState
from supachat.domain.text import Safe
from supachat.remote import supervisor as supervising
from supachat.remote.address import address
from supachat.remote.frames import Beaten, Broadcast, Ended, Heard, LinkDown, Refusal, Replicated
from supachat.remote.supervisor import Supervisor
from supachat.remote.verdicts import Cure, Verdict
from supachat.remote.waits import Waits

WAITS = Waits()
HOUR = 3600.0
TOPICS = tuple(Topic(f"room:{n}", replication_ready=True) for n in range(5))
KEPT_MOST = 64 * 1024
"""Bytes by which the second half of a day may end higher than the first."""
LOOKED = max(1, HOURS // 8)
"""Hours between two counts of what is held, which take a second."""
TINY = 1e-6
"""Seconds, since times are floats."""


class Leaping(selectors.SelectSelector):
    """Where a real one waits, its time goes on."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing would ever happen again"
            self.now += max(0.0, timeout)
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


class Weather:
    """Fair and foul spells of some minutes each."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.fair = dice, True
        self.calm = False
        """For a while nothing goes wrong, so that what is held can be counted."""
        self.tries: deque[float] = deque()
        self.most_in_a_minute = self.tried = 0

    def tries_at(self, now: float) -> None:
        self.tried += 1
        self.tries.append(now)
        while self.tries[0] <= now - 60:
            self.tries.popleft()
        self.most_in_a_minute = max(self.most_in_a_minute, len(self.tries))

    async def changes(self) -> None:
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / 240))
            self.fair = self.calm or not self.fair

    def chance(self, share: float) -> bool:
        """Whether something goes wrong that does so often."""
        return not self.calm and self.dice.random() < share


_REFUSALS = (
    Verdict(Cure.LIMIT, Safe("too many joins a second")),
    Verdict(Cure.PARK, Safe("you may not listen here")),
    Verdict(Cure.RENEW, Safe("the sign-in has run out")),
    Verdict(Cure.RETRY, Safe("realtime is restarting")),
)


class Scripted:
    """What the supervisor takes for a connection. It lives some minutes, or until the weather turns."""

    def __init__(self, weather: Weather) -> None:
        self.inbox: asyncio.Queue[Heard] = asyncio.Queue()
        self.dead: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self.way_lost = False
        self._weather, self._dice = weather, weather.dice
        self._tasks: list[asyncio.Task[None]] = []
        self._joined: set[str] = set()

    async def open(self) -> None:
        self._weather.tries_at(asyncio.get_running_loop().time())
        await asyncio.sleep(self._dice.uniform(0.01, 1.0))
        if not self._weather.fair:
            if self._dice.random() < 0.3:
                await asyncio.sleep(WAITS.open)
            cure = Cure.HALT if self._dice.random() < 0.05 else Cure.RETRY
            raise LinkDown(Verdict(cure, Safe("nothing listens at that address")))
        self._tasks = [asyncio.create_task(self._talks())]

    async def _talks(self) -> None:
        """Now and then a frame, a topic that is closed, a connection that ends: some of them at once."""
        left = 0.0 if self._weather.chance(0.1) else self._dice.expovariate(1 / 600)
        while left > 0 and self._weather.fair:
            await asyncio.sleep(min(left, WAITS.heartbeat))
            left -= WAITS.heartbeat
            self.inbox.put_nowait(Beaten(0.02))
            for name in sorted(self._joined):
                self.inbox.put_nowait(Broadcast(name, "INSERT", {}))
            if self._joined and self._weather.chance(0.02):
                name = self._dice.choice(sorted(self._joined))
                self._joined.discard(name)
                self.inbox.put_nowait(Ended(name, self._dice.choice(_REFUSALS)))
        self._die("the connection was lost")

    def _die(self, words: str) -> None:
        if not self.dead.done():
            self.dead.set_result(Verdict(Cure.RETRY, Safe(words)))

    async def join(self, topic: Topic, since: int | None = None) -> Refusal | None:
        await asyncio.sleep(self._dice.uniform(0.01, 0.5))
        if self._weather.chance(0.05):
            return Refusal(self._dice.choice(_REFUSALS))
        self._joined.add(topic.name)
        self.inbox.put_nowait(Replicated(topic.name))
        return None

    async def leave(self, name: str) -> None:
        self._joined.discard(name)

    async def push(self, name: str, event: str, payload: Mapping[str, Any]) -> bool:
        return name in self._joined

    async def set_token(self, token: str) -> None:
        await asyncio.sleep(0)

    def abort(self) -> None:
        self._die("closed")
        for task in self._tasks:
            task.cancel()


class Ears:
    """Remembers nothing but the last."""

    def __init__(self) -> None:
        self.link = Link()
        self.furthest = dict.fromkeys(LinkState, 0.0)
        """The longest wait for a next try that was ever told, by what the link called itself meanwhile."""
        self.frames = 0

    def topic_ready(self, name: str) -> None: ...

    def topic_lost(self, name: str) -> None: ...

    def broadcast(self, heard: Any) -> None:
        self.frames += 1

    changed = present = broadcast

    def link_moved(self, link: Link) -> None:
        self.link = link
        if link.next_try_at is not None:
            wait = link.next_try_at - asyncio.get_running_loop().time()
            self.furthest[link.state] = max(self.furthest[link.state], wait)

    def token_doubted(self) -> None: ...


async def hammers(link: Supervisor, dice: random.Random) -> None:
    """A person, two minutes of every ten: keys, everything anew, offline and back, a lid that is closed."""
    while True:
        await asyncio.sleep(480)
        for _ in range(480):
            await asyncio.sleep(0.25)
            link.poke()
            if dice.random() < 0.05:
                link.reconnect_all()
            if dice.random() < 0.05:
                link.resumed()
            if dice.random() < 0.02:
                await link.stop(LinkState.OFFLINE)
                link.start()


async def tokens(link: Supervisor) -> None:
    while True:
        await asyncio.sleep(0.75 * HOUR)
        await link.renewed("another")


async def whole(ears: Ears, weather: Weather, link: Supervisor) -> None:
    """In fair weather all is joined within the longest wait and a join, and nobody had to help."""
    weather.fair = weather.calm = True
    await link.renewed("another")  # what was parked may try again
    async with asyncio.timeout(WAITS.halted + WAITS.limited + 10):
        while not (ears.link.state is LinkState.CONNECTED and ears.link.joined == len(TOPICS)):
            await asyncio.sleep(0.1)


async def day(make: Callable[[Weather], Supervisor], ears: Ears, weather: Weather) -> list[tuple[int, int]]:
    """(tasks, bytes) at the end of an hour, of every so many."""
    link = make(weather)
    link.want(TOPICS)
    link.start()
    others = [
        asyncio.create_task(work) for work in (weather.changes(), hammers(link, weather.dice), tokens(link))
    ]
    kept = []
    for number in range(1, HOURS + 1):
        await asyncio.sleep(HOUR)
        await whole(ears, weather, link)
        if number % LOOKED == 0:
            kept.append((len(asyncio.all_tasks()), held()))
        weather.calm = False
    await link.stop()
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return kept


def test_a_day_of_the_link_grows_nothing_and_never_storms(monkeypatch: pytest.MonkeyPatch) -> None:
    weather, ears = Weather(random.Random(24)), Ears()
    monkeypatch.setattr(supervising, "Connection", lambda *args, **named: Scripted(weather))

    def make(weather: Weather) -> Supervisor:
        clock = asyncio.get_running_loop().time
        where = address("http://127.0.0.1:9", "sb_publishable_x")
        return Supervisor(where, a_token, ears, WAITS, clock=clock, luck=weather.dice.random)

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        kept = runner.run(day(make, ears, weather))
    assert weather.tried > 10 * HOURS, "the weather was bad enough"
    assert ears.frames > 100 * HOURS
    assert weather.most_in_a_minute <= WAITS.attempts_max
    refused = ears.furthest.pop(LinkState.ERROR)
    assert WAITS.backoff_cap < refused <= WAITS.halted + TINY, "a project that is none is left alone longer"
    assert WAITS.backoff_cap / 2 < max(ears.furthest.values()) <= WAITS.backoff_cap + TINY
    counts = [tasks for tasks, _ in kept]
    assert max(counts) - min(counts) <= 2, counts
    warm = kept[1:]  # the first hours fill what is filled once
    half = len(warm) // 2
    first, second = (min(bytes_ for _, bytes_ in part) for part in (warm[:half], warm[half:]))
    assert second - first <= KEPT_MOST, kept
