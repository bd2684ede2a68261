"""A disk that is full or cannot be written: the chat goes on, and what was not kept is said and shown."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.scripted_client import ACCOUNT, A, Scripted, until

from supachat.cache.claim import Claim
from supachat.cache.files import Files
from supachat.cli.terminal import say_farewell
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import CacheError, Unreachable
from supachat.domain.model import Draft, Micros, ThreadKey
from supachat.domain.text import safe_line
from supachat.journal.pages import Pages

B = ThreadKey("direct", "me__them")


def draft(name: str, raw: str) -> kp.KeepDraft:
    return kp.KeepDraft(Draft(name, A, raw, Micros(1)))


@pytest.mark.parametrize(
    ("writes", "texts"),
    [
        ([], ()),
        ([kp.KeepText(A, "ha"), kp.KeepText(A, "half")], ("half",)),
        ([kp.KeepText(A, "half"), kp.KeepText(A, "")], ()),
        ([kp.KeepText(A, " \n")], ()),
        ([kp.KeepText(A, "one"), kp.KeepText(B, "two"), draft("d", "three")], ("one", "two", "three")),
        ([draft("d", "x"), draft("d", "x"), draft("e", "y")], ("x", "y")),
        ([draft("d", "x"), kp.DropDraft("d"), kp.DropDraft("unknown"), kp.KeepOpen(A)], ()),
    ],
)
def test_what_a_person_wrote_among_all_that_is_kept(writes: list[kp.Write], texts: tuple[str, ...]) -> None:
    assert kp.written(writes) == texts


async def a_client(base: Path) -> tuple[Client, Scripted]:
    remote = Scripted()
    client = Client(safe_line("work"), Files(base))
    await client.start()
    client.attach(remote)
    await until(lambda: client.threads())
    return client, remote


async def test_a_thread_is_read_from_the_server_where_nothing_kept_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.touch()  # stands in the way, also for root
    client, remote = await a_client(folder / "work.db")
    client.open(A)
    await until(lambda: any(isinstance(each, ev.FetchPage) for each in remote.performed))
    await client.close()


async def test_what_no_disk_took_is_named_until_it_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.touch()
    client, remote = await a_client(folder / "work.db")
    remote.trouble = Unreachable("no way out", arrived=False)
    client.open(A)
    client.send(A, "a message")
    client.keep_text(A, "half a thought")
    await until(lambda: client.unkept() == ("a message", "half a thought"))
    folder.unlink()
    client.keep_text(A, "half a thought more")
    await until(lambda: not client.unkept())
    again = "The local cache is written again"
    await until(lambda: again in [each.title for each in client.news() if isinstance(each, ev.Notice)])
    await client.close()
    later = Files(folder / "work.db").of(ACCOUNT.user_id)
    memory = await later.load()
    await later.close()
    assert memory.texts == ((A, "half a thought more"),)
    assert [each.raw for each in memory.drafts] == ["a message"]


async def test_what_a_slow_disk_has_not_taken_by_the_end_goes_with_it(tmp_path: Path) -> None:
    """Another program writes, and this one ends: no text of the last second is left in a queue."""
    client, _ = await a_client(tmp_path / "work.db")
    client.keep_text(A, "half")
    await until(lambda: (path := client._run.ledger._cache.path) and path.exists())
    path = client._run.ledger._cache.path
    assert path is not None
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        client.open(A)
        await until(lambda: client._engine.text(A) == "half")
        client.keep_text(A, "half a thought")
        end = asyncio.create_task(client.close())
        await until(lambda: end.done() or "half a thought" in client.unkept())
        other.execute("rollback")
        await end
    assert client.unkept() == ()
    later = Files(tmp_path / "work.db").of(ACCOUNT.user_id)
    memory = await later.load()
    await later.close()
    assert memory.texts == ((A, "half a thought"),)


async def test_what_a_slow_disk_has_not_taken_goes_with_the_end_also_where_another_account_came_in(
    tmp_path: Path,
) -> None:
    client, _ = await a_client(tmp_path / "work.db")
    ledger = client._run.ledger
    await until(lambda: (path := ledger._cache.path) and path.exists() and not ledger._waiting.qsize())
    path = ledger._cache.path
    assert path is not None
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        client.keep_text(A, "half a thought")
        comes = asyncio.create_task(client.entry._hands.take_in(replace(ACCOUNT, user_id="another")))
        await until(lambda: ledger.whose == "another")
        end = asyncio.create_task(client.close())
        await until(lambda: end.done() or "half a thought" in client.unkept())
        other.execute("rollback")
        await end
    comes.cancel()
    await asyncio.gather(comes, return_exceptions=True)
    assert client.unkept() == ()
    later = Files(tmp_path / "work.db").of(ACCOUNT.user_id)
    memory = await later.load()
    await later.close()
    assert memory.texts == ((A, "half a thought"),)


async def test_what_is_lost_with_the_program_is_shown_once_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.touch()
    client, _ = await a_client(folder / "work.db")
    client.keep_text(A, "two\nlines \x1b[2J")
    await client.close()
    assert client.unkept() == ("two\nlines \x1b[2J",)
    say_farewell([client])
    said = capsys.readouterr().err
    assert "two\nlines" in said
    assert "\x1b" not in said


def test_whose_a_draft_is_needs_no_room_on_the_disk(tmp_path: Path) -> None:
    """SQLite's journal would: on a full disk nobody would hold a lock, and all would take all drafts."""
    claim = Claim(tmp_path / "c.db")
    made = list(tmp_path.iterdir())
    assert [path.stat().st_size for path in made] == [0]
    other = Claim(tmp_path / "c.db")
    assert not other.is_free(claim.owner)
    other.release()
    claim.release()


async def test_who_signed_out_is_not_shown_where_their_file_cannot_be_emptied(
    tmp_path: Path,
) -> None:
    base = tmp_path / "work.db"
    files = Files(base)
    files.remember(ACCOUNT.user_id)
    note = base.with_suffix(".last")
    base.with_name(f"work.{note.read_text().strip()}.db").mkdir()  # nobody can open that
    cache = files.of(ACCOUNT.user_id)
    with pytest.raises(CacheError):
        await files.forget(cache)
    assert not note.exists()
    await cache.close()


def test_a_note_that_says_it_already_is_not_written_and_one_that_cannot_be_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Files(tmp_path / "work.db")
    files.remember("ana")

    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    files.remember("ana")
    with pytest.raises(OSError, match="No space"):
        files.remember("ben")
    assert [path.name for path in tmp_path.iterdir()] == ["work.last"]


def test_a_line_of_which_the_disk_took_half_is_not_run_into_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, room = os.write, [3]

    def short(handle: int, data: bytes) -> int:
        return write(handle, data[: room.pop()] if room else data)

    monkeypatch.setattr(os, "write", short)
    pages = Pages(tmp_path / "x.log")
    for line in ("first\n", "second\n", "third\n"):
        pages.write(line)
    pages.close()
    assert (tmp_path / "x.log").read_text() == "fir\nsecond\nthird\n"
