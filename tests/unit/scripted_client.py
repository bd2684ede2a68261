"""A client over a remote that does as it is told, and a viewer that follows it as a screen does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from supachat.cache.files import Files
from supachat.client import Client, Visit
from supachat.domain import events as ev
from supachat.domain.entering import Proof, Ways
from supachat.domain.errors import NotFound, Refused, SupachatError
from supachat.domain.feeds import Canned
from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Account,
    Delivery,
    Feature,
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

A = ThreadKey("direct", "me__you")
ACCOUNT = Account("uid", safe_line("me@example.org"), safe_line("Me"))
SOURCE = SourceInfo(
    "direct",
    safe_line("Direct"),
    frozenset({Feature.SEND, Feature.TYPING, Feature.EDIT, Feature.DELETE}),
    "me",
    1000,
)
YOU = Person(PersonKey("direct", "you"), safe_line("You Two"), safe_line("you"))


class Puppet:
    """What every scripted remote is: it says what a test lets it say, and notes what is done by hand."""

    def __init__(self) -> None:
        self.performed: list[ev.Request] = []
        self.poked = 0
        self.by_hand: list[str] = []
        self._queue: asyncio.Queue[ev.Event] = asyncio.Queue()

    async def events(self) -> AsyncIterator[ev.Event]:
        while True:
            yield await self._queue.get()

    def say(self, *events: ev.Event) -> None:
        """The world tells the client something."""
        for event in events:
            self._queue.put_nowait(event)

    def poke(self) -> None:
        self.poked += 1

    def reconnect_all(self) -> None:
        self.by_hand.append("reconnect_all")

    def go_offline(self) -> None:
        self.by_hand.append("go_offline")

    def go_online(self) -> None:
        self.by_hand.append("go_online")


class Scripted(Puppet):
    """A remote that has a table, and does as it is told."""

    def __init__(self) -> None:
        self.table: list[Message] = []
        super().__init__()
        self.trouble: SupachatError | None = None
        self.search_trouble: SupachatError | None = None
        self.deaf_source = ""
        """The one that cannot be searched."""
        self.closed = False

    async def start(self) -> None:
        self.say(ev.SignedIn(ACCOUNT, (SOURCE,)), ev.LinkMoved(Link(LinkState.CONNECTED)))

    async def perform(self, request: ev.Request) -> Sequence[ev.Event]:
        self.performed.append(request)
        if self.trouble is not None and isinstance(
            request, ev.SendDraft | ev.EditMessage | ev.DeleteMessage
        ):
            raise self.trouble
        match request:
            case ev.ListThreads(source):
                thread = Thread(A, safe_line("You Two"), ("me", "you"), "you")
                return [ev.ThreadsListed(source, (thread,), (YOU,))]
            case ev.FetchPage():
                return [ev.PageFetched(request, self._page(request), whole=True)]
            case ev.SendDraft(draft):
                row = Message(
                    A,
                    draft.id,
                    "me",
                    Micros(len(self.table) + 1),
                    draft.raw,
                    safe(draft.raw),
                    own=True,
                    delivery=Delivery.SENT,
                )
                self.table.append(row)
                return [ev.DraftStored(draft, row)]
            case ev.EditMessage(draft):
                index = next(i for i, m in enumerate(self.table) if m.id == draft.target)
                self.table[index] = replace(self.table[index], raw=draft.raw, body=safe(draft.raw))
                return [ev.DraftStored(draft, self.table[index])]
            case ev.DeleteMessage(draft):
                self.table = [m for m in self.table if m.id != draft.target]
                return [ev.DraftStored(draft)]
            case ev.Reread():
                return [ev.WindowReread(request, tuple(self.table))]
            case ev.Watch(threads):
                self.say(*(ev.ThreadReady(thread) for thread in threads))
        return []

    def _page(self, request: ev.FetchPage) -> tuple[Message, ...]:
        if request.after is not None:
            return tuple(m for m in self.table if m.cursor > request.after)[: request.limit]
        before = request.before
        return tuple(m for m in self.table if before is None or m.cursor < before)[-request.limit :]

    async def ways(self) -> Ways:
        return Ways()

    async def enter(self, proof: Proof) -> Account | None:
        return ACCOUNT

    async def forgot(self, email: str) -> None: ...

    async def set_password(self, password: str) -> None: ...

    kept_in = offer = safe_line("")

    async def keep_session(self, *, in_file: bool) -> None: ...

    async def send_code(self, email: str, *, create: bool) -> None:
        return None

    async def browse(self, provider: str) -> Visit:
        raise Refused("no browser in this story")

    async def sign_out(self, *, everywhere: bool = False) -> None:
        return None

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        return [YOU]

    async def ensure_thread(self, source: str, person: str) -> tuple[Thread, Sequence[Person]]:
        return Thread(ThreadKey(source, "new"), safe_line("New"), ("me", person), person), [YOU]

    async def search(self, source: str, text: str) -> Sequence[Message]:
        if self.search_trouble is not None:
            raise self.search_trouble
        if source == self.deaf_source:
            raise NotFound("no such function")
        return [m for m in self.table if m.thread.source == source and text in m.raw]

    async def canned(self, source: str) -> Sequence[Canned]:
        return [Canned(safe_line("hello"), "Hello {customer}, this is {me}")]

    async def create_thread(self, source: str, title: str) -> Thread:
        return Thread(ThreadKey(source, "made"), safe_line(title), ("me",))

    async def close(self) -> None:
        self.closed = True


class Viewer:
    """Follows a client's changes as a screen does."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.items: list[Item] = []
        self.seen: list[ev.Change] = []
        self.task = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        async for batch in self.client.changes():
            for change in batch:
                self.seen.append(change)
                match change:
                    case ev.TimelineReset(_, items):
                        self.items = list(items)
                    case ev.TimelineSpliced(_, start, removed, inserted):
                        self.items[start : start + removed] = inserted
                    case _:
                        pass

    def last(self) -> Message:
        item = self.items[-1]
        assert isinstance(item, Message)
        return item


async def until(condition: Callable[[], object], limit: float = 20.0) -> None:
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.005)


async def started(path: Path | None = None) -> tuple[Client, Scripted, Viewer]:
    client = Client(safe_line("acme"), Files(path))
    await client.start()
    viewer, remote = Viewer(client), Scripted()
    client.attach(remote)
    await until(client.threads)
    client.open(A)
    await until(lambda: client.health.catching_up == 0 and client.open_thread == A)
    return client, remote, viewer
