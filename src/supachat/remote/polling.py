"""While realtime cannot bring a thread's rows, ask for them every few seconds, and say so; while the
tables do not answer, ask whether they do again, and say that.

Asks nothing itself: it hints, and the engine reads. Goes back to silence by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from supachat.domain.events import Event, ListStale, MessageHinted
from supachat.domain.health import Link, LinkState
from supachat.domain.text import Safe
from supachat.remote import rules
from supachat.remote.registry import Registry
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)

NEAR = 3
"""Threads that are polled: the most wanted ones."""

_BY_HAND = (LinkState.SIGNED_OUT, LinkState.OFFLINE)
"""Nothing is asked then: the person wants it so."""
_NOTHING = Safe("no topic is joined, and the tables do not answer")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found beside the link itself, each for as long as a poll takes."""

    polled: bool = False
    """Something near is brought by no topic, so that it is asked for."""
    answered: bool = False
    """The tables have answered since."""
    silent: bool = False
    """Whatever was asked of the tables has failed, for long enough that the socket was asked too."""


def as_it_is(link: Link, found: Found) -> Link:
    """The link as it is shown: that a socket is up says nothing of what it brings, nor of the tables."""
    if link.state in _BY_HAND:
        return link
    if link.joined == 0 and found.polled and found.answered:
        # a socket that does not answer keeps nothing back: the tables do, and they are what is read
        return replace(link, state=LinkState.POLLING, mute=False)
    if link.state is not LinkState.CONNECTED:
        return link
    if link.joined == 0 and link.wanted and found.silent:
        return replace(link, state=LinkState.DISCONNECTED, reason=_NOTHING)
    return replace(link, silent=found.silent, polled=found.polled and link.joined > 0)


class Tables(Protocol):
    """Who knows whether the tables answer. Times are seconds of the poller's clock."""

    @property
    def silent_since(self) -> float | None: ...

    def reached_since(self, then: float) -> bool: ...


class Poller:
    def __init__(
        self,
        registry: Registry,
        waits: Waits,
        *,
        sources: Callable[[], Iterable[str]],
        say: Callable[..., None],
        link: Callable[[], Link],
        tables: Tables,
        moved: Callable[[], None],
        poke: Callable[[], None],
        doubt: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`moved`: tell the link anew. `poke`: the server shows signs of life, so try to connect now.
        `doubt`: it shows none, so see whether the socket has any."""
        self._registry, self._waits, self._clock = registry, waits, clock
        self._sources, self._say, self._link, self._tables = sources, say, link, tables
        self._moved, self._poke, self._doubt = moved, poke, doubt
        self._silent = False
        self._deaf_since: float | None = None
        self._found = Found()

    async def run(self) -> None:
        """Look around several times a poll, so that going back is noticed soon."""
        every = self._waits.poll / 5
        polled_at = self._clock()
        while True:
            await asyncio.sleep(rules.to_tick(every, asyncio.get_running_loop().time()))
            now = self._clock()
            now -= now % every  # the tick's own moment: five of them are a poll, however late one comes
            events = [] if self._link().state in _BY_HAND else self._due(now)
            if events and now - polled_at >= self._waits.poll:
                polled_at = now
                self._say(*events)
            self._note(now)
            self._listen()

    def _listen(self) -> None:
        """Tables that answer again speak for a server that is back: nobody waits for the next try then.
        Tables that fall silent speak against the socket, which may be as dead and not know it."""
        silent = self._tables.silent_since is not None
        if silent and not self._silent:
            self._doubt()
        if self._silent and not silent and self._link().state not in (*_BY_HAND, LinkState.CONNECTED):
            self._poke()
        self._silent = silent

    def _due(self, now: float) -> list[Event]:
        """What is to be read again: nothing while the near threads are all ready and the tables answer."""
        deaf = [key for key in self._registry.watched[:NEAR] if not self._registry.is_ready(key)]
        nothing = self._link().joined == 0
        stale = tuple(self._sources()) if nothing else self._registry.deaf_sources()
        if not (deaf or nothing or stale):
            self._deaf_since = None
        elif self._deaf_since is None:
            self._deaf_since = now
        if self._lasted(self._deaf_since, now):
            return [*(MessageHinted(key) for key in deaf), *(ListStale(source) for source in stale)]
        if self._tables.silent_since is not None:
            return [ListStale(source) for source in self._sources()]
        return []

    def _lasted(self, since: float | None, now: float, seconds: float | None = None) -> bool:
        return since is not None and now - since >= (self._waits.poll if seconds is None else seconds)

    def _note(self, now: float) -> None:
        if self._link().state in _BY_HAND:
            self._deaf_since = None
        deaf = self._deaf_since
        found = Found(
            polled=self._lasted(deaf, now),
            # within the first tick an answer may be older than that it is deaf
            answered=deaf is not None and self._tables.reached_since(deaf + self._waits.poll / 5),
            silent=self._lasted(self._tables.silent_since, now, self._asked_by()),
        )
        if found != self._found:
            self._found = found
            _log.info("of what realtime brings: %s", found)
            self._moved()

    def _asked_by(self) -> float:
        """Seconds of silence after which the socket has been asked, a look later, and has not answered."""
        return self._waits.answer + 2 * self._waits.poll / 5

    def overlay(self, link: Link) -> Link:
        """The link as it is shown."""
        return as_it_is(link, self._found)
