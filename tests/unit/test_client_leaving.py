"""Who signs out leaves nothing behind: not in memory, not on disk, not in what is still on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.scripted_client import ACCOUNT, SOURCE, A, Scripted, started, until

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.entering import Password, Proof
from supachat.domain.errors import BadInput, Unreachable
from supachat.domain.model import Account, Message, MessageKey, Micros
from supachat.domain.text import safe, safe_line
from supachat.sync.limiter import Limiter

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

    async def enter(self, proof: Proof) -> Account | None:
        return self.account


class Other(Scripted):
    """Comes in by itself as somebody else."""

    def __init__(self) -> None:
        super().__init__()
        self.account = replace(ACCOUNT, user_id="another")

    async def start(self) -> None:
        self.say(ev.SignedIn(self.account, (SOURCE,)))


def listening(client: Client) -> list[ev.Change]:
    """Every change, as it comes."""
    heard: list[ev.Change] = []

    async def listen() -> None:
        async for batch in client.changes():
            heard.extend(batch)

    client._run.spawn(listen())
    return heard


async def reading(path: Path | None) -> tuple[Client, Slow, list[ev.Change]]:
    """Signed in, a thread open, its page on the way, a text in its composer."""
    client, remote = Client(safe_line("acme"), Files(path)), Slow()
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
    await asyncio.wait_for(remote.asked.wait(), 30)
    return client, remote, heard


async def kept(path: Path, account: Account = ACCOUNT) -> kp.Memory:
    """What is on this computer of that account."""
    cache = Files(path).of(account.user_id)
    memory = await cache.load()
    await cache.close()
    return memory


async def test_signing_out_forgets_threads_messages_and_texts(tmp_path: Path) -> None:
    client, remote, heard = await reading(tmp_path / "c.db")
    await client.entry.sign_out()
    await until(lambda: ev.AccountChanged(None) in heard)
    assert (client.account, client.threads(), client.people("direct")) == (None, (), ())
    assert client.text(A) == ""
    assert client.open_thread is None
    assert ev.Vacated() in heard
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
    await client.entry.enter(Password("other@example.org", "right"))
    assert (client.threads(), client.text(A)) == ((), "")
    remote.say(ev.SignedIn(remote.account, (SOURCE,)))
    await until(lambda: client.account == remote.account)
    await until(lambda: client.threads())
    assert ev.AccountChanged(None) not in heard
    await client.close()
    memory = await kept(tmp_path / "c.db", remote.account)
    assert (memory.account, memory.texts) == (remote.account, ())
    first = await kept(tmp_path / "c.db")
    assert (first.account, first.texts) == (ACCOUNT, ((A, "half a thought"),))


async def test_what_is_being_typed_goes_with_its_account_and_comes_back_with_it(tmp_path: Path) -> None:
    client, remote, _ = await reading(tmp_path / "c.db")
    client.keep_text(A, "half a thought, and a ha")
    remote.account = replace(ACCOUNT, user_id="another")
    await client.entry.enter(Password("other@example.org", "right"))
    assert (client.text(A), client.open_thread) == ("", None)
    remote.account = ACCOUNT
    await client.entry.enter(Password("me@example.org", "right"))
    assert client.text(A) == "half a thought, and a ha"
    assert client.last_open == A
    await client.close()


async def test_what_the_screen_still_shows_of_the_first_is_not_sent_as_the_other(tmp_path: Path) -> None:
    client, _, _ = await reading(tmp_path / "c.db")
    await client.entry._hands.take_in(replace(ACCOUNT, user_id="another"))
    with pytest.raises(BadInput, match="account has changed"):
        client.send(A, "half a thought")
    with pytest.raises(BadInput, match="account has changed"):
        client.edit(MessageKey(A, "1"), "better")
    with pytest.raises(BadInput, match="account has changed"):
        client.delete(MessageKey(A, "1"))
    assert client.unsent() == (0, 0)
    client.open(A)
    client.send(A, "of the other")
    assert client.unsent() == (1, 0)
    await client.close()


async def test_signing_out_empties_the_file_of_that_account_only(tmp_path: Path) -> None:
    client, remote, _ = await reading(tmp_path / "c.db")
    remote.account = replace(ACCOUNT, user_id="another")
    await client.entry.enter(Password("other@example.org", "right"))
    await client.entry.sign_out()
    await client.close()
    assert await kept(tmp_path / "c.db", remote.account) == kp.Memory()
    assert (await kept(tmp_path / "c.db")).texts == ((A, "half a thought"),)


async def test_without_a_disk_each_account_finds_its_own_as_long_as_the_program_runs() -> None:
    client, remote, _ = await reading(None)
    remote.trouble = Unreachable("no way out", arrived=False)
    draft = client.send(A, "mine")
    remote.account = replace(ACCOUNT, user_id="another")
    await client.entry.enter(Password("other@example.org", "right"))
    assert not client.is_unsent(draft)
    remote.account = ACCOUNT
    await client.entry.enter(Password("me@example.org", "right"))
    assert client.is_unsent(draft)
    await client.close()


async def test_a_session_of_somebody_else_that_was_kept_sends_nothing_of_the_first(tmp_path: Path) -> None:
    """`supachat login` in a shell leaves a session; the app finds it, and what it kept is another's."""
    before = Client(safe_line("acme"), Files(tmp_path / "c.db"))
    await before.start()
    first = Scripted()
    first.trouble = Unreachable("no way out", arrived=False)
    before.attach(first)
    await until(lambda: before.threads())
    draft = before.send(A, "mine")
    await until(lambda: [r for r in first.performed if isinstance(r, ev.SendDraft)])
    await before.close()

    client, remote = Client(safe_line("acme"), Files(tmp_path / "c.db")), Other()
    heard = listening(client)
    await client.start()
    client.attach(remote)
    await until(lambda: any(isinstance(change, ev.AccountChanged) for change in heard))
    notices = [str(change.title) for change in heard if isinstance(change, ev.Notice)]
    assert notices == [f"1 unsent message waits for {ACCOUNT.email}"]
    assert not client.is_unsent(draft)
    await client.close()
    assert not [request for request in remote.performed if isinstance(request, ev.SendDraft)]
    assert [held.id for held in (await kept(tmp_path / "c.db")).drafts] == [draft]


@pytest.mark.parametrize("busy", [False, True])
async def test_what_had_not_gone_out_when_the_account_left_never_does(busy: bool) -> None:
    """It may not have begun, or be waiting for its place among the broadcasts, once somebody else is in."""
    client, remote, _ = await started()
    run, typing = client._run, ev.TellTyping(A)
    run._limiter = Limiter(1, 0.05)
    if busy:
        run.ask(typing)
        await until(lambda: typing in remote.performed)
        remote.performed.clear()
    held = set(run._tasks)
    run.ask(typing)
    run.apply(run.engine.hand_over(kp.Memory(), run.now()))
    await asyncio.wait_for(asyncio.gather(*(run._tasks - held)), 30)
    assert typing not in remote.performed
    await client.close()
