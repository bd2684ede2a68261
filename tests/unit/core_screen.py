"""The core with a screen before it that keeps what it is told, for the tests that tell it events."""

from __future__ import annotations

from collections import deque

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Account,
    Delivery,
    Gap,
    Item,
    Message,
    Micros,
    Person,
    PersonKey,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line
from supachat.sync.engine import Engine

THREAD = ThreadKey("direct", "me__you")
OTHER = ThreadKey("direct", "me__third")
SOURCE = SourceInfo("direct", safe_line("Direct"), frozenset(), "me")
SIGNED_IN = ev.SignedIn(Account("uid", safe_line("me@example.org"), safe_line("Me")), (SOURCE,))
CONNECTED = ev.LinkMoved(Link(LinkState.CONNECTED))


def said(
    at: int, body: str = "hello", *, author: str = "you", id_: str = "", thread: ThreadKey = THREAD
) -> Message:
    own = author == "me"
    delivery = Delivery.SENT if own else Delivery.RECEIVED
    return Message(
        thread, id_ or f"m{at:06}", author, Micros(at), body, safe(body), own=own, delivery=delivery
    )


def listed(*keys: ThreadKey) -> ev.ThreadsListed:
    threads = tuple(Thread(k, safe_line(k.id), ("me", k.id.split("__")[1])) for k in keys)
    people = (Person(PersonKey("direct", "you"), safe_line("You Two"), safe_line("you")),)
    return ev.ThreadsListed("direct", threads, people)


class Screen:
    """What a person would see, from the changes alone."""

    def __init__(self, memory: kp.Memory | None = None) -> None:
        self.engine = Engine(memory or kp.Memory())
        self.items: list[Item] = []
        self.edge = ev.Edge.MORE
        self.requests: deque[ev.Request] = deque()
        self.writes: list[kp.Write] = []
        self.changes: list[ev.Change] = []

    def take(self, step: ev.Step) -> None:
        for change in step.changes:
            match change:
                case ev.TimelineReset(_, items):
                    self.items = list(items)
                case ev.TimelineSpliced(_, start, removed, inserted):
                    self.items[start : start + removed] = inserted
                case ev.EdgeChanged(_, edge):
                    self.edge = edge
                case _:
                    pass
        self.changes += step.changes
        self.writes += step.writes
        self.requests += step.requests

    def hear(self, *events: ev.Event, now: float = 0) -> None:
        for event in events:
            self.take(self.engine.receive(event, now))

    def asked(self, kind: type[ev.Request]) -> list[ev.Request]:
        found = [r for r in self.requests if isinstance(r, kind)]
        self.requests = deque(r for r in self.requests if not isinstance(r, kind))
        return found

    def bodies(self) -> list[str]:
        return ["-gap-" if isinstance(item, Gap) else item.body for item in self.items]

    def edges(self) -> list[str]:
        """Every edge that was told, without repetitions."""
        told = [change.edge.value for change in self.changes if isinstance(change, ev.EdgeChanged)]
        return [edge for edge, before in zip(told, [None, *told], strict=False) if edge != before]

    def deliveries(self) -> list[Delivery]:
        return [item.delivery for item in self.items if isinstance(item, Message)]


def opened() -> Screen:
    """Signed in, connected, one thread open, its cache asked and empty."""
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(THREAD, OTHER))
    screen.take(screen.engine.open(THREAD, 0))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, ()))
    return screen


def page(screen: Screen, *messages: Message, whole: bool = True, now: float = 0) -> None:
    """Answer the one FetchPage that is asked."""
    (request,) = screen.asked(ev.FetchPage)
    assert isinstance(request, ev.FetchPage)
    screen.hear(ev.PageFetched(request, messages, whole=whole), now=now)


def serve_pages(screen: Screen, table: list[Message]) -> None:
    """Answer every page that is asked, from `table`, until none is."""
    while requests := screen.asked(ev.FetchPage):
        for request in requests:
            assert isinstance(request, ev.FetchPage)
            after, before = request.after, request.before
            rows = [m for m in table if after is None or m.cursor > after]
            rows = [m for m in rows if before is None or m.cursor < before]
            some = rows[: request.limit] if after is not None else rows[-request.limit :]
            screen.hear(ev.PageFetched(request, tuple(some), whole=len(some) < request.limit))


def live(*messages: Message) -> Screen:
    screen = opened()
    page(screen, *messages)
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, *messages)
    return screen
