"""The client over a scripted remote: what a screen is told, and when a request goes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from supachat.cache.store import Cache
from supachat.client import Client, Visit
from supachat.domain import events as ev
from supachat.domain.entering import Proof, Ways
from supachat.domain.errors import BadInput, NotAllowed, Refused, SupachatError, Unreachable
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
SOURCE = SourceInfo("direct", safe_line("Direct"), frozenset({Feature.SEND, Feature.TYPING}), "me", 1000)
YOU = Person(PersonKey("direct", "you"), safe_line("You Two"), safe_line("you"))


class Scripted:
    """A remote that has a table, and does as it is told."""

    def __init__(self) -> None:
        self.table: list[Message] = []
        self.performed: list[ev.Request] = []
        self.trouble: SupachatError | None = None
        self.queue: asyncio.Queue[ev.Event] = asyncio.Queue()
        self.closed = False
        self.poked = 0

    async def events(self) -> AsyncIterator[ev.Event]:
        while True:
            yield await self.queue.get()

    async def start(self) -> None:
        self.say(ev.SignedIn(ACCOUNT, (SOURCE,)), ev.LinkMoved(Link(LinkState.CONNECTED)))

    def say(self, *events: ev.Event) -> None:
        for event in events:
            self.queue.put_nowait(event)

    async def perform(self, request: ev.Request) -> Sequence[ev.Event]:
        self.performed.append(request)
        if self.trouble is not None and isinstance(request, ev.SendDraft):
            raise self.trouble
        match request:
            case ev.ListThreads(source):
                thread = Thread(A, safe_line("You Two"), ("me", "you"), "you")
                return [ev.ThreadsListed(source, (thread,), (YOU,))]
            case ev.FetchPage():
                return [ev.PageFetched(request, tuple(self.table), whole=True)]
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
            case ev.Watch(threads):
                self.say(*(ev.ThreadReady(thread) for thread in threads))
        return []

    async def sign_in(self, email: str, password: str) -> Account:
        return ACCOUNT

    async def sign_up(self, email: str, password: str, name: str) -> Account | None:
        return ACCOUNT

    async def ways(self) -> Ways:
        return Ways()

    async def enter(self, proof: Proof) -> Account | None:
        return ACCOUNT

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

    def poke(self) -> None:
        self.poked += 1

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


async def until(condition: Callable[[], object], limit: float = 5.0) -> None:
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.005)


async def started(path: Path | None = None) -> tuple[Client, Scripted, Viewer]:
    client = Client(safe_line("acme"), Cache.open(path))
    await client.start()
    viewer, remote = Viewer(client), Scripted()
    client.attach(remote)
    await until(client.threads)
    client.open(A)
    await until(lambda: client.health.catching_up == 0 and client.open_thread == A)
    return client, remote, viewer


async def test_a_message_is_shown_at_once_and_ends_as_sent() -> None:
    client, remote, viewer = await started()
    client.send(A, "hello")
    await until(lambda: viewer.items)
    await until(lambda: viewer.last().delivery is Delivery.SENT)
    assert [m.raw for m in remote.table] == ["hello"]
    assert client.unsent() == (0, 0)
    await client.close()


async def test_a_refused_message_says_why_and_can_be_taken_back() -> None:
    client, remote, viewer = await started()
    remote.trouble = NotAllowed("you are not in this thread")
    draft = client.send(A, "hello")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.FAILED)
    assert viewer.last().reason == "you are not in this thread"
    assert client.take_back(draft) == "hello"
    await until(lambda: not viewer.items)
    await client.close()


async def test_a_failing_network_is_waited_out() -> None:
    client, remote, viewer = await started()
    remote.trouble = Unreachable("no answer")
    client.send(A, "hello")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.QUEUED)
    remote.trouble = None
    await until(lambda: viewer.last().delivery is Delivery.SENT)
    assert len(remote.table) == 1
    await client.close()


async def test_what_was_not_sent_is_sent_after_a_restart(tmp_path: Path) -> None:
    client, remote, viewer = await started(tmp_path / "c.db")
    remote.trouble = Unreachable("no answer")
    draft = client.send(A, "hello")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.QUEUED)
    await client.close()
    again, remote, viewer = await started(tmp_path / "c.db")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.SENT)
    assert [m.id for m in remote.table] == [draft]
    await again.close()


async def test_a_text_being_typed_is_on_disk_within_a_second_and_comes_back(tmp_path: Path) -> None:
    client, _, _ = await started(tmp_path / "c.db")
    client.keep_text(A, "half a thou")
    await until(lambda: any(thread.draft for thread in client.threads()), limit=1.5)
    await client.close()
    again = Client(safe_line("acme"), Cache.open(tmp_path / "c.db"))
    await again.start()
    assert again.text(A) == "half a thou"
    assert again.last_open == A
    assert [thread.title for thread in again.threads()] == ["You Two"]
    await again.close()


async def test_what_can_never_be_sent_is_refused_and_given_back() -> None:
    client, remote, _ = await started()
    for text, words in (("  \n", "nothing to send"), ("é" * 501, "longer than")):
        with pytest.raises(BadInput, match=words) as caught:
            client.send(A, text)
        assert caught.value.text == text
    assert remote.table == []
    await client.close()


async def test_typing_is_told_at_most_once_in_three_seconds() -> None:
    client, remote, _ = await started()
    for _ in range(20):
        client.keystroke(A)
    await until(lambda: ev.TellTyping(A) in remote.performed)
    assert remote.performed.count(ev.TellTyping(A)) == 1
    await until(lambda: remote.performed.count(ev.TellTyping(A)) == 2)
    client.send(A, "done")
    await client.close()


async def test_a_key_after_a_message_tells_of_typing_again() -> None:
    client, remote, _ = await started()
    client.keystroke(A)
    client.send(A, "done")
    client.keystroke(A)
    await until(lambda: remote.performed.count(ev.TellTyping(A)) == 2)
    await client.close()


async def test_without_a_remote_the_cache_is_shown_and_nothing_is_lost(tmp_path: Path) -> None:
    client, _, viewer = await started(tmp_path / "c.db")
    client.send(A, "kept")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.SENT)
    await client.close()
    offline = Client(safe_line("acme"), Cache.open(tmp_path / "c.db"))
    await offline.start()
    seen = Viewer(offline)
    offline.open(A)
    await until(lambda: seen.items)
    offline.send(A, "while offline")
    await until(lambda: seen.last().delivery is Delivery.QUEUED)
    assert [item.raw for item in seen.items if isinstance(item, Message)] == ["kept", "while offline"]
    await offline.close()


async def test_a_new_thread_is_in_the_list_at_once() -> None:
    client, _, _ = await started()
    key = await client.start_thread("direct", "you")
    assert client.thread(key) is not None
    await client.close()


async def test_closing_ends_the_changes_and_every_task() -> None:
    client, remote, viewer = await started()
    before = asyncio.all_tasks() - {asyncio.current_task(), viewer.task}
    assert before
    await client.close()
    await until(viewer.task.done)
    assert remote.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}
