"""The devices on a simulated server: the core between a cache and lines that fail. No I/O, no clock."""

from __future__ import annotations

import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from functools import partial

from tests.unit.simulated_server import ACCOUNT, LATEST_COMMIT, THREAD, Disk, Server

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import NotAllowed, SupachatError, Unreachable
from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Act,
    Delivery,
    Draft,
    Gap,
    Item,
    Message,
    MessageKey,
    Micros,
    Thread,
)
from supachat.domain.text import safe_line
from supachat.sync import texts
from supachat.sync.engine import Engine

PATIENCE = 5_000
"""Turns of a device in which everything that is under way must come to its end."""


@dataclass
class Device:
    """One process with its cache. `now` is its steady clock; everything in flight is told by `dice`."""

    server: Server
    name: str
    dice: random.Random
    disk: Disk = field(default_factory=Disk)
    now: float = 0.0
    joined: bool = False
    items: list[Item] = field(default_factory=list)
    edge: ev.Edge = ev.Edge.MORE
    requests: deque[ev.Request] = field(default_factory=deque)
    unwritten: deque[tuple[kp.Write, ...]] = field(default_factory=deque)
    answers: list[tuple[ev.Request, list[ev.Event] | SupachatError]] = field(default_factory=list)
    late: list[tuple[float, ev.Request]] = field(default_factory=list)
    """Statements whose end nobody waits for any more."""
    inbox: list[ev.Event] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    """Every message that was written, by its draft's id."""
    confirmed: set[str] = field(default_factory=set)
    """Drafts that were on disk at some time: they must arrive whatever happens."""
    given_up: set[str] = field(default_factory=set)
    came_back: set[str] = field(default_factory=set)
    """Taken back, but the process ended before that was on disk: their order is anybody's guess."""
    made: int = 0

    def start(self) -> None:
        """A new process on what the disk has: what was under way is on its own from here."""
        self.late += [
            (self.now + self.dice.random() * LATEST_COMMIT, r) for r in self.requests if writes(r)
        ]
        self.unwritten.clear()
        self.requests.clear()
        self.answers.clear()
        self.inbox.clear()
        self.joined = False
        thread = Thread(THREAD, safe_line("You"), ("me", "you"), "you")
        source = self.server.kind.source()
        drafts = tuple(self.disk.drafts.values())
        # what was never on disk is lost with the process, what was taken back only there is back
        self.came_back |= self.given_up & self.disk.drafts.keys()
        self.given_up -= self.disk.drafts.keys()
        self.given_up |= {id_ for id_ in self.texts if id_ not in self.confirmed}
        self.engine = Engine(kp.Memory(ACCOUNT, (source,), (thread,), (), drafts))
        self.hear(ev.SignedIn(ACCOUNT, (source,)), ev.LinkMoved(Link(LinkState.CONNECTED)))
        self.take(self.engine.open(THREAD, self.now))
        for draft in texts.refused(self.engine.parts, THREAD):
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

    def send(self) -> None:
        self.made += 1
        again = self.dice.random() < 0.3 and self.made > 1
        text = f"{self.name} says {self.made - 1 if again else self.made}"
        draft_id = f"{self.name}-{self.made:04}"
        self.texts[draft_id] = text
        self.take(self.engine.send(draft_id, THREAD, text, Micros(self.server.clock), self.now))

    def change(self) -> None:
        own = [m for m in self.items if isinstance(m, Message) and m.delivery is Delivery.SENT]
        if live := [m for m in own if not m.deleted]:
            self.made += 1
            act = self.dice.choice([Act.EDIT, Act.EDIT, Act.DELETE])
            key = MessageKey(THREAD, self.dice.choice(live).id)
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

    # ------------------------------------------------------------ the way to the server

    def perform_one(self, trouble: float) -> None:
        """One request reaches the server, or does not."""
        if not self.requests:
            return
        request = self.requests.popleft()
        if isinstance(request, ev.Recall):
            self.hear(self.disk.recall(request))
            return
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
        elif isinstance(request, ev.EditMessage | ev.DeleteMessage):
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
            else:
                self.hear(*answer)

    def hear_one(self) -> None:
        if self.inbox:
            self.hear(self.inbox.pop(self.dice.randrange(min(3, len(self.inbox)))))

    def told(self, event: ev.Event, loss: float) -> None:
        """A broadcast on its way: lost, or there once or twice."""
        if self.joined and self.dice.random() >= loss:
            self.inbox += [event] * self.dice.choice([1, 1, 1, 2])

    def join(self, joined: bool) -> None:
        self.joined = joined
        if not joined:
            self.inbox.clear()
        self.hear(ev.ThreadReady(THREAD) if joined else ev.ThreadDeaf(THREAD))

    # ------------------------------------------------------------ what is seen

    def shown(self) -> list[tuple[str, str]]:
        return [(m.id, m.raw) for m in self.items if isinstance(m, Message) and not m.deleted]

    def looks_for(self, raw: str) -> bool:
        drafts = [*self.disk.drafts.values(), *self.engine.outbox.drafts()]
        return not self.server.kind.own_ids and any(draft.raw == raw for draft in drafts)

    def gaps(self) -> list[Gap]:
        return [item for item in self.items if isinstance(item, Gap)]

    def busy(self) -> bool:
        return bool(self.requests or self.answers or self.inbox or self.unwritten or self.late)

    def drain(self) -> None:
        """Everything goes well until nothing is under way, which comes at once: nobody asks on and on."""
        for turn in itertools.count():
            if not (self.requests or self.answers or self.inbox or self.unwritten):
                break
            assert turn < PATIENCE, f"asked for ever: {[*self.requests, *self.answers][:1]}"
            self.perform_one(0.0)
            self.deliver_one()
            self.hear_one()
            self.write_one()


def writes(request: ev.Request) -> bool:
    return isinstance(request, ev.SendDraft | ev.EditMessage | ev.DeleteMessage)
