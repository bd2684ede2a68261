"""Keeps the wanted topics joined on one connection, each with its own fate.

`Topics` outlives connections: what is wanted and what became of it. A `Joiner` is thrown away with its
connection. Neither decides anything that `rules` could.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import random
from typing import Any, Protocol

from supachat.dialects.calls import Topic
from supachat.domain.health import Link
from supachat.remote import rules
from supachat.remote.background import Background
from supachat.remote.connection import Connection
from supachat.remote.doorstep import STUMBLED
from supachat.remote.frames import (
    Broadcast,
    Ended,
    Present,
    Refusal,
    Replicated,
    RowChanged,
    Unsubscribed,
)
from supachat.remote.readiness import Flow, Readiness
from supachat.remote.replays import Replays
from supachat.remote.rules import Fate, Standing, Throttle
from supachat.remote.verdicts import Cure
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)


class Ears(Protocol):
    """Who is told what the link hears. Returns at once and never raises."""

    def topic_ready(self, name: str) -> None:
        """Joined, and its rows flow from now on."""

    def topic_lost(self, name: str) -> None: ...

    def broadcast(self, heard: Broadcast) -> None: ...

    def changed(self, heard: RowChanged) -> None: ...

    def present(self, heard: Present) -> None: ...

    def link_moved(self, link: Link) -> None: ...

    def token_doubted(self) -> None:
        """The server does not take our token: have it renewed."""


@dataclass(slots=True)
class Topics:
    """The wanted topics, the most wanted first, and the fate of each by name."""

    replays: Replays
    wanted: tuple[Topic, ...] = ()
    fates: dict[str, Fate] = field(default_factory=dict)
    tracked: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The presence payload to tell on a topic, whenever it is joined."""
    heard: dict[str, float] = field(default_factory=dict)
    """When something was last heard on a topic."""

    def want(self, topics: Sequence[Topic], most: int) -> None:
        self.wanted = tuple(topics[:most])

    def fate(self, name: str) -> Fate:
        return self.fates.get(name, Fate())

    def names(self, standing: Standing) -> list[str]:
        return [name for name, fate in self.fates.items() if fate.standing is standing]

    def joined(self) -> int:
        return sum(1 for topic in self.wanted if self.fate(topic.name).standing is Standing.JOINED)

    def parked(self) -> int:
        return sum(1 for topic in self.wanted if self.fate(topic.name).standing is Standing.PARKED)

    def renewed(self) -> None:
        self.fates = {name: fate.renewed() for name, fate in self.fates.items()}

    def forget(self) -> None:
        """What became of them, and who is present there. They stay wanted."""
        self.fates.clear()
        self.tracked.clear()
        self.heard.clear()

    def dropped(self) -> list[str]:
        """The connection is gone. Returns the names that were joined."""
        lost = self.names(Standing.JOINED)
        self.fates = {name: fate.dropped() for name, fate in self.fates.items()}
        return lost


