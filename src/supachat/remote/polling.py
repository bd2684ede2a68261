"""While realtime cannot bring a thread's rows, ask for them every few seconds, and say so.

Asks nothing itself: it hints, and the engine reads. Goes back to silence by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from supachat.domain.events import Event, ListStale, MessageHinted
from supachat.domain.health import Link, LinkState
from supachat.remote.registry import Registry
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)

NEAR = 3
"""Threads that are polled: the most wanted ones."""

_BY_HAND = (LinkState.SIGNED_OUT, LinkState.OFFLINE)
"""Nothing is asked then: the person wants it so."""


class Poller:
    def __init__(
        self,
        registry: Registry,
        waits: Waits,
        *,
        sources: Callable[[], Iterable[str]],
        say: Callable[..., None],
        link: Callable[[], Link],
        reached_since: Callable[[float], bool],
        moved: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`reached_since`: whether the tables have answered since a time. `moved`: tell the link anew."""
        self._registry, self._waits, self._clock = registry, waits, clock
        self._sources, self._say, self._link, self._reached_since = sources, say, link, reached_since
        self._moved = moved
        self._deaf_since: float | None = None
        self.polling = False

    async def run(self) -> None:
        """Look around several times a poll, so that going back is noticed soon."""
        polled_at = self._clock()
        while True:
            await asyncio.sleep(self._waits.poll / 5)
            now = self._clock()
            events = self._due(now)
            if events and now - polled_at >= self._waits.poll:
                polled_at = now
                self._say(*events)
            self._note(now)

    def _due(self, now: float) -> list[Event]:
        """What is to be read again: nothing while the near threads are all ready."""
        deaf = [key for key in self._registry.watched[:NEAR] if not self._registry.is_ready(key)]
        nothing = self._link().joined == 0
        stale = tuple(self._sources()) if nothing else self._registry.deaf_sources()
        if self._link().state in _BY_HAND or not (deaf or nothing or stale):
            self._deaf_since = None
            return []
        if self._deaf_since is None:
            self._deaf_since = now
        if now - self._deaf_since < self._waits.poll:
            return []
        hints: list[Event] = [MessageHinted(key) for key in deaf]
        return hints + [ListStale(source) for source in stale]

    def _note(self, now: float) -> None:
        since = self._deaf_since
        long = since is not None and now - since >= self._waits.poll
        polling = since is not None and long and self._link().joined == 0 and self._reached_since(since)
        if polling != self.polling:
            self.polling = polling
            _log.info("polling begins" if polling else "polling ends")
            self._moved()

    def overlay(self, link: Link) -> Link:
        """The link as it is shown: polling where nothing can be joined and the tables still answer."""
        if self.polling and link.joined == 0 and link.state not in _BY_HAND:
            return replace(link, state=LinkState.POLLING)
        return link
