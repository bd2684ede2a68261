"""Runs the engine: writes to the ledger, changes to whoever listens, requests to the remote.

Every input becomes a `Step`. Its writes are committed in order, its changes queued, its requests each
carried out by a task of their own. Must never let a task fail unseen, nor wait for the network before
a change is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from supachat.cache.files import Files
from supachat.client.batches import Batches
from supachat.client.ledger import Ledger
from supachat.client.remote import Remote
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import Pace
from supachat.domain.errors import SupachatError, TooEarly
from supachat.domain.events import Change, Event, Request, Step
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Account, Draft, Micros, Presence, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync.catching import PAGE
from supachat.sync.engine import Engine
from supachat.sync.hearsay import is_hearsay
from supachat.sync.limiter import Limiter
from supachat.sync.parts import Parts
from supachat.sync.shelf import Outcome

_ANSWERLESS = ev.Alter | ev.TakeFeedRow | ev.FetchFeed | ev.FetchPrices
"""Requests that may be carried out without an event that says so."""
_BESIDE = ev.FeedRead | ev.PricesRead
_OF_NOBODY = ev.LinkMoved | ev.SignedIn | ev.SessionLost | ev.SessionUnkept
"""What is heard while nobody is in. Anything else is of an account that has just left."""
TICK = 1.0
"""Seconds between two looks at the clock."""


class Runner:
    """`now` is any steady clock, `wall` seconds since 1970."""

    def __init__(
        self, files: Files, now: Callable[[], float], wall: Callable[[], float], pace: Pace
    ) -> None:
        self.engine = Engine(kp.Memory(), pace, self.wall_micros)
        self.ledger = Ledger(files, tell=self.tell, kept=self._draft_kept)
        self.last_open: ThreadKey | None = None
        """What the account had open when it was here last."""
        self.comes_in: Callable[[Account], Awaitable[None]] | None = None
        """Called before the engine hears of it."""
        self.now = now
        self.pace = pace
        self._wall = wall
        self._limiter = Limiter()
        self._remote: Remote | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._marks: set[asyncio.Task[None]] = set()
        """Those that tell what was read: they are waited for at the end."""
        self.batches = Batches()
        """What the screen must know."""
        self._wake: asyncio.TimerHandle | None = None
        self._wake_at = 0.0
        self._closed = False
        self._offline = False
        """The person said so."""

    async def start(self) -> None:
        """Read the cache and start the engine on it."""
        memory = await self.ledger.begin()
        self.engine = Engine(memory, self.pace, self.wall_micros)
        self.last_open = memory.last_open
        self.parts.attendance.touched(self.now())
        self.spawn(self.ledger.run())
        self.spawn(self._tick())

    def attach(self, remote: Remote) -> None:
        self._remote = remote
        self.spawn(self._listen(remote))
        if self._offline:
            remote.go_offline()
        self.spawn(self._begin(remote))

    async def close(self) -> None:
        """End the link, finish writing. Three seconds at most, and those of `Ledger.end` on a slow disk."""
        if self._closed:
            return
        self.apply(self.engine.leave(self.now()))
        self._closed = True
        try:
            if self._remote is not None:
                await self._leave(self._remote)
        finally:
            await self._finish()

    async def _finish(self) -> None:
        """Whatever became of the link: what was written is kept, and no task is left."""
        await self.ledger.close()
        if self._wake is not None:
            self._wake.cancel()
        mine = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
        await self.ledger.end()
        self.batches.end()

    async def _leave(self, remote: Remote) -> None:
        """Say good-bye where that is wanted, let what was read be told, then end the link."""
        with contextlib.suppress(TimeoutError, SupachatError):
            if self.engine.online and self.parts.attends():
                await asyncio.wait_for(remote.perform(ev.TellPresence(Presence.OFFLINE, leaving=True)), 0.3)
        if self._marks:
            await asyncio.wait(self._marks, timeout=0.3)
        with contextlib.suppress(TimeoutError, SupachatError):
            await asyncio.wait_for(remote.close(), 1.0)

    async def recall(self, thread: ThreadKey) -> None:
        """Read what is kept of a thread before it is opened."""
        await self._carry_out(self.parts, ev.Recall(thread, limit=PAGE), 0.0)

    # ------------------------------------------------------------ one step

    def receive(self, event: Event) -> None:
        if isinstance(event, ev.MessageArrived) and is_hearsay(event.message):
            # nobody but our own clock can say when a thing was heard
            event = replace(event, message=replace(event.message, at=self.wall_micros()))
        self.apply(self.engine.receive(event, self.now()))

    def apply(self, step: Step) -> None:
        self.ledger.put(step.writes)
        for change in step.changes:
            self.tell(change)
        for request in step.requests:
            self.ask(request)
        self._set_alarm()

    def act(self, act: Callable[[Outcome], None]) -> None:
        """The person did something to one of the parts."""
        self.apply(self.engine.act(act, self.now()))

    @property
    def parts(self) -> Parts:
        return self.engine.parts

    def threads(self) -> tuple[Thread, ...]:
        """The list as the reader has altered it."""
        return self.parts.alterer.all(self.engine.threads.ordered())

    def thread(self, key: ThreadKey) -> Thread | None:
        held = self.engine.threads.get(key)
        return self.parts.alterer.shown(held) if held is not None else None

    def wall_micros(self) -> Micros:
        return Micros(round(self._wall() * 1_000_000))

    def tell(self, change: Change) -> None:
        if isinstance(change, ev.Alerted):
            local = time.localtime(self._wall())
            if self.parts.notifier.held_back(change, local.tm_hour * 60 + local.tm_min):
                return
            if not self.parts.gatherer.take(change, self.now()):
                return
        self.batches.add(change)

    def ask(self, request: Request) -> None:
        wait = self._limiter.wait(self.now()) if self.parts.is_broadcast(request) else 0.0
        task = self.spawn(self._carry_out(self.parts, request, wait))
        if task is not None and isinstance(request, ev.MarkRead):
            self._marks.add(task)
            task.add_done_callback(self._marks.discard)

    def need_remote(self) -> Remote:
        if self._remote is None:
            raise TooEarly("not connected yet", cure="it goes on by itself in a moment", arrived=False)
        return self._remote

    @property
    def remote(self) -> Remote | None:
        """None while it is not built yet."""
        return self._remote

    def poke(self) -> None:
        if self._remote is not None:
            self._remote.poke()

    def go_offline(self) -> None:
        """Holds also where the remote is not built yet: it comes up offline."""
        self._offline = True
        if self._remote is not None:
            self._remote.go_offline()
        else:
            self.receive(ev.LinkMoved(Link(state=LinkState.OFFLINE)))

    def go_online(self) -> None:
        self._offline = False
        if self._remote is not None:
            self._remote.go_online()
        else:
            self.receive(ev.LinkMoved(Link()))

    def broken(self, words: Safe) -> None:
        """The way to the server cannot be had: say why on the badge."""
        self.receive(ev.LinkMoved(Link(state=LinkState.ERROR, reason=words)))

    # ------------------------------------------------------------ tasks

    async def _carry_out(self, parts: Parts, request: Request, wait: float) -> None:
        """`parts` are of whoever asked: nothing goes out, nor comes in, for an account that has left."""
        if wait > 0:
            await asyncio.sleep(wait)
        if parts is not self.parts:
            return
        try:
            if isinstance(request, ev.Recall):
                answers: Sequence[Event] = [await self.ledger.recall(request)]
            else:
                answers = await self.need_remote().perform(request)
        except SupachatError as error:
            if parts is self.parts:
                self.apply(self.engine.failed(request, error, self.now()))
            return
        if parts is self.parts:
            for event in answers:
                self.receive(event)
            if isinstance(request, _ANSWERLESS) and not any(isinstance(e, _BESIDE) for e in answers):
                self.apply(self.engine.done(request, self.now()))

    async def _listen(self, remote: Remote) -> None:
        async for event in remote.events():
            if isinstance(event, ev.SignedIn) and self.comes_in is not None:
                await self.comes_in(event.account)
            if self.ledger.whose is not None or isinstance(event, _OF_NOBODY):
                self.receive(event)
            await asyncio.sleep(0)  # a thousand at once must not keep a key waiting

    async def _begin(self, remote: Remote) -> None:
        try:
            await remote.start()
        except SupachatError as error:
            self.broken(safe_line(error.message))

    def _draft_kept(self, draft: Draft) -> None:
        self.receive(ev.DraftKept(draft.id, draft.attempts))

    async def _tick(self) -> None:
        while True:
            # on the whole second, as the link's looks are: an idle computer is woken once for all of them
            await asyncio.sleep(TICK - asyncio.get_running_loop().time() % TICK)
            self.apply(self.engine.tick(self.now()))
            if (gathered := self.parts.gatherer.due(self.now())) is not None:
                self.batches.add(gathered)

    def _set_alarm(self) -> None:
        """A draft that waits for its next try does not wait for the next tick as well."""
        due = self.engine.next_wake()
        if due is None or self._closed or (self._wake is not None and self._wake_at <= due):
            return
        delay = due - self.now()
        if 0 < delay < TICK:
            if self._wake is not None:
                self._wake.cancel()
            self._wake_at = due
            self._wake = asyncio.get_running_loop().call_later(delay, self._alarm)

    def _alarm(self) -> None:
        self._wake = None
        self.apply(self.engine.tick(self.now()))

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
        """None where it is too late for anything."""
        if self._closed:
            work.close()
            return None
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        """A task of ours ended. One that failed is our own mistake, and is not hidden."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler(
                {"message": "a task of the client failed", "exception": error, "task": task}
            )
