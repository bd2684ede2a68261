"""The core's parts, put together once, and the few things that several of them have to agree on."""

from __future__ import annotations

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.model import Message, SourceInfo
from supachat.sync.asking import Asking
from supachat.sync.health import HealthKeeper
from supachat.sync.reading import Reader
from supachat.sync.roster import Roster
from supachat.sync.sending import Sender
from supachat.sync.shelf import Outcome, Shelf


class Parts:
    def __init__(self, memory: kp.Memory) -> None:
        self.account = memory.account
        self.sources = memory.sources
        self.roster = Roster(memory, self.me)
        self.shelf = Shelf(self.info)
        self.reader = Reader(self.shelf)
        self.sender = Sender(self.shelf, self.me, memory.drafts)
        self.health = HealthKeeper()
        self.asking = Asking()

    def info(self, source: str) -> SourceInfo | None:
        return next((s for s in self.sources if s.name == source), None)

    def me(self, source: str) -> str:
        info = self.info(source)
        return info.me if info is not None else ""

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
        if self.shelf.open is not None:
            self.reader.catcher.catch_up(self.shelf.open, out, again=again, windows=1)

    def confirmed(self, message: Message, out: Outcome, *, changed: bool = False) -> None:
        """A row of the server, heard or answered."""
        if self.shelf.is_gone(message):
            self.sender.drop(self.sender.outbox.matches(message) or "", out)
            return
        self.sender.settle(message, out)
        self.reader.arrived(message, self.asking.turn, out, changed=changed)
        roster = self.roster
        if roster.people.stops(message.thread, message.author):
            out.changes.append(ev.PeopleChanged(frozenset({message.thread})))
        if roster.threads.get(message.thread) is None:
            self.ask(ev.ListThreads(message.thread.source), out, again=True)
        roster.note(roster.threads.heard(message), out)
