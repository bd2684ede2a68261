"""Texts that are not sent: in one place at each moment, on disk, and of nobody but who typed them."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

from tests.unit.core_screen import OTHER, SOURCE, THREAD, Screen, listed, live, said
from tests.unit.scripted_client import ACCOUNT, A, Scripted, Viewer, started, until

from supachat.cache.files import Files
from supachat.cache.store import Cache
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import NotAllowed, Unreachable
from supachat.domain.model import Account, Act, DraftState, Feature, Message, MessageKey, Micros, ThreadKey
from supachat.domain.text import safe_line
from supachat.sync import texts

MINE = MessageKey(THREAD, "m000007")


def written() -> Screen:
    """A thread is open with a message of the reader's in it, in a source that can edit."""
    screen = live()
    able = replace(SOURCE, features=frozenset({Feature.EDIT, Feature.DELETE}))
    screen.hear(ev.SignedIn(ev_account(screen), (able,)), ev.MessageArrived(said(7, "helo", author="me")))
    screen.changes.clear()
    screen.requests.clear()
    screen.writes.clear()
    return screen


def ev_account(screen: Screen) -> Account:
    account = screen.engine.account
    assert account is not None
    return account


def refused(screen: Screen, text: str = "hello") -> str:
    """The server says no to an edit; the draft's id."""
    screen.take(screen.engine.change("e1", MINE, Act.EDIT, text, Micros(9), 1))
    screen.hear(ev.DraftKept("e1"))
    (request,) = screen.asked(ev.EditMessage)
    screen.take(screen.engine.failed(request, NotAllowed("too late"), 2))
    return "e1"


def body(screen: Screen) -> str:
    return next(m.raw for m in screen.items if isinstance(m, Message) and m.id == MINE.id)


def taken(screen: Screen, draft_id: str, text: str) -> ev.Step:
    return screen.engine.act(lambda out: texts.take_back(screen.engine.parts, draft_id, text, out), 3)


# ---------------------------------------------------------------- one place, and from one to another


def test_a_refused_edit_stays_a_draft_with_its_reason_and_the_message_is_as_it_was() -> None:
    screen = written()
    draft_id = refused(screen)
    assert body(screen) == "helo"
    (draft,) = texts.refused(screen.engine.parts, THREAD)
    assert (draft.id, draft.raw, draft.reason, draft.state) == (
        draft_id, "hello", "too late", DraftState.FAILED,
    )  # fmt: skip  # one draft
    assert screen.changes.count(ev.EditRefused(draft)) == 1
    assert not [write for write in screen.writes if isinstance(write, kp.DropDraft)]


def test_it_is_not_sent_again_by_itself_and_not_shown_when_its_thread_is_opened() -> None:
    screen = written()
    refused(screen)
    screen.requests.clear()
    screen.take(screen.engine.tick(60))
    screen.take(screen.engine.open(THREAD, 61))
    assert screen.asked(ev.EditMessage) == []
    assert body(screen) == "helo"


def test_what_is_taken_back_leaves_the_outbox_and_reaches_its_composer_in_one_commit() -> None:
    screen = written()
    step = taken(screen, refused(screen), "hello")
    assert step.writes[:2] == (kp.DropDraft("e1"), kp.KeepText(MINE, "hello"))
    screen.take(screen.engine.keep_text(THREAD, "world", 3))
    screen.take(screen.engine.send("d1", OTHER, "not there", Micros(9), 3))
    screen.take(screen.engine.send("d2", THREAD, "hello", Micros(9), 3))
    screen.take(screen.engine.keep_text(THREAD, "world", 3))
    step = taken(screen, "d2", "/subject x\nhello")
    assert step.writes[:2] == (kp.DropDraft("d2"), kp.KeepText(THREAD, "/subject x\nhello\nworld"))
    assert screen.engine.outbox.drafts() == screen.engine.outbox.drafts(OTHER)


def test_one_that_is_on_its_way_stays_a_draft() -> None:
    screen = written()
    screen.take(screen.engine.change("e1", MINE, Act.EDIT, "hello", Micros(9), 1))
    screen.hear(ev.DraftKept("e1"))
    step = taken(screen, "e1", "hello")
    assert step.writes == ()
    assert "e1" in screen.engine.outbox


def test_an_edit_that_is_saved_is_a_draft_and_typed_no_more_in_one_commit() -> None:
    screen = written()
    screen.take(screen.engine.keep_text(MINE, "hello", 1))
    step = screen.engine.change("e1", MINE, Act.EDIT, "hello", Micros(9), 1)
    kinds = [type(write) for write in step.writes if isinstance(write, kp.KeepDraft | kp.KeepText)]
    assert kinds == [kp.KeepDraft, kp.KeepText]
    assert screen.engine.text(MINE) == ""


