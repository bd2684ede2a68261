"""The core's parts, put together once, and the few things that several of them have to agree on."""

from __future__ import annotations

from collections.abc import Callable

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain import mentions
from supachat.domain.choices import Pace
from supachat.domain.model import Cursor, Feature, Message, MessageKey, Micros, SourceInfo, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync import hearsay
from supachat.sync.altering import Alterer
from supachat.sync.asking import Asking
from supachat.sync.attendance import Attendance
from supachat.sync.beside import Beside
from supachat.sync.chosen import Chosen
from supachat.sync.gathering import Gatherer
from supachat.sync.growing import Growing
from supachat.sync.health import HealthKeeper
from supachat.sync.mentions import Mentions
from supachat.sync.notices import Notifier
from supachat.sync.reading import Reader
from supachat.sync.rereading import DEEP
from supachat.sync.roster import Roster
from supachat.sync.sending import Sender
from supachat.sync.shelf import Outcome, Shelf
from supachat.sync.watching import Watcher

Wall = Callable[[], Micros | None]
"""This computer's time; None where nobody tells."""


class Parts:
    def __init__(self, memory: kp.Memory, pace: Pace, wall: Wall) -> None:
        self._pace, self._wall = pace, wall
        self.account = memory.account
        self.sources = memory.sources
        self.roster = Roster(memory, self.me, self._typing_lasts, pace.silent)
        self.shelf = Shelf(self.info, self._unstored)
        self.reader = Reader(self.shelf)
        self.watcher = Watcher(self.shelf, self.roster.threads.recent)
        self.sender = Sender(self.shelf, self.me, memory.drafts)
        self.health = HealthKeeper()
        self.asking = Asking()
        self.said: set[str] = set()
        """Troubles that were told: the same words are not told again."""
        self.notices: set[MessageKey] = set()
        """What the projects' backends told in this run."""
        self.chosen = Chosen(memory.choices)
        self.notifier = Notifier(self.chosen, self.shelf, self.roster.people.get, self.me)
        self.gatherer = Gatherer(self._label)
        self.beside = Beside(memory, self.chosen, self.notifier, pace.change_limit)
        self.alterer = Alterer(self.me)
        self.attendance = Attendance(pace.idle)
        self.growing = Growing(self._age)
        self.mentions = Mentions(self.calls)
        self.looking = self.shelf.looking

    def handed_over(self, memory: kp.Memory) -> Parts:
        """The same for another account. How the link does, and whether somebody looks, stays."""
        fresh = Parts(memory, self._pace, self._wall)
        fresh.health, fresh.attendance = self.health, self.attendance
        fresh.notifier.looking = self.notifier.looking
        return fresh

    def info(self, source: str) -> SourceInfo | None:
        return next((s for s in self.sources if s.name == source), None)

    def _label(self, source: str) -> Safe:
        info = self.info(source)
        return info.label if info is not None else safe_line(source)

    def me(self, source: str) -> str:
        info = self.info(source)
        return info.me if info is not None else ""

    def calls(self, source: str) -> frozenset[str]:
        """What others write after an `@` to mean the reader."""
        me = self.me(source)
        person = self.roster.people.get(source, me)
        name = person.name if person is not None else self.account.name if self.account is not None else ""
        return mentions.calls(name, person.handle if person is not None else me)

    def _typing_lasts(self, source: str) -> float:
        """As the person has set it, else as the source's map says."""
        info = self.info(source)
        return self._pace.typing_lasts or (info.typing_lasts if info is not None else 0.0)

    def _unstored(self, thread: ThreadKey) -> bool:
        row = self.roster.threads.get(thread)
        return row is not None and row.hearsay

    def unheard(self, out: Outcome) -> None:
        """No topic is joined any more, or none yet: what is known is not complete, and of people nothing
        is known."""
        self.watcher.undone()
        for reading in self.shelf.all():
            self.reader.catcher.deaf(reading.timeline.thread)
        self.roster.people.all_unheard()
        out.changes.append(ev.PeopleChanged())

    def ask(self, request: ev.Request, out: Outcome, *, again: bool = False) -> None:
        """`again`: an answer that is on its way may be too old to count."""
        if again:
            self.asking.once_more(request)
        out.requests.append(request)

    def landed(self, request: ev.Request, out: Outcome, *, retry: bool = True) -> int:
        """A request is answered; the turn in which it was asked."""
        since = self.asking.since(request)
        if self.asking.landed(request) and retry:
            out.requests.append(request)
        return since

    def refresh(self, out: Outcome, *, again: bool = False) -> None:
        """Read everything that is on the screen: what is new, and whether what is known is still so."""
        for source in self.sources:
            self.ask(ev.ListThreads(source.name), out)
            if Feature.PRICES in source.features:
                self.ask(ev.FetchPrices(source.name), out)
        out.requests += self.beside.wanted()
        self.looking.once_more()
        if self.shelf.open is not None:
            self.reader.catcher.catch_up(self.shelf.open, out, again=again, windows=1)

    def heard(self, message: Message, now: float, out: Outcome, *, changed: bool = False) -> None:
        """A row from the wire. One that grows is not painted more often than eyes can follow."""
        if hearsay.is_hearsay(message):
            if message.id in self.sender.outbox:
                return  # what we wrote is ours to tell, whoever repeats it
            if (held := self.roster.threads.get(message.thread)) is not None:
                message = hearsay.in_own_order(message, held.last)
        elif message.is_notice:
            self._told(message, out)
            return
        elif not self.growing.heard(message, now):
            return
        if not changed:
            self.notifier.arrived(message, self.roster.threads.get(message.thread), out)
        if self.roster.people.lives(message.thread, message.author, now):
            out.changes.append(ev.PeopleChanged())
        self.confirmed(message, out, changed=changed)

    def _told(self, notice: Message, out: Outcome) -> None:
        """Something that is no message, after all that was heard before it. Heard again it is the same."""
        held = self.roster.threads.get(notice.thread)
        if held is None or notice.key in self.notices:
            return
        self.notices.add(notice.key)
        before = Micros(max(held.last.at if held.last else 0, held.told_at or 0))
        notice = hearsay.in_own_order(notice, Cursor(before, ""))
        self.reader.arrived(notice, self.asking.turn, out)
        self.roster.note(self.roster.threads.told(notice), out)

    def seen(self, thread: ThreadKey, now: float, out: Outcome) -> None:
        """All that is known of a thread was on the screen: it is read once that has lasted."""
        reading = self.shelf.known(thread)
        newest = reading.timeline.newest if reading is not None else None
        if newest is not None and (thread != self.shelf.open or self.looking.seen(newest, now)):
            self.read(thread, newest, out)

    def looked(self, out: Outcome) -> None:
        """The open thread has been looked at: what was seen of it is read."""
        if (thread := self.shelf.open) is None:
            return
        out.writes.append(kp.KeepOpen(thread))
        if (seen := self.looking.read_to()) is not None:
            self.read(thread, seen, out)

    def rest(self, out: Outcome) -> None:
        """The same; and if it was passed till now, the server is asked for it."""
        self.looked(out)
        passed = self.looking.stays()
        if passed and (thread := self.shelf.open) is not None:
            self.reader.catcher.catch_up(thread, out, windows=DEEP)
            if self.looking.wants_older:
                self.reader.older(thread, out)

    def read(self, thread: ThreadKey, to: Cursor, out: Outcome) -> None:
        """The reader has seen everything of a thread up to `to`. What comes after a reconnect is new from
        there on, and not from where the thread was opened."""
        reading = self.shelf.known(thread)
        if reading is not None and reading.live:
            reading.read_to = max(reading.read_to or to, to)
        if (row := self.roster.threads.read(thread, to)) is not None:
            self.roster.note(row, out)
            if not self._unstored(thread):
                self.looking.owe(thread, to)

    def _age(self, message: Message) -> float:
        """Seconds since the row's last change, by the server's clock; 0 where its source names none."""
        info, wall = self.info(message.thread.source), self._wall()
        if wall is None or info is None or not info.follows_edits:
            return 0.0
        changed = max(message.at, message.edited or message.at)
        return max(0.0, (wall - changed) / 1_000_000 - self.health.health.link.clock_skew)

    def grow(self, now: float, out: Outcome) -> None:
        """Paint the versions that were held back; say of what has stopped that it is unfinished."""
        for message in self.growing.due(now):
            self.confirmed(message, out, changed=True)
        for thread, message_id in self.growing.stopped(now):
            self.reader.unfinished(thread, message_id, out)

    def is_broadcast(self, request: ev.Request) -> bool:
        """Whether it leaves as a broadcast of ours, so that it counts against their number."""
        if isinstance(request, ev.SendDraft):
            return self.shelf.unstored(request.draft.thread)
        return isinstance(request, ev.TellTyping | ev.TellPresence)

    def attends(self) -> bool:
        """Whether any source wants to know what the reader is."""
        return any(Feature.AWAY in source.features for source in self.sources)

    def attend(self, now: float, out: Outcome) -> None:
        """Tell what the reader is, where a source wants to know."""
        if self.attends():
            presence = self.attendance.due(now)
            out.requests += [ev.TellPresence(presence)] if presence is not None else []

    def confirmed(self, message: Message, out: Outcome, *, changed: bool = False) -> None:
        """A row of the server, heard or answered."""
        if self.shelf.is_gone(message):
            self.sender.drop(self.sender.outbox.matches(message) or "", out)
            return
        self.sender.settle(message, out)
        self.mentions.heard(message)
        self.reader.arrived(message, self.asking.turn, out, changed=changed)
        roster = self.roster
        if roster.people.stops(message.thread, message.author):
            out.changes.append(ev.PeopleChanged())
        if roster.threads.get(message.thread) is None:
            self.ask(ev.ListThreads(message.thread.source), out, again=True)
        roster.note(roster.threads.heard(message), out)
