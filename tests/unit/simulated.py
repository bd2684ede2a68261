"""A simulated server, a cache and the devices on them, for the pure core. No I/O, no clock, one dice.

The server makes every trouble that a real one and the way to it can make: broadcasts lost, doubled and
late, answers lost, stale and refused, statements that commit after whoever asked has given up.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import NotAllowed, NotFound, SupachatError, Unreachable
from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Account,
    Act,
    Cursor,
    Delivery,
    Draft,
    Feature,
    Gap,
    Item,
    Message,
    MessageKey,
    Micros,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line
from supachat.sync.engine import Engine

THREAD = ThreadKey("direct", "me__you")
ACCOUNT = Account("uid", safe_line("me@example.org"), safe_line("Me"))
LATEST_COMMIT = 8.0
"""Seconds after which a statement that nobody waits for any more has committed."""


@dataclass
class Kind:
    """What a dialect can and cannot do."""

    own_ids: bool = True
    follows_edits: bool = False
    marks_deleted: bool = False

    def source(self) -> SourceInfo:
        features = frozenset({Feature.SEND, Feature.EDIT, Feature.DELETE})
        return SourceInfo(
            "direct",
            safe_line("Direct"),
            features,
            "me",
            own_ids=self.own_ids,
            follows_edits=self.follows_edits,
            marks_deleted=self.marks_deleted,
        )


class Server:
    """One thread's table. `told` hears of every change, as a broadcast would."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.rows: dict[str, Message] = {}
        self.log: list[str] = []
        """Every text that was ever stored, in order."""
        self.clock = 1_000_000_000
        self.told: Callable[[ev.Event], None] = lambda event: None
        self.in_doubt: Callable[[str], bool] = lambda raw: False
        """Whether a text may still be looked for: nobody changes such a row, or it would look unsent."""
        self._made = 0
        self._used: set[str] = set()

    def tick(self) -> Micros:
        self.clock += 7
        return Micros(self.clock)

    def insert(self, raw: str, author: str, id_: str = "") -> Message | None:
        """A new row; with a key that is there already nothing happens (`on conflict do nothing`).

        Nor with one that was deleted: that a late second try brings such a row back is beyond a client.
        """
        if id_ in self._used:
            return self.rows.get(id_)
        self._used |= {id_} if id_ else set()
        self._made += 1
        own = author == "me"
        row = Message(
            THREAD,
            id_ or f"row{self._made:05}",
            author,
            self.tick(),
            raw,
            safe(raw),
            own=own,
            delivery=Delivery.SENT if own else Delivery.RECEIVED,
        )
        self.rows[row.id] = row
        self.log.append(raw)
        self.told(ev.MessageArrived(row))
        return row

    def edit(self, id_: str, raw: str) -> Message:
        held = self.rows.get(id_)
        if held is None or held.deleted or self.in_doubt(held.raw):
            raise NotFound("it is not there any more")
        edited = self.tick() if self.kind.follows_edits else None
        row = replace(held, raw=raw, body=safe(raw), edited=edited)
        self.rows[id_] = row
        self.told(ev.MessageArrived(row, changed=True))
        return row

    def delete(self, id_: str) -> None:
        held = self.rows.get(id_)
        if held is None or held.deleted:
            return
        if self.in_doubt(held.raw):
            raise NotFound("it is not there any more")
        if not self.kind.marks_deleted:
            del self.rows[id_]
            self.told(ev.MessageGone("direct", id_))
            return
        edited = self.tick() if self.kind.follows_edits else None
        self.rows[id_] = replace(held, raw="", body=safe(""), deleted=True, edited=edited)
        self.told(ev.MessageArrived(self.rows[id_], changed=True))

    def table(self) -> list[Message]:
        return sorted(self.rows.values(), key=lambda m: m.cursor)

    # ------------------------------------------------------------ requests

    def answer(self, request: ev.Request) -> list[ev.Event]:
        match request:
            case ev.ListThreads():
                last = max((m.cursor for m in self.rows.values()), default=None)
                thread = Thread(THREAD, safe_line("You"), ("me", "you"), "you", last=last)
                return [ev.ThreadsListed("direct", (thread,), ())]
            case ev.FetchPage():
                return [self._page(request)]
            case ev.FetchEdits(_, after, limit):
                rows = [m for m in self.rows.values() if edit_place(m) > after]
                rows.sort(key=edit_place)
                reached = edit_place(rows[:limit][-1]) if rows else None
                found = tuple(sorted(rows[:limit], key=lambda m: m.cursor))
                return [ev.EditsFetched(request, found, reached, whole=len(rows) <= limit)]
            case ev.Reread(_, after, upto, limit):
                found = tuple(m for m in self.table() if after < m.cursor <= upto)
                return [ev.WindowReread(request, found[:limit], whole=len(found) <= limit)]
            case ev.SeekDraft(draft):
                return [ev.DraftSought(draft, tuple(self._sought(draft)))]
            case ev.SendDraft(draft):
                row = self.insert(draft.raw, "me", draft.id if self.kind.own_ids else "")
                return [ev.DraftStored(draft, row)]
            case ev.EditMessage(draft):
                return [ev.DraftStored(draft, self.edit(draft.target, draft.raw))]
            case ev.DeleteMessage(draft):
                self.delete(draft.target)
                return [ev.DraftStored(draft)]
            case _:
                return []

    def _page(self, request: ev.FetchPage) -> ev.PageFetched:
        rows, limit = self.table(), request.limit
        if request.after is not None:
            rows = [m for m in rows if m.cursor > request.after]
            return ev.PageFetched(request, tuple(rows[:limit]), whole=len(rows) < limit)
        rows = [m for m in rows if request.before is None or m.cursor < request.before]
        return ev.PageFetched(request, tuple(rows[-limit:]), whole=len(rows) < limit)

    def _sought(self, draft: Draft) -> list[Message]:
        if self.kind.own_ids:
            return [m for m in self.rows.values() if m.id == draft.id]
        if draft.anchor is None:
            return self.table()[-1:]
        return [m for m in self.table() if m.own and m.cursor > draft.anchor]


