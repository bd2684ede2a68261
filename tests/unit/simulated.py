"""The devices on a simulated server: the core between a cache and lines that fail. No I/O, no clock."""

from __future__ import annotations

import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from functools import partial

from tests.unit.simulated_disk import Disk
from tests.unit.simulated_link import Line
from tests.unit.simulated_server import ACCOUNT, LATEST_COMMIT, THREAD, Server

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import NotAllowed, SupachatError, Unreachable
from supachat.domain.model import (
    Account,
    Act,
    Delivery,
    Draft,
    Gap,
    Item,
    Message,
    MessageKey,
    Micros,
    ThreadKey,
)
from supachat.domain.text import safe_line
from supachat.sync import texts
from supachat.sync.engine import Engine

PATIENCE = 5_000
"""Turns of a device in which everything that is under way must come to its end."""
SOMEBODY = Account("another", safe_line("them@example.org"), safe_line("Them"))


@dataclass
class Device:
    """One process with its cache. `now` is its steady clock; everything in flight is told by `dice`."""

    server: Server
    name: str
    dice: random.Random
    disk: Disk = field(default_factory=Disk)
    line: Line = field(init=False)
    now: float = 0.0
    items: list[Item] = field(default_factory=list)
    edge: ev.Edge = ev.Edge.MORE
    seeking: str = ""
    """The message that somebody went to and that has neither come nor been given up."""
    requests: deque[ev.Request] = field(default_factory=deque)
    unwritten: deque[tuple[kp.Write, ...]] = field(default_factory=deque)
    answers: list[tuple[ev.Request, list[ev.Event] | SupachatError]] = field(default_factory=list)
    late: list[tuple[float, ev.Request]] = field(default_factory=list)
    """Statements whose end nobody waits for any more."""
    texts: dict[str, tuple[ThreadKey, str]] = field(default_factory=dict)
    """Every message that was written, by its draft's id."""
    confirmed: set[str] = field(default_factory=set)
    """Drafts that were on disk at some time: they must arrive whatever happens."""
    given_up: set[str] = field(default_factory=set)
    came_back: set[str] = field(default_factory=set)
    """Taken back, but the process ended before that was on disk: their order is anybody's guess."""
    made: int = 0

    def __post_init__(self) -> None:
        self.line = Line(self.dice, lambda *events: self.hear(*events))

    # ------------------------------------------------------------ begin and end

    def start(self, thread: ThreadKey = THREAD) -> None:
        """A new process on what the disk has: what was under way is on its own from here."""
        self.unwritten.clear()
        memory = self.disk.load()
        # what was never on disk is lost with the process, what was taken back only there is back
        self.came_back |= self.given_up & self.disk.drafts.keys()
        self.given_up -= self.disk.drafts.keys()
        self.given_up |= {id_ for id_ in self.texts if id_ not in self.confirmed}
        self._abandon()
        self.engine = Engine(memory)
        self._come_in(thread)

    def change_hands(self, thread: ThreadKey) -> None:
        """Another account comes in for a moment; then the first is back. Nothing of it was lost."""
        while self.unwritten:
            self.disk.commit(self.unwritten.popleft())
        self.confirmed |= self.disk.drafts.keys()
        self.take(self.engine.hand_over(kp.Memory(SOMEBODY), self.now))
        self.hear(ev.SignedIn(SOMEBODY, (self.server.kind.source(),)))
        self.unwritten.clear()
        self._abandon()
        self.take(self.engine.hand_over(self.disk.load(), self.now))
        self._come_in(thread)

    def _abandon(self) -> None:
        """Nobody waits any more for what was asked."""
        asked = [request for request in self.requests if writes(request)]
        self.late += [(self.now + self.dice.random() * LATEST_COMMIT, request) for request in asked]
        self.requests.clear()
        self.answers.clear()
        self.line.forget()
        self.seeking = ""

    def _come_in(self, thread: ThreadKey) -> None:
        self.line.enter(ACCOUNT, self.server.kind.source())
        self.open(thread)
        for draft in texts.refused(self.engine.parts, thread):
            self._take_back(draft)

    @property
    def sent(self) -> list[str]:
        """What has to arrive, in this order."""
        return [id_ for id_ in self.texts if id_ not in self.given_up]

    # ------------------------------------------------------------ steps

    def take(self, step: ev.Step) -> None:
        refused: list[Draft] = []
        for change in step.changes:
            match change:
                case ev.TimelineReset(_, items):
                    self.items = list(items)
                case ev.TimelineSpliced(_, start, removed, inserted):
                    assert 0 <= start <= start + removed <= len(self.items)
                    self.items[start : start + removed] = inserted
                case ev.EdgeChanged(_, edge):
                    self.edge = edge
                case ev.EditRefused(draft):
                    refused.append(draft)
                case ev.Sought(_, message):
                    assert message == self.seeking
                    self.seeking = ""
                case _:
                    pass
        self.requests += step.requests
        if step.writes:
            self.unwritten.append(step.writes)
        for draft in refused:
            self._take_back(draft)

    def _take_back(self, draft: Draft) -> None:
        """Its text is on the screen again, and left there."""
        back = partial(texts.take_back, self.engine.parts, draft.id, draft.raw)
        self.take(self.engine.act(back, self.now))

    def hear(self, *events: ev.Event) -> None:
        for event in events:
            self.take(self.engine.receive(event, self.now))

    def tick(self) -> None:
        self.take(self.engine.tick(self.now))

    def write_one(self) -> None:
        if self.unwritten:
            writes = self.unwritten.popleft()
            self.disk.commit(writes)
            for write in writes:
                if isinstance(write, kp.KeepDraft):
                    self.confirmed.add(write.draft.id)
                    self.hear(ev.DraftKept(write.draft.id, write.draft.attempts))

    # ------------------------------------------------------------ the person

    def open(self, thread: ThreadKey) -> None:
        self.take(self.engine.open(thread, self.now))

    def send(self) -> None:
        thread = self.engine.open_thread
        assert thread is not None
        self.made += 1
        again = self.dice.random() < 0.3 and self.made > 1
        text = f"{self.name} says {self.made - 1 if again else self.made}"
        draft_id = f"{self.name}-{self.made:04}"
        self.texts[draft_id] = thread, text
        self.take(self.engine.send(draft_id, thread, text, Micros(self.server.clock), self.now))

    def change(self) -> None:
        own = [m for m in self.items if isinstance(m, Message) and m.delivery is Delivery.SENT]
        if live := [m for m in own if not m.deleted]:
            self.made += 1
            act = self.dice.choice([Act.EDIT, Act.EDIT, Act.DELETE])
            key = MessageKey(live[0].thread, self.dice.choice(live).id)
            id_, text = f"change-{self.name}-{self.made}", f"{self.name} corrects {self.made}"
            self.take(self.engine.change(id_, key, act, text, Micros(self.server.clock), self.now))

    def give_up(self) -> None:
        """Take back a draft: if that is granted it must never be stored."""
        waiting = [id_ for id_ in self.sent if id_ in self.engine.outbox]
        if waiting:
            chosen = self.dice.choice(waiting)
            self.take(self.engine.discard(chosen, self.now))
            if chosen not in self.engine.outbox:
                self.given_up.add(chosen)

    def seek(self, message: Message) -> None:
        """Go to a message of the open thread, as from a search."""
        self.seeking = message.id
        seeker = self.engine.reader.seeker
        self.take(self.engine.act(lambda out: seeker.seek(message.thread, message.cursor, out), self.now))

    # ------------------------------------------------------------ the way to the server

    def perform_one(self, trouble: float) -> None:
        """One request reaches the server, or does not."""
        if not self.requests:
            return
        request = self.requests.popleft()
        if isinstance(request, ev.Recall):
            self.hear(self.disk.recall(request))
            return
        if (refusal := self.line.refuses()) is not None:
            self.answers.append((request, refusal))
        elif isinstance(request, ev.Watch):
            self.line.watch(request.threads)
        else:
            self._travel(request, trouble)

    def _travel(self, request: ev.Request, trouble: float) -> None:
        roll = self.dice.random()
        if roll >= trouble:
            self.answers.append((request, self._answer(request)))
        elif roll < trouble * 0.2:
            self.answers.append((request, Unreachable("refused", arrived=False)))
        elif roll < trouble * 0.4:
            self.answers.append((request, Unreachable("cut")))
        elif roll < trouble * 0.7:
            self._answer(request)
            self.answers.append((request, Unreachable("cut after it was done")))
        elif roll < trouble * 0.9 and writes(request):
            self.late.append((self.now + self.dice.random() * LATEST_COMMIT, request))
            self.answers.append((request, Unreachable("no answer in time")))
        elif isinstance(request, ev.EditMessage | ev.DeleteMessage | ev.Alter):
            self.answers.append((request, NotAllowed("not yours")))
        else:
            self.answers.append((request, Unreachable("cut")))

    def _answer(self, request: ev.Request) -> list[ev.Event] | SupachatError:
        try:
            return self.server.answer(request)
        except SupachatError as error:
            return error

    def commit_late(self) -> None:
        due = [item for item in self.late if item[0] <= self.now]
        self.late = [item for item in self.late if item[0] > self.now]
        for _, request in due:
            self._answer(request)

    def deliver_one(self) -> None:
        """One answer comes home, in whatever order."""
        if self.answers:
            request, answer = self.answers.pop(self.dice.randrange(len(self.answers)))
            if isinstance(answer, SupachatError):
                self.take(self.engine.failed(request, answer, self.now))
            elif isinstance(request, ev.Alter):
                self.take(self.engine.done(request, self.now))
            else:
                self.hear(*answer)

    def hear_one(self) -> None:
        self.line.bring_one()

    def told(self, thread: ThreadKey, event: ev.Event, loss: float) -> None:
        self.line.told(thread, event, loss)

    def join(self, joined: bool) -> None:
        self.line.join(joined)

    # ------------------------------------------------------------ what is seen

    def shown(self) -> list[tuple[str, str]]:
        return [(m.id, m.raw) for m in self.items if isinstance(m, Message) and not m.deleted]

    def looks_for(self, raw: str) -> bool:
        drafts = [*self.disk.drafts.values(), *self.engine.outbox.drafts()]
        return not self.server.kind.own_ids and any(draft.raw == raw for draft in drafts)

    def gaps(self) -> list[Gap]:
        return [item for item in self.items if isinstance(item, Gap)]

    def drain(self) -> bool:
        """Everything goes well until nothing is under way, which comes at once: nobody asks on and on.
        Whether anything was."""
        for turn in itertools.count():
            if not (self.requests or self.answers or self.line.brings or self.unwritten):
                return turn > 0
            assert turn < PATIENCE, f"asked for ever: {[*self.requests, *self.answers][:1]}"
            self.perform_one(0.0)
            self.deliver_one()
            self.hear_one()
            self.write_one()
        raise AssertionError


def writes(request: ev.Request) -> bool:
    return isinstance(request, ev.SendDraft | ev.EditMessage | ev.DeleteMessage)
