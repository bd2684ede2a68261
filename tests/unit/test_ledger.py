"""What the steps want kept goes to its file whatever becomes of the disk, the link and the hands."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.scripted_client import ACCOUNT, A, Scripted, until

from supachat.cache.files import Files, last_path
from supachat.cache.store import Cache
from supachat.client import Client
from supachat.client.batches import Batches
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import CacheError
from supachat.domain.text import safe_line


async def a_client(base: Path, remote: Scripted | None = None) -> Client:
    client = Client(safe_line("work"), Files(base))
    await client.start()
    client.attach(remote or Scripted())
    await until(lambda: client.threads())
    return client


async def kept(base: Path) -> tuple[str, ...]:
    cache = Files(base).of(ACCOUNT.user_id)
    memory = await cache.load()
    await cache.close()
    return tuple(text for _, text in memory.texts)


async def test_what_an_account_that_left_had_no_room_for_is_named_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.touch()  # stands in the way, also for root
    client = await a_client(folder / "work.db")
    client.keep_text(A, "half a thought")
    await until(lambda: client.unkept())
    await client.entry._hands.take_in(replace(ACCOUNT, user_id="another"))
    assert client.unkept() == ("half a thought",)
    await client.close()
    assert client.unkept() == ("half a thought",)


async def test_an_account_that_comes_back_finds_what_had_to_wait_for_room(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.touch()
    client = await a_client(folder / "work.db")
    client.keep_text(A, "half a thought")
    await until(lambda: client.unkept())
    await client.entry._hands.take_in(replace(ACCOUNT, user_id="another"))
    folder.unlink()
    await client.entry._hands.take_in(ACCOUNT)
    assert (client.text(A), client.unkept()) == ("half a thought", ())
    await client.close()


async def test_a_disk_that_stays_full_is_told_once(tmp_path: Path) -> None:
    """Each commit put the toast back that somebody had just closed."""
    folder = tmp_path / "data"
    folder.touch()
    client = await a_client(folder / "work.db")
    for number in range(5):
        client.keep_text(A, f"text {number}")
        client._writing.flush()
        await until(lambda: client.unkept() == (client.text(A),))
    told = [each.title for each in client.news() if isinstance(each, ev.Notice)]
    assert len([title for title in told if "cannot be used" in title]) == 1
    await client.close()


class Breaks(Scripted):
    async def close(self) -> None:
        raise RuntimeError("a library's own mistake")


async def test_a_link_that_fails_to_end_holds_no_text_back(tmp_path: Path) -> None:
    client = await a_client(tmp_path / "work.db", Breaks())
    await until(lambda: client._run.ledger.whose)
    client.keep_text(A, "half a thought")
    with pytest.raises(RuntimeError, match="own mistake"):
        await client.close()
    assert not client._run._tasks
    assert await kept(tmp_path / "work.db") == ("half a thought",)


async def test_an_end_while_another_account_comes_in_leaves_no_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its drafts would be those of a process that lives, and wait until this one ends."""
    client = await a_client(tmp_path / "work.db")
    coming: list[Cache] = []

    async def slow(cache: Cache) -> kp.Memory:
        coming.append(cache)
        return await asyncio.Future()

    monkeypatch.setattr(Cache, "load", slow)
    client._run.spawn(client.entry._hands.take_in(replace(ACCOUNT, user_id="another")))
    await until(lambda: coming)
    await client.close()
    assert not coming[0]._thread.is_alive()


async def test_an_end_that_waits_for_the_disk_says_so(tmp_path: Path) -> None:
    client = await a_client(tmp_path / "work.db")
    ledger = client._run.ledger
    await until(lambda: (path := ledger._cache.path) and path.exists() and not ledger._waiting.qsize())
    path = ledger._cache.path
    assert path is not None
    said: list[str] = []

    def listen() -> list[str]:
        said.extend(each.title for each in client.news() if isinstance(each, ev.Notice))
        return said

    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        client.keep_text(A, "half a thought")
        end = asyncio.create_task(client.close())
        await until(listen)
        other.execute("rollback")
        await end
    assert said == ["The disk is slow"]
    assert client.unkept() == ()


async def test_what_is_told_while_the_last_batch_is_drawn_is_told() -> None:
    batches = Batches()
    batches.add(ev.ThreadsChanged())
    heard: list[ev.Change] = []
    async for batch in batches.stream():
        if not heard:
            batches.add(ev.AccountChanged(None))
            batches.end()
        heard += batch
    assert heard == [ev.ThreadsChanged(), ev.AccountChanged(None)]


async def test_a_name_that_has_no_utf_8_has_a_file(tmp_path: Path) -> None:
    """A token may bring half a character; the thread ended, and who asked waited for ever."""
    cache = Files(tmp_path / "work.db").of("\ud800")
    await cache.commit([kp.KeepText(A, "half")])
    await cache.close()


def test_a_note_that_cannot_be_read_is_said_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "work.last").mkdir()
    with pytest.raises(CacheError, match=r"work\.last cannot be used"):
        last_path(tmp_path / "work.db")