def edit_place(message: Message) -> Cursor:
    return Cursor(message.edited or message.at, message.id)


class Disk:
    """What the cache would hold: the writes of every step, step by step."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.spans: tuple[kp.Span, ...] = ()
        self.verified: Cursor | None = None
        self.followed: Cursor | None = None
        self.drafts: dict[str, Draft] = {}

    def commit(self, writes: tuple[kp.Write, ...]) -> None:
        for write in writes:
            match write:
                case kp.KeepMessages(messages):
                    self.messages.update({m.id: m for m in messages})
                case kp.KeepSpans(_, spans, verified):
                    self.spans = tuple(span for span in spans if span[0] != span[1])
                    self.verified = verified or self.verified
                case kp.KeepFollowed(_, to):
                    self.followed = to
                case kp.KeepDraft(draft):
                    self.drafts[draft.id] = draft
                case kp.DropDraft(draft_id):
                    self.drafts.pop(draft_id, None)
                case _:
                    pass

    def recall(self, request: ev.Recall) -> ev.Recalled:
        since, before = request.since, request.before
        rows = [m for m in self.messages.values() if since is None or m.cursor >= since]
        rows = [m for m in rows if before is None or m.cursor < before]
        found = tuple(sorted(rows, key=lambda m: m.cursor)[-request.limit :])
        if before is not None:
            return ev.Recalled(request, found)
        return ev.Recalled(request, found, self.spans, self.verified, self.followed)


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
    returned: list[str] = field(default_factory=list)
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

    @property
    def sent(self) -> list[str]:
        """What has to arrive, in this order."""
        return [id_ for id_ in self.texts if id_ not in self.given_up]

    # ------------------------------------------------------------ steps

    def take(self, step: ev.Step) -> None:
        for change in step.changes:
            match change:
                case ev.TimelineReset(_, items):
                    self.items = list(items)
                case ev.TimelineSpliced(_, start, removed, inserted):
                    assert 0 <= start <= start + removed <= len(self.items)
                    self.items[start : start + removed] = inserted
                case ev.EdgeChanged(_, edge):
                    self.edge = edge
                case ev.TextReturned(_, text):
                    self.returned.append(text)
                case _:
                    pass
        self.requests += step.requests
        if step.writes:
            self.unwritten.append(step.writes)

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
        """Everything goes well until nothing is under way."""
        while self.requests or self.answers or self.inbox or self.unwritten:
            self.perform_one(0.0)
            self.deliver_one()
            self.hear_one()
            self.write_one()


def writes(request: ev.Request) -> bool:
    return isinstance(request, ev.SendDraft | ev.EditMessage | ev.DeleteMessage)