class Joiner:
    def __init__(
        self,
        connection: Connection,
        topics: Topics,
        ears: Ears,
        waits: Waits,
        *,
        moved: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        luck: Callable[[], float] = random,
    ) -> None:
        self._connection, self._topics, self._ears, self._waits = connection, topics, ears, waits
        self._moved, self._clock, self._luck = moved, clock, luck
        self._wake, self._background = asyncio.Event(), Background()
        self._spawn = self._background.spawn
        self._readiness = Readiness(waits.replication, ears.topic_ready)
        self._presence = Throttle(waits.presence)

    async def run(self) -> None:
        """Join and leave until cancelled."""
        while True:
            self._wake.clear()
            self._leave_unwanted()
            now = self._clock()
            wanted, fates = self._topics.wanted, self._topics.fates
            for topic in rules.picks(wanted, fates, now, self._waits):
                fates[topic.name] = self._topics.fate(topic.name).joining(now)
                self._spawn(self._join(topic))
            await self._sleep(rules.next_due(wanted, fates) - now)

    async def _sleep(self, seconds: float) -> None:
        """Until woken, or for so long. What is overdue waits for a join to end, which wakes us."""
        try:
            async with asyncio.timeout(seconds if 0 < seconds < float("inf") else None):
                await self._wake.wait()
        except TimeoutError:
            return

    def wake(self) -> None:
        self._wake.set()

    def again(self) -> None:
        """Leave every topic and join it anew. Parked ones are tried as well: a person asked for it."""
        self._topics.renewed()
        for name in self._topics.names(Standing.JOINED):
            fate = self._topics.fate(name)
            self._topics.fates[name] = fate.left(self._clock(), self._luck(), self._waits)
            self._readiness.forget(name)
            self._ears.topic_lost(name)
            self._spawn(self._connection.leave(name))
        self._moved()
        self.wake()

    def stop(self) -> None:
        self._background.cancel()
        self._readiness.stop()

    # ------------------------------------------------------------ one topic

    async def _join(self, topic: Topic) -> None:
        try:
            refusal = await self._connection.join(topic, self._topics.replays.since(topic))
        except Exception:  # noqa: BLE001  nothing that a library raises may leave a topic joining for ever
            _log.exception("a join failed in a way of its own")
            refusal = Refusal(STUMBLED, answered=False)
        if refusal is not None:
            self._end(topic.name, refusal)
        else:
            self._topics.fates[topic.name] = self._topics.fate(topic.name).joined(self._clock())
            self._topics.replays.joined(topic)
            self._readiness.joined(topic)
            self._tell_presence(topic.name, fresh=True)
        self._moved()
        self.wake()

    def _end(self, name: str, refusal: Refusal) -> None:
        self._readiness.forget(name)
        fate = self._topics.fate(name)
        self._topics.fates[name] = fate.ended(
            refusal.verdict, self._clock(), self._luck(), self._waits, answered=refusal.answered
        )
        if refusal.verdict.cure is Cure.PLAIN:
            self._topics.replays.refused(name)
        if refusal.verdict.cure is Cure.RENEW:
            self._ears.token_doubted()

    def replicated(self, heard: Replicated) -> None:
        self._readiness.said(heard.topic, Flow.CHANGES if heard.changes else Flow.BROADCASTS)

    def unsubscribed(self, heard: Unsubscribed) -> None:
        """The topic stays joined, and the server says so when its rows flow again."""
        if self._readiness.lost(heard.topic):
            self._ears.topic_lost(heard.topic)
            self._moved()

    def ended(self, heard: Ended) -> None:
        """The server closed a joined topic. A topic still joining hears of it from its join."""
        if self._topics.fate(heard.topic).standing is Standing.JOINED:
            self._end(heard.topic, Refusal(heard.verdict, answered=False))
            self._ears.topic_lost(heard.topic)
            self._moved()
            self.wake()

    def _leave_unwanted(self) -> None:
        wanted = {topic.name for topic in self._topics.wanted}
        for name in [name for name in self._topics.fates if name not in wanted]:
            standing = self._topics.fates[name].standing
            if standing is Standing.JOINING:
                continue  # its answer wakes us again
            del self._topics.fates[name]
            if standing is Standing.JOINED:
                self._readiness.forget(name)
                self._ears.topic_lost(name)
                self._spawn(self._connection.leave(name))

    # ------------------------------------------------------------ presence

    def track(self, name: str) -> None:
        """The presence payload of a topic changed."""
        self._tell_presence(name, fresh=False)

    def _tell_presence(self, name: str, *, fresh: bool) -> None:
        if name not in self._topics.tracked:
            return
        if fresh:  # a new join counts its presence calls anew
            self._presence.forget(name)
        self._spawn(self._track(name))

    async def _track(self, name: str) -> None:
        await asyncio.sleep(self._presence.wait(name, self._clock()))
        payload = self._topics.tracked.get(name)
        if payload is None or self._presence.wait(name, self._clock()) > 0:
            return  # another of these tasks has told it meanwhile
        self._presence.went(name, self._clock())
        await self._connection.push(
            name, "presence", {"type": "presence", "event": "track", "payload": dict(payload)}
        )
