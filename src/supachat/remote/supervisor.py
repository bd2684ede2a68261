"""Keeps one realtime connection alive for ever, whatever the network does.

One `Connection` per generation, thrown away with it. Never gives up, never storms: when to try is
`rules.Backoff`'s to say. Must never raise out of its task, and must stop within a moment.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import random
from typing import Any

from supachat.dialects.calls import Topic
from supachat.domain.errors import SupachatError
from supachat.domain.health import Link, LinkState
from supachat.domain.text import Safe, safe_line
from supachat.remote.address import Address
from supachat.remote.connection import Connection
from supachat.remote.doorstep import STUMBLED, stumbled
from supachat.remote.frames import LinkDown, Word
from supachat.remote.inbox import Inbox
from supachat.remote.joining import Ears, Joiner, Topics
from supachat.remote.replays import Replays
from supachat.remote.rules import Backoff, Budget, Throttle
from supachat.remote.telling import Teller
from supachat.remote.verdicts import Cure, Verdict
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)

AWHILE = 3
"""Failed attempts in a row after which the link calls itself disconnected."""


class Supervisor:
    """`start` once signed in, `stop` at sign-out. Both may be called again."""

    def __init__(
        self,
        address: Address,
        token: Callable[[], Awaitable[str]],
        ears: Ears,
        waits: Waits,
        *,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        luck: Callable[[], float] = random,
        server_time: Callable[[], float] = time.time,
        way_lost: Callable[[], None] = lambda: None,
    ) -> None:
        """`token` gives an access token with time left, or raises a `SupachatError`. `server_time` is
        seconds since 1970 by the server's clock; `way_lost` hears that the way out is another."""
        self._address, self._token, self._ears, self._waits = address, token, ears, waits
        self._tls, self._clock, self._luck, self._way_lost = tls, clock, luck, way_lost
        self.topics = Topics(Replays(server_time))
        self._backoff = Backoff()
        self._budget = Budget(waits.attempts_max, waits.storm)
        self._again = Throttle(waits.poke_gap)
        self._tell = Teller(self.topics, ears, waits.tell)
        self._inbox = Inbox(self.topics, ears, self._tell, clock)
        self._tokenless = False  # the last attempt came no further than that
        self._poked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._joiner: Joiner | None = None
        self._politely = False

    # ------------------------------------------------------------ from outside

    @property
    def link(self) -> Link:
        return self._tell.link

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self) -> None:
        if self._task is None:
            self._backoff, self._politely = Backoff(), False
            self._task = asyncio.create_task(self._forever())

    async def stop(self, state: LinkState = LinkState.DISCONNECTED, *, politely: bool = False) -> None:
        """Cut the line. The topics stay wanted; their fates, and who is present where, are forgotten.
        `politely`: leave each topic and say goodbye first, which takes `waits.close` at most."""
        task, self._task = self._task, None
        if task is not None:
            self._politely = politely
            task.cancel()
            await asyncio.wait([task])
        self.topics.forget()
        self._tell.down(state=state, attempt=0, connect_time=None, next_try_at=None)

    def want(self, topics: Sequence[Topic]) -> None:
        """The topics to be joined from now on, the most wanted first."""
        self.topics.want(topics, self._waits.topics_max)
        self._wake()

    def track(self, name: str, payload: Mapping[str, Any]) -> None:
        """Be present on a topic under this payload, whenever it is joined."""
        if self.topics.tracked.get(name) != payload:
            self.topics.tracked[name] = payload
            if self._joiner is not None:
                self._joiner.track(name)

    async def push(self, name: str, event: str, payload: Mapping[str, Any]) -> bool:
        """Broadcast on a joined topic. False when it did not go out; it is not kept for later."""
        if self._connection is None:
            return False
        frame = {"type": "broadcast", "event": event, "payload": dict(payload)}
        return await self._connection.push(name, "broadcast", frame)

    async def told(self, name: str, event: str, payload: Mapping[str, Any]) -> Word:
        """Broadcast on a topic that was joined with acknowledgements: what the server says of it."""
        if self._connection is None:
            return Word.UNSENT
        frame = {"type": "broadcast", "event": event, "payload": dict(payload)}
        return await self._connection.told(name, "broadcast", frame)

    def poke(self) -> None:
        """A sign of life: try now rather than later."""
        self._backoff = self._backoff.poked(self._clock(), self._waits)
        self._poked.set()

    def doubt(self) -> None:
        """The tables do not answer: does the server, here?"""
        if self._connection is not None:
            self._connection.doubt()

    def reconnect_all(self) -> None:
        """Leave every topic and join it anew, once in `poke_gap`; without a connection, try now."""
        now = self._clock()
        if self._joiner is None:
            self.poke()
        elif self._again.wait("", now) == 0:
            self._again.went("", now)
            self._joiner.again()

    async def renewed(self, token: str) -> None:
        """There is a new token: hand it to whatever is joined, and let parked topics try again."""
        self.topics.renewed()
        if self._connection is not None:
            await self._connection.set_token(token)
        self._wake()
        if self._tokenless:  # nobody was connected to, so that nobody is stormed
            self._backoff = Backoff(self._backoff.failures)
        self.poke()

    def members_changed(self) -> None:
        """Who belongs where has changed: let parked topics try again."""
        self.topics.renewed()
        self._wake()

    def resumed(self) -> None:
        """The machine slept. The peer has forgotten us long ago: connect afresh, at once."""
        if self._connection is not None:
            self._connection.abort()
        self._backoff = Backoff()
        self._poked.set()

    def _wake(self) -> None:
        if self._joiner is not None:
            self._joiner.wake()
        self._tell.count()

    # ------------------------------------------------------------ the loop

    async def _forever(self) -> None:
        while True:
            await self._turn()
            self._backoff = self._backoff.trying(self._clock())
            self._budget.spent(self._clock())
            self._tokenless = False
            self._tell.say(state=self._trying(), next_try_at=None, attempt=max(1, self._backoff.failures))
            try:
                verdict = await self._generation()
            except LinkDown as down:
                verdict = down.verdict
            except SupachatError as error:
                self._tokenless = True
                verdict = Verdict(Cure.RETRY, safe_line(error.message))
            except Exception:  # noqa: BLE001  nothing that a library raises may end the link for good
                _log.exception("an attempt to connect failed in a way of its own")
                verdict = STUMBLED
            self._ended(verdict)

    def _trying(self) -> LinkState:
        """What the link calls itself during an attempt. Once it has said worse, only success betters it."""
        if self.link.state in (LinkState.DISCONNECTED, LinkState.ERROR) and self.link.attempt > 1:
            return self.link.state
        if self._backoff.failures == 0 and self.link.connect_time is None:
            return LinkState.CONNECTING
        return LinkState.RECONNECTING

    def _soonest(self) -> float:
        return max(self._backoff.next_at, self._budget.soonest())

    async def _turn(self) -> None:
        """Wait until it is time to try, or until a poke brings that time nearer: the badge counts down."""
        while (wait := self._soonest() - self._clock()) > 0:
            self._poked.clear()
            self._tell.say(next_try_at=self._soonest())
            try:
                async with asyncio.timeout(wait):
                    await self._poked.wait()
            except TimeoutError:
                return

    async def _generation(self) -> Verdict:
        """One connection from its making to its end. Returns why it ended."""
        token = await self._token()
        began = self._clock()
        connection = Connection(self._address, token, self._waits, tls=self._tls, clock=self._clock)
        self._connection = connection  # a token that comes during the handshake is for this one
        try:
            await connection.open()
            now = self._clock()
            self._backoff = self._backoff.opened(now)
            self._tell.say(state=LinkState.CONNECTED, attempt=0, connect_time=now - began, reason=Safe(""))
            return await self._live(connection)
        finally:
            self._connection = None
            if connection.way_lost:
                self._way_lost()
            if self._politely:
                await connection.farewell()
            connection.abort()

    async def _live(self, connection: Connection) -> Verdict:
        joiner = Joiner(
            connection,
            self.topics,
            self._ears,
            self._waits,
            moved=self._tell.count,
            clock=self._clock,
            luck=self._luck,
        )
        self._joiner = joiner
        tasks = [
            asyncio.create_task(joiner.run()),
            asyncio.create_task(self._inbox.empty(connection, joiner)),
        ]
        ends: list[asyncio.Future[Any]] = [connection.dead, *tasks]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return connection.dead.result() if connection.dead.done() else stumbled(tasks)
        finally:
            self._joiner = None
            joiner.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for name in self.topics.dropped():
                self._ears.topic_lost(name)

    def _ended(self, verdict: Verdict) -> None:
        floor = {Cure.LIMIT: self._waits.limited, Cure.HALT: self._waits.halted}.get(verdict.cure, 0.0)
        self._backoff = self._backoff.lost(self._clock(), self._luck(), self._waits, floor=floor)
        attempt, when = self._backoff.failures, self._soonest()
        state = LinkState.DISCONNECTED if attempt > AWHILE else LinkState.RECONNECTING
        state = LinkState.ERROR if verdict.cure in (Cure.HALT, Cure.FOREIGN) else state
        self._tell.down(state=state, attempt=attempt, next_try_at=when, reason=verdict.words)
