"""The core's one face: every input is answered with a Step.

    receive(event, now)            what the world told us
    failed(request, error, now)    a request that came to nothing
    open, send, seen, ...          what the person did
    tick(now)                      time passed

Owns the parts and lets them agree; the rules live in them. No I/O, no clock, no asyncio: `now` is
monotonic seconds, given. The same request is never in flight twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import Retryable, SignInError, SupachatError
from supachat.domain.health import LinkState
from supachat.domain.model import Draft, Gap, Message, Micros, Person, Presence, Standing, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync.asking import Asking
from supachat.sync.health import HealthKeeper
from supachat.sync.people import People
from supachat.sync.reading import Outcome, Reader
from supachat.sync.sending import Sender
from supachat.sync.threads import Threads

REREAD = 60.0
"""Seconds after which the open thread and the list are read again although all seems well."""
WATCHED = 28
"""Threads whose topics are joined: two topics each stay under the link's 60."""


class Engine:
    def __init__(self, memory: kp.Memory) -> None:
        self.account = memory.account
        self.sources = memory.sources
        self.texts = dict(memory.texts)
        self.threads = Threads()
        self.people = People()
        self.reader = Reader()
        self.sender = Sender(self.reader, self.me, memory.drafts)
        self.health = HealthKeeper()
        self._asking = Asking()
        self._watched: tuple[ThreadKey, ...] = ()
        self._reread_at = 0.0
        self._missed = 0
        self._said: set[str] = set()
        """Troubles that were told: the same words are not told again."""
        self.threads.restore(memory.threads)
        self.people.learn(memory.people)

    # ------------------------------------------------------------ the world

    def receive(self, event: ev.Event, now: float) -> ev.Step:
        out = Outcome()
        self.health.noted(now) if isinstance(event, _HEARD) else None
        self._take(event, now, out)
        return self._step(out, now)

    def _take(self, event: ev.Event, now: float, out: Outcome) -> None:
        match event:
            case ev.SignedIn():
                self._signed_in(event, out)
            case ev.SessionLost(reason):
                self.reader.online = False
                out.changes.append(ev.AccountChanged(None, reason))
            case ev.SessionUnkept(reason):
                out.changes.append(ev.Notice(Safe("The sign-in is not kept"), reason, "warning"))
            case ev.LinkMoved(link):
                self._link_moved(link.state, out)
                self.health.moved(link, now)
                out.changes.append(ev.HealthChanged(self.health.health))
            case ev.ThreadReady(thread):
                self.reader.ready(thread, out)
            case ev.ThreadDeaf(thread):
                self.reader.deaf(thread)
                if self.people.unheard(thread):
                    out.changes.append(ev.PeopleChanged(frozenset({thread})))
            case ev.MessageArrived(message):
                self._confirmed(message, out)
            case ev.MessageHinted(thread):
                self._hinted(thread, out)
            case ev.MessageGone(source, message_id):
                self.reader.gone(source, message_id, out)
            case ev.ReadMarked(thread, to):
                self._note_thread(self.threads.read(thread, to), out)
            case ev.TypingHeard() | ev.PresenceHeard():
                self._people_heard(event, now, out)
            case _:
                self._answered(event, now, out)

    def _answered(self, event: ev.Event, now: float, out: Outcome) -> None:
        """Answers to requests, of the server, of the cache or of ourselves."""
        match event:
            case ev.ThreadsListed(source, threads, people):
                self._landed(ev.ListThreads(source), out)
                self._learn(people, out)
                changed, gone = self.threads.listed(source, threads)
                out.writes += [kp.KeepThreads(tuple(changed))] if changed else []
                out.writes += [kp.DropThreads(tuple(gone))] if gone else []
                out.changes.append(ev.ThreadsChanged())
            case ev.PageFetched(request, messages, people):
                self._landed(request, out)
                self._learn(people, out)
                for message in messages:
                    self.sender.settle(message, out)
                    self._note_thread(self.threads.heard(message), out)
                self.reader.fetched(event, now, out)
            case ev.Recalled(request):
                self._landed(request, out)
                self.reader.recalled(event, out)
                self.sender.show_all(request.thread, out)
            case ev.DraftKept(draft_id):
                self.sender.kept(draft_id, out)
            case ev.DraftStored(draft, message):
                self._landed(ev.SendDraft(draft), out)
                self._stored(draft, message, out)
            case ev.ListStale(source):
                self._ask(ev.ListThreads(source), out, again=True)
            case _:
                raise TypeError(f"an event that the engine does not know: {event!r}")

    def _signed_in(self, event: ev.SignedIn, out: Outcome) -> None:
        self.account, self.sources = event.account, event.sources
        self.reader.online = True
        out.changes.append(ev.AccountChanged(event.account))
        out.writes.append(kp.KeepAccount(event.account, event.sources))
        self._refresh(out)
        self.sender.outbox.hurry()

    def _refresh(self, out: Outcome) -> None:
        """Ask for everything that is on the screen."""
        for source in self.sources:
            self._ask(ev.ListThreads(source.name), out)
        if self.reader.open is not None:
            self.reader.catch_up(self.reader.open, out)

    def _link_moved(self, state: LinkState, out: Outcome) -> None:
        if state is LinkState.CONNECTED and self.health.health.link.state is not LinkState.CONNECTED:
            self.sender.outbox.hurry()
            if self.reader.online:
                self._refresh(out)

    def _hinted(self, thread: ThreadKey, out: Outcome) -> None:
        """Something happened there: the open thread is read itself, of the others only the list."""
        reading = self.reader.known(thread)
        if thread == self.reader.open:
            self.reader.catch_up(thread, out, again=True)
        if thread != self.reader.open or reading is None or not reading.live:
            self._ask(ev.ListThreads(thread.source), out, again=True)

    def _people_heard(self, event: ev.TypingHeard | ev.PresenceHeard, now: float, out: Outcome) -> None:
        """Believed only of people who belong to the thread, and never about oneself."""
        members = set(self.threads.members(event.thread)) - {self.me(event.thread.source)}
        match event:
            case ev.TypingHeard(thread, person):
                news = person in members and self.people.types(thread, person, now)
            case ev.PresenceHeard(thread, present):
                news = self.people.present(thread, {p: s for p, s in present.items() if p in members})
        if news:
            out.changes.append(ev.PeopleChanged(frozenset({event.thread})))

    def failed(self, request: ev.Request, error: SupachatError, now: float) -> ev.Step:
        """A request came to nothing. What was asked for stays wanted; what was written stays kept."""
        out = Outcome()
        self._landed(request, out, retry=False)
        words = safe_line(error.message)
        match request:
            case ev.SendDraft(draft):
                self.sender.trouble(draft, error, now, out)
            case ev.FetchPage():
                self.reader.failed(request, words, out)
            case _:
                pass
        self.health.trouble(words, now)
        self._complain(request, error, out)
        return self._step(out, now)

    def _complain(self, request: ev.Request, error: SupachatError, out: Outcome) -> None:
        """What waiting does not cure is said once; of a draft its own row says it."""
        if isinstance(error, Retryable | SignInError) or isinstance(request, ev.SendDraft):
            return
        if error.message not in self._said:
            self._said.add(error.message)
            out.changes.append(ev.Notice(safe_line(error.message), safe_line(error.cure), "error"))

    # ------------------------------------------------------------ the person

    def open(self, thread: ThreadKey, now: float) -> ev.Step:
        out = Outcome()
        row = self.threads.get(thread)
        self.reader.show(thread, row.read_to if row is not None else None, out)
        out.writes.append(kp.KeepOpen(thread))
        return self._step(out, now)

    def load_older(self, now: float) -> ev.Step:
        out = Outcome()
        if self.reader.open is not None:
            self.reader.older(self.reader.open, out)
        return self._step(out, now)

    def fill_gap(self, gap: Gap, now: float) -> ev.Step:
        out = Outcome()
        self.reader.fill(gap, out)
        return self._step(out, now)

    def send(self, draft_id: str, thread: ThreadKey, text: str, wall: Micros, now: float) -> ev.Step:
        """A new draft: on the screen at once, on the wire once it is on disk."""
        out = Outcome()
        self.sender.write(Draft(draft_id, thread, text, wall), out)
        self._keep_text(thread, "", out)
        return self._step(out, now)

    def retry(self, draft_id: str, now: float) -> ev.Step:
        out = Outcome()
        self.sender.retry(draft_id, out)
        return self._step(out, now)

    def discard(self, draft_id: str, now: float) -> ev.Step:
        """Drop a draft that is not under way."""
        out = Outcome()
        held = self.sender.outbox.get(draft_id)
        if held is not None and ev.SendDraft(held) not in self._asking:
            self.sender.drop(draft_id, out)
        return self._step(out, now)

    def keep_text(self, thread: ThreadKey, text: str, now: float) -> ev.Step:
        out = Outcome()
        self._keep_text(thread, text, out)
        return self._step(out, now)

    def seen(self, thread: ThreadKey, now: float) -> ev.Step:
        """Everything of the thread that is known has been on the screen."""
        out = Outcome()
        reading = self.reader.known(thread)
        newest = reading.timeline.newest if reading else None
        if newest is not None and (row := self.threads.read(thread, newest)) is not None:
            self._note_thread(row, out)
            if self.reader.online:
                self._ask(ev.MarkRead(thread, newest), out)
        return self._step(out, now)

    def started(self, thread: Thread, people: Iterable[Person], now: float) -> ev.Step:
        """A thread that was just made or found."""
        out = Outcome()
        self._learn(people, out)
        if self.threads.add(thread):
            out.writes.append(kp.KeepThreads((thread,)))
            out.changes.append(ev.ThreadsChanged())
        return self._step(out, now)

    def signed_out(self, now: float) -> ev.Step:
        self.account, self.reader.online = None, False
        return self._step(Outcome(changes=[ev.AccountChanged(None)]), now)

    def tick(self, now: float) -> ev.Step:
        """Once a second: what has to happen by itself."""
        out = Outcome()
        if stopped := self.people.expire(now):
            out.changes.append(ev.PeopleChanged(stopped))
        self._missed += self.reader.missed(now)
        self.reader.nudge(now, out)
        connected = self.health.health.link.state is LinkState.CONNECTED
        if connected and self.reader.online and now >= self._reread_at:
            if self._reread_at:
                self._reread(out)
            self._reread_at = now + REREAD
        return self._step(out, now)

    def focused(self, now: float) -> ev.Step:
        """The person came back to the screen: read again what is on it."""
        out = Outcome()
        if self.reader.online:
            self._reread(out)
        return self._step(out, now)

    # ------------------------------------------------------------ questions

    def me(self, source: str) -> str:
        return next((s.me for s in self.sources if s.name == source), "")

    def standing(self, thread: ThreadKey) -> Standing:
        return self.reader.standing(thread)

    def presence(self, source: str, person: str) -> Presence:
        return self.people.presence(source, person, self.threads.with_person(source, person))

    def next_wake(self) -> float | None:
        """When a draft may be tried again, if one waits for that."""
        return self.sender.outbox.next_due() if self.reader.online else None

    # ------------------------------------------------------------ parts

    def _reread(self, out: Outcome) -> None:
        for source in self.sources:
            self._ask(ev.ListThreads(source.name), out)
        if self.reader.open is not None:
            self.reader.catch_up(self.reader.open, out, again=True)

    def _confirmed(self, message: Message, out: Outcome) -> None:
        self.sender.settle(message, out)
        self.reader.arrived(message, out)
        if self.people.stops(message.thread, message.author):
            out.changes.append(ev.PeopleChanged(frozenset({message.thread})))
        if self.threads.get(message.thread) is None:
            self._ask(ev.ListThreads(message.thread.source), out, again=True)
        self._note_thread(self.threads.heard(message), out)

    def _stored(self, draft: Draft, message: Message | None, out: Outcome) -> None:
        if message is not None:
            self._confirmed(message, out)
        elif self.sender.drop(draft.id, out):
            self.reader.catch_up(draft.thread, out, again=True)

    def _keep_text(self, thread: ThreadKey, text: str, out: Outcome) -> None:
        if self.texts.get(thread, "") == text:
            return
        self.texts[thread] = text
        out.writes.append(kp.KeepText(thread, text))
        self._note_thread(self.threads.mark_draft(thread, bool(text.strip())), out)

    def _learn(self, people: Iterable[Person], out: Outcome) -> None:
        if changed := self.people.learn(people):
            out.writes.append(kp.KeepPeople(changed))
            out.changes.append(ev.PeopleChanged())

    def _note_thread(self, thread: Thread | None, out: Outcome) -> None:
        if thread is not None:
            out.writes.append(kp.KeepThreads((thread,)))
            if ev.ThreadsChanged() not in out.changes:
                out.changes.append(ev.ThreadsChanged())

    def _ask(self, request: ev.Request, out: Outcome, *, again: bool = False) -> None:
        """`again`: an answer that is on its way may be too old to count."""
        if again:
            self._asking.once_more(request)
        out.requests.append(request)

    def _landed(self, request: ev.Request, out: Outcome, *, retry: bool = True) -> None:
        if self._asking.landed(request) and retry:
            out.requests.append(request)

    def _watch(self, out: Outcome) -> None:
        """Which topics are wanted: the open thread's, then those of the threads that moved last."""
        if not self.reader.online:
            return
        opened = [self.reader.open] if self.reader.open is not None else []
        wanted = tuple(dict.fromkeys([*opened, *self.threads.recent()]))[:WATCHED]
        if set(wanted) != set(self._watched) or wanted[:1] != self._watched[:1]:
            self._watched = wanted
            out.requests.append(ev.Watch(wanted))

    def _step(self, out: Outcome, now: float) -> ev.Step:
        if self.reader.online:
            self.sender.send_due(now, out)
        self._watch(out)
        queued, failed = self.sender.outbox.counts()
        if self.health.counted(
            catching_up=self.reader.catching_up(),
            queued=queued,
            failed=failed,
            missed=self._missed,
            now=now,
        ):
            out.changes.append(ev.HealthChanged(self.health.health))
        return ev.Step(tuple(out.changes), self._asking.admit(out.requests), tuple(out.writes))


_HEARD = (ev.MessageArrived, ev.MessageHinted, ev.TypingHeard, ev.PresenceHeard, ev.ThreadReady)