def test_a_later_edit_or_a_delete_drops_none_that_was_refused() -> None:
    screen = written()
    refused(screen)
    screen.take(screen.engine.change("e2", MINE, Act.EDIT, "hullo", Micros(9), 1))
    assert body(screen) == "hullo"
    screen.take(screen.engine.change("e3", MINE, Act.DELETE, "", Micros(9), 1))
    assert [draft.id for draft in screen.engine.outbox.drafts()] == ["e1", "e3"]


def test_what_cannot_be_changed_any_more_is_the_text_of_a_new_message_in_one_commit() -> None:
    screen = written()
    screen.take(screen.engine.keep_text(THREAD, "half", 1))
    screen.take(screen.engine.keep_text(MINE, "hello", 1))
    assert texts.can_edit(screen.engine.parts, MINE)
    screen.hear(ev.MessageGone("direct", MINE.id))
    assert not texts.can_edit(screen.engine.parts, MINE)
    step = screen.engine.act(lambda out: texts.move(screen.engine.parts, MINE, THREAD, out), 3)
    assert step.writes[:2] == (kp.KeepText(MINE, ""), kp.KeepText(THREAD, "hello\nhalf"))


def test_one_that_nobody_has_heard_of_yet_may_be_edited() -> None:
    screen = written()
    assert texts.can_edit(screen.engine.parts, MessageKey(OTHER, "old"))
    assert not texts.can_edit(screen.engine.parts, MessageKey(ThreadKey("elsewhere", "x"), "old"))


def test_a_thread_with_an_edit_in_it_is_marked_until_that_is_done() -> None:
    screen = written()

    def marked() -> bool:
        thread = screen.engine.threads.get(THREAD)
        return thread is not None and thread.draft

    screen.take(screen.engine.keep_text(MINE, "hello", 1))
    assert marked()
    screen.hear(listed(THREAD, OTHER))
    assert marked()
    screen.take(screen.engine.keep_text(MINE, "", 1))
    assert not marked()


def test_where_the_reader_is_no_more_an_edit_is_kept_as_text_and_named() -> None:
    screen = written()
    screen.take(screen.engine.keep_text(MINE, "hello", 1))
    refused(screen, "hullo")
    screen.take(screen.engine.keep_text(MINE, "hello", 1))
    screen.hear(listed(OTHER))
    assert screen.engine.text(THREAD) == "hullo\nhello"
    assert (screen.engine.text(MINE), screen.engine.outbox.drafts()) == ("", [])
    (notice,) = [c for c in screen.changes if isinstance(c, ev.Notice)]
    assert "hullo" in notice.details
    screen.take(screen.engine.keep_text(MINE, "hello!", 1))
    assert screen.engine.text(THREAD) == "hullo\nhello\nhello!", "typed in the moment before it went"


# ---------------------------------------------------------------- on disk


EDIT, SECOND = MessageKey(A, "m1"), MessageKey(A, "m2")


async def test_edits_are_kept_beside_the_threads_text_in_the_order_in_which_they_were_typed_at(
    tmp_path: Path,
) -> None:
    cache = Cache(lambda: tmp_path / "c.db")
    await cache.commit([kp.KeepText(EDIT, "one"), kp.KeepText(SECOND, "two"), kp.KeepText(A, "half")])
    await cache.commit([kp.KeepText(EDIT, "one more")])
    assert (await cache.load()).texts == ((A, "half"), (SECOND, "two"), (EDIT, "one more"))
    await cache.commit([kp.KeepText(SECOND, ""), kp.KeepText(A, "")])
    await cache.close()
    again = Cache(lambda: tmp_path / "c.db")
    assert (await again.load()).texts == ((EDIT, "one more"),)
    await again.clear()
    assert (await again.load()).texts == ()
    await again.close()


async def test_a_file_that_knows_no_edits_goes_on_working(tmp_path: Path) -> None:
    before = Cache(lambda: tmp_path / "c.db")
    await before.commit([kp.KeepText(A, "half")])
    await before.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "c.db")) as db:
        db.execute("drop table edits")
    cache = Cache(lambda: tmp_path / "c.db")
    assert (await cache.load()).texts == ((A, "half"),)
    await cache.commit([kp.KeepText(EDIT, "one")])
    assert (await cache.load()).texts == ((A, "half"), (EDIT, "one"))
    assert cache.news() == ()
    await cache.close()


async def test_edits_are_salvaged_from_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    before = Cache(lambda: path)
    await before.commit([kp.KeepText(EDIT, "one"), kp.KeepText(SECOND, "two"), kp.KeepText(EDIT, "one!")])
    await before.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("insert into threads values ('direct', 'x', '[]')")  # no thread of ours
    cache = Cache(lambda: path)
    assert (await cache.load()).texts == ((SECOND, "two"), (EDIT, "one!"))
    (notice,) = cache.news()
    assert "2 unsent texts were saved" in notice.details
    await cache.close()


