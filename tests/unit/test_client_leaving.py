"""Who signs out leaves nothing behind: not in memory, not on disk, not in what is still on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.unit.test_client import ACCOUNT, SOURCE, A, Scripted, until

from supachat.cache.store import Cache
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import Unreachable
from supachat.domain.model import Account, Message, Micros
from supachat.domain.text import safe, safe_line

ROW = Message(A, "1", "you", Micros(1), "secret", safe("secret"))


class Slow(Scripted):
    """Holds the answer to a page until it is told to give it; lets in whom it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.table = [ROW]
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        self.account = ACCOUNT

    async def perform(self, request: ev.Request) -> Sequence[ev.Event]:
        answers = await super().perform(request)
        if isinstance(request, ev.FetchPage):
            self.asked.set()
            await self.answer.wait()
        return answers

    async def sign_in(self, email: str, password: str) -> Account:
        return self.account


class Other(Scripted):
    """Comes in by itself as somebody else."""

    def __init__(self) -> None:
        super().__init__()
        self.account, self.left = replace(ACCOUNT, user_id="another"), False

    async def start(self) -> None:
        self.say(ev.SignedIn(self.account, (SOURCE,)))

    async def sign_out(self, *, everywhere: bool = False) -> None:
        self.left = True


def listening(client: Client) -> list[ev.Change]:
    """Every change, as it comes."""
    heard: list[ev.Change] = []

    async def listen() -> None:
        async for batch in client.changes():
            heard.extend(batch)

    client._run.spawn(listen())
    return heard


async def reading(path: Path) -> tuple[Client, Slow, list[ev.Change]]:
    """Signed in, a thread open, its page on the way, a text in its composer."""
    client, remote = Client(safe_line("acme"), Cache.open(path)), Slow()
    heard: list[ev.Change] = []

    async def listen() -> None:
        async for batch in client.changes():
            heard.extend(batch)

    await client.start()
    client.attach(remote)
    client._run.spawn(listen())
    await until(lambda: client.threads())
    client.open(A)
    client.keep_text(A, "half a thought")
    await until(lambda: client._engine.text(A))
    await asyncio.wait_for(remote.asked.wait(), 5)
    return client, remote, heard


async def kept(path: Path) -> kp.Memory:
    cache = Cache.open(path)
    memory = await cache.load()
    await cache.close()
    return memory


async def test_signing_out_forgets_threads_messages_and_texts(tmp_path: Path) -> None:
    client, remote, heard = await reading(tmp_path / "c.db")
    await client.entry.sign_out()
    await until(lambda: ev.AccountChanged(None) in heard)
    assert (client.account, client.threads(), client.people("direct")) == (None, (), ())
    assert client.text(A) == ""
    assert ev.TimelineReset(A, ()) in heard
    told = len(heard)
    remote.answer.set()
    remote.say(ev.LinkMoved(client.health.link))
    await until(lambda: len(heard) > told)
    assert not [
        change for change in heard[told:] if isinstance(change, ev.TimelineReset | ev.TimelineSpliced)
    ]
    await client.close()
    assert await kept(tmp_path / "c.db") == kp.Memory()


async def test_another_account_finds_nothing_of_the_first_and_is_not_asked_twice(tmp_path: Path) -> None:
    client, remote, heard = await reading(tmp_path / "c.db")
    remote.account = replace(ACCOUNT, user_id="another")
    await client.entry.sign_in("other@example.org", "right")
    assert (client.threads(), client.text(A)) == ((), "")
    remote.say(ev.SignedIn(remote.account, (SOURCE,)))
    await until(lambda: client.account == remote.account)
    await until(lambda: client.threads())
    assert ev.AccountChanged(None) not in heard
    await client.close()
    memory = await kept(tmp_path / "c.db")
    assert (memory.account, memory.texts) == (remote.account, ())


async def test_a_session_of_somebody_else_that_was_kept_sends_nothing_of_the_first(tmp_path: Path) -> None:
    """`supachat login` in a shell leaves a session; the app finds it, and what it kept is another's."""
    before = Client(safe_line("acme"), Cache.open(tmp_path / "c.db"))
    await before.start()
    first = Scripted()
    first.trouble = Unreachable("no way out", arrived=False)
    before.attach(first)
    await until(lambda: before.threads())
    draft = before.send(A, "mine")
    await until(lambda: [r for r in first.performed if isinstance(r, ev.SendDraft)])
    await before.close()

    client, remote = Client(safe_line("acme"), Cache.open(tmp_path / "c.db")), Other()
    heard = listening(client)
    await client.start()
    client.attach(remote)
    await until(lambda: any(isinstance(change, ev.AccountChanged) for change in heard))
    [told] = [change for change in heard if isinstance(change, ev.AccountChanged)]
    assert told.account is None
    assert f"1 unsent message of {ACCOUNT.email}" in told.reason
    assert remote.left
    assert client.is_unsent(draft)
    assert not [request for request in remote.performed if isinstance(request, ev.SendDraft)]
    await client.close()
