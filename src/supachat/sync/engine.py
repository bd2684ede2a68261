"""The core's one face: every input is answered with a Step.

    receive(event, now)            what the world told us
    failed(request, error, now)    a request that came to nothing
    open, send, edit, seen, ...    what the person did
    tick(now)                      time passed

Owns the parts and lets them agree; the rules live in them. No I/O, no clock, no asyncio: `now` is
monotonic seconds, given. The same request is never in flight twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import USUAL, Pace
from supachat.domain.errors import SupachatError
from supachat.domain.health import LinkState
from supachat.domain.model import (
    Account,
    Act,
    Draft,
    Gap,
    MessageKey,
    Micros,
    Person,
    Presence,
    SourceInfo,
    Standing,
    Thread,
    ThreadKey,
)
from supachat.sync import failing, listening, texts
from supachat.sync.catching import backlog
from supachat.sync.health import HealthKeeper
from supachat.sync.outbox import Outbox
from supachat.sync.parts import Parts, Wall
from supachat.sync.people import People
from supachat.sync.reading import Reader
from supachat.sync.shelf import Outcome
from supachat.sync.threads import Threads

REREAD = 60.0
"""Seconds after which the open thread and the list are read again although all seems well."""

_REACHED = (LinkState.CONNECTED, LinkState.POLLING)
"""States in which the tables can be read."""


class Engine:
    def __init__(self, memory: kp.Memory, pace: Pace = USUAL, wall: Wall = lambda: None) -> None:
        self.parts = Parts(memory, pace, wall)
        self._reread_at = 0.0
        self._stood = Standing()
        """How complete the open thread was said to be."""

    # ------------------------------------------------------------ the world

    def receive(self, event: ev.Event, now: float) -> ev.Step:
        out = Outcome()
        if isinstance(event, listening.HEARD):
            self.health.noted(now, hint=isinstance(event, ev.MessageHinted))
        listening.take(self.parts, event, now, out)
        return self._step(out, now)

    def failed(self, request: ev.Request, error: SupachatError, now: float) -> ev.Step:
        """A request came to nothing. What was asked for stays wanted; what was written stays kept."""
        return self.act(lambda out: failing.failed(self.parts, request, error, now, out), now)

    def done(self, request: ev.Request, now: float) -> ev.Step:
        """A request whose answer says no more than that it was carried out."""
        return self.act(lambda out: failing.done(self.parts, request, out), now)

    def act(self, act: Callable[[Outcome], None], now: float) -> ev.Step:
        """Something is done to the parts, and what it comes to."""
        out = Outcome()
        act(out)
        return self._step(out, now)

    def tick(self, now: float) -> ev.Step:
        """Once a second: what has to happen by itself."""
        out, parts = Outcome(), self.parts
        if self.people.expire(now):
            out.changes.append(ev.PeopleChanged())
        self.health.missed(self.reader.catcher.missed(now), now)
        self.reader.catcher.nudge(now, out)
        reached = self.health.health.link.state in _REACHED
        if reached and self.online and now >= self._reread_at:
            if self._reread_at:
                parts.refresh(out, again=True)
            self._reread_at = now + REREAD
        return self._step(out, now)

    # ------------------------------------------------------------ the person reads

    def open(self, thread: ThreadKey, now: float) -> ev.Step:
        """Show a thread. One that is left again at once is passed: it asks the server nothing."""
        out = Outcome()
        row = self.threads.get(thread)
        if self.parts.looking.rested(now):
            self.parts.looked(out)
        self.parts.looking.opened(now)
        self.reader.show(thread, row.read_to if row is not None else None, out)
        return self._step(out, now)

    def load_older(self, now: float) -> ev.Step:
        out = Outcome()
        if self.parts.looking.passing:
            self.parts.looking.wants_older = True
        elif self.open_thread is not None:
            self.reader.older(self.open_thread, out)
        return self._step(out, now)

    def fill_gap(self, gap: Gap, now: float) -> ev.Step:
        return self.act(lambda out: self.reader.fill(gap, out), now)

    def seen(self, thread: ThreadKey, now: float) -> ev.Step:
        """Everything of the thread that is known has been on the screen."""
        return self.act(lambda out: self.parts.seen(thread, now, out), now)

    def leave(self, now: float) -> ev.Step:
        """The program ends: what is on the screen has been looked at."""
        return self.act(self.parts.looked, now)

    def focused(self, now: float) -> ev.Step:
        """The person came back to the screen: read again what is on it."""
        out = Outcome()
        if self.online:
            self.parts.refresh(out, again=True)
        return self._step(out, now)

    def started(self, thread: Thread, people: Iterable[Person], now: float) -> ev.Step:
        """A thread that was just made or found. A list that is on its way was asked for before it."""
        out = Outcome()
        self.parts.roster.started(thread, people, self.parts.asking.turn, out)
        self.parts.asking.once_more(ev.ListThreads(thread.key.source))
        return self._step(out, now)

    def hand_over(self, memory: kp.Memory, now: float) -> ev.Step:
        """Nothing of this account is known any more; what another one left here is."""
        self.parts = self.parts.handed_over(memory)
        self._reread_at = 0.0
        return self._step(Outcome(changes=[ev.Vacated(), ev.ThreadsChanged()]), now)

    # ------------------------------------------------------------ the person writes

    def send(
        self, draft_id: str, thread: ThreadKey, text: str, wall: Micros, now: float, subject: str = ""
    ) -> ev.Step:
        """A new draft: on the screen at once, on the wire once it is on disk."""
        out = Outcome()
        self.parts.sender.write(Draft(draft_id, thread, text, wall, subject=subject), out)
        self.parts.roster.keep_text(thread, "", out)
        return self._step(out, now)

    def change(
        self, draft_id: str, key: MessageKey, act: Act, text: str, wall: Micros, now: float
    ) -> ev.Step:
        """Edit or delete a message: on the screen at once, undone if the server refuses it."""
        out = Outcome()
        self.parts.sender.write(Draft(draft_id, key.thread, text, wall, act=act, target=key.id), out)
        if act is Act.EDIT:
            self.parts.roster.keep_text(key, "", out)
        return self._step(out, now)

    def retry(self, draft_id: str, now: float) -> ev.Step:
        return self.act(lambda out: self.parts.sender.retry(draft_id, out), now)

    def discard(self, draft_id: str, now: float) -> ev.Step:
        """Drop a draft that is not under way and was certainly not stored."""
        return self.act(lambda out: self.parts.sender.discard(draft_id, out), now)

    def keep_text(self, key: kp.TextKey, text: str, now: float) -> ev.Step:
        return self.act(lambda out: texts.keep(self.parts, key, text, out), now)

    # ------------------------------------------------------------ questions

    @property
    def account(self) -> Account | None:
        return self.parts.account

    @property
    def sources(self) -> tuple[SourceInfo, ...]:
        return self.parts.sources

    @property
    def threads(self) -> Threads:
        return self.parts.roster.threads

    @property
    def people(self) -> People:
        return self.parts.roster.people

    @property
    def reader(self) -> Reader:
        return self.parts.reader

    @property
    def outbox(self) -> Outbox:
        return self.parts.sender.outbox

    @property
    def health(self) -> HealthKeeper:
        return self.parts.health

    @property
    def online(self) -> bool:
        return self.parts.shelf.online

    @property
    def open_thread(self) -> ThreadKey | None:
        return self.parts.shelf.open

    def text(self, key: kp.TextKey) -> str:
        return self.parts.roster.texts.get(key, "")

    def me(self, source: str) -> str:
        return self.parts.me(source)

    def standing(self, thread: ThreadKey) -> Standing:
        return self.parts.shelf.standing(thread)

    def presence(self, source: str, person: str) -> Presence:
        return self.parts.roster.presence(source, person)

    def typing(self, thread: ThreadKey) -> tuple[str, ...]:
        """Who types there, as far as the link would tell."""
        return self.parts.roster.typing(thread)

    def next_wake(self) -> float | None:
        """When something has to happen before the next tick: a draft's next try, a message's next paint, a
        thread's being read."""
        sends = self.outbox.next_due() if self.online else None
        waits = (sends, self.parts.growing.next_due(), self.parts.looking.next_due())
        return min((at for at in waits if at is not None), default=None)

    # ------------------------------------------------------------ what it comes to

    def _step(self, out: Outcome, now: float) -> ev.Step:
        parts = self.parts
        parts.grow(now, out)
        if parts.looking.rested(now):
            parts.rest(out)
        if self.online:
            if self.health.health.link.state is not LinkState.OFFLINE:  # it would be a try in vain
                parts.sender.send_due(now, out)
                out.requests += parts.watcher.due(now)
            parts.attend(now, out)
            out.requests += parts.looking.due()
        queued, failed = self.outbox.counts()
        behind = self.reader.catcher.behind()
        if self.health.counted(
            catching_up=len(behind),
            backlog=backlog(behind, self.threads.get),
            whole=self.open_thread is None or not self.standing(self.open_thread).catching_up,
            queued=queued,
            failed=failed,
            now=now,
        ):
            out.changes.append(ev.HealthChanged(self.health.health))
        self._stand(out)
        return ev.Step(tuple(out.changes), parts.asking.admit(out.requests), tuple(out.writes))

    def _stand(self, out: Outcome) -> None:
        """Tell how complete the open thread is. That a complete one grows says nothing new."""
        if (thread := self.open_thread) is None:
            return
        now, before = self.standing(thread), self._stood
        self._stood = now
        if not now.catching_up:
            before = replace(before, complete_to=now.complete_to)
        if now != before:
            out.changes.append(ev.StandingChanged(now))