async def test_a_typed_edit_is_on_disk_within_a_second_and_a_refused_one_until_it_is_taken(
    tmp_path: Path,
) -> None:
    client, remote, viewer = await started(tmp_path / "c.db")
    client.send(A, "helo")
    await until(lambda: viewer.items and remote.table)
    message = viewer.last().key
    client.keep_text(message, "hell")

    def on_disk(query: str) -> list[str]:
        (path,) = tmp_path.glob("c.*.db")
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as db:
            return [row[0] for row in db.execute(query)]

    await until(lambda: on_disk("select text from edits") == ["hell"])
    remote.trouble = NotAllowed("too late")
    client.edit(message, "hello")
    await until(lambda: client.texts.refused(A))
    await until(lambda: on_disk("select raw from drafts where state = 'failed'") == ["hello"])
    assert on_disk("select text from edits") == []
    await client.close()

    again, _, _ = await started(tmp_path / "c.db")
    (draft,) = again.texts.refused(A)
    assert again.take_back(draft.id) == draft
    await until(lambda: on_disk("select text from edits") == ["hello"])
    assert on_disk("select raw from drafts") == []
    await again.close()

    last, _, _ = await started(tmp_path / "c.db")
    assert (last.texts.begun(A), last.text(message)) == ((message,), "hello")
    await last.close()


# ---------------------------------------------------------------- whose they are


async def begun(path: Path | None) -> tuple[Client, Scripted, MessageKey]:
    """An edit is being typed; another was refused; something was typed for no thread at all."""
    client, remote, viewer = await started(path)
    client.send(A, "helo")
    await until(lambda: viewer.items and remote.table)
    message = viewer.last().key
    remote.trouble = NotAllowed("too late")
    client.edit(message, "secret, refused")
    await until(lambda: client.texts.refused(A))
    client.keep_text(message, "secret, typed")
    client.keep_text(kp.AHEAD, "secret, ahead")
    return client, remote, message


def stray(folder: Path) -> list[str]:
    """The files in which one of these stands, also where a deleted row left it."""
    return [file.name for file in folder.iterdir() if b"secret" in file.read_bytes()]


async def test_another_account_sees_none_of_them_and_the_first_finds_them_again(tmp_path: Path) -> None:
    client, _, message = await begun(tmp_path / "c.db")
    await client.entry._hands.take_in(replace(ACCOUNT, user_id="another"))
    assert (client.texts.begun(A), client.texts.refused(A), client.text(kp.AHEAD)) == ((), (), "")
    client.keep_text(message, "secret, and late")  # the screen has not heard yet that the account left
    client.keep_text(A, "secret, and later")
    await asyncio.sleep(0)
    client.open(A)
    assert (client.text(message), client.text(A)) == ("", "")
    await client.close()
    other = Files(tmp_path / "c.db").of("another")
    assert (await other.load()).texts == ()
    await other.close()
    first = Files(tmp_path / "c.db").of(ACCOUNT.user_id)
    memory = await first.load()
    await first.close()
    assert dict(memory.texts) == {message: "secret, typed", kp.AHEAD: "secret, ahead"}
    assert [draft.raw for draft in memory.drafts] == ["secret, refused"]


async def test_signing_out_names_them_and_leaves_none_on_the_disk(tmp_path: Path) -> None:
    client, _, _ = await begun(tmp_path / "c.db")
    assert client.entry.would_drop() == "1 unsent message and 2 unfinished texts"
    await client.entry.sign_out()
    await client.close()
    assert stray(tmp_path) == []


async def test_without_a_disk_they_live_as_long_as_the_program(tmp_path: Path) -> None:
    client, _, message = await begun(None)
    await client.entry._hands.take_in(replace(ACCOUNT, user_id="another"))
    await client.entry._hands.take_in(ACCOUNT)
    assert (client.text(message), client.text(kp.AHEAD)) == ("secret, typed", "secret, ahead")
    assert [draft.raw for draft in client.texts.refused(A)] == ["secret, refused"]
    await client.close()
    assert list(tmp_path.iterdir()) == []


async def test_what_waits_to_be_sent_is_not_a_refused_edit(tmp_path: Path) -> None:
    client, remote, viewer = await started(tmp_path / "c.db")
    client.send(A, "helo")
    await until(lambda: viewer.items and remote.table)
    remote.trouble = Unreachable("no answer")
    client.edit(viewer.last().key, "hello")
    await until(lambda: [r for r in remote.performed if isinstance(r, ev.EditMessage)])
    assert client.texts.refused(A) == ()
    assert client.unsent() == (1, 0)
    await client.close()


async def test_one_that_is_stored_in_the_cache_of_nobody_is_nobodys(tmp_path: Path) -> None:
    client = Client(safe_line("acme"), Files(tmp_path / "c.db"))
    await client.start()
    viewer = Viewer(client)
    client.keep_text(kp.AHEAD, "secret")
    await client.close()
    await viewer.task
    assert list(tmp_path.iterdir()) == []
