"""The file cannot be opened, is deleted or is replaced while the program runs: nothing written is lost."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from supachat.cache import place
from supachat.cache.store import Cache
from supachat.cache.trouble import trouble
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import Choices
from supachat.domain.errors import CacheError
from supachat.domain.model import Cursor, Draft, Micros, ThreadKey

A = ThreadKey("direct", "a__b")
REPLACED = "The local cache was deleted or replaced"


def draft(name: str) -> kp.KeepDraft:
    return kp.KeepDraft(Draft(name, A, "x", Micros(1)))


async def held(path: Path) -> tuple[list[str], list[str]]:
    """Ids of the drafts and the typed texts that the next start finds."""
    cache = Cache(lambda: path)
    memory = await cache.load()
    await cache.close()
    return sorted(one.id for one in memory.drafts), [text for _, text in memory.texts]


async def test_what_is_written_while_nothing_can_be_opened_is_written_later(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.touch()  # stands in the way, also for root
    cache = Cache(lambda: folder / "c.db")
    for name in ("d1", "d2"):
        with pytest.raises(CacheError, match="nothing is lost while supachat runs"):
            await cache.commit([draft(name)])
    folder.unlink()
    await cache.commit([kp.KeepText(A, "half")])
    await cache.close()
    assert await held(folder / "c.db") == (["d1", "d2"], ["half"])


async def test_what_could_never_be_opened_is_tried_once_more_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.touch()
    cache = Cache(lambda: folder / "c.db")
    with pytest.raises(CacheError):
        await cache.commit([draft("d1")])
    folder.unlink()
    await cache.close()
    assert await held(folder / "c.db") == (["d1"], [])


def _delete_files(path: Path) -> None:
    for one in path.parent.iterdir():
        one.unlink()


def _delete_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def _replace(path: Path) -> None:
    other = path.with_name("other")
    sqlite3.connect(other).close()
    os.replace(other, path)


@pytest.mark.parametrize("remove", [_delete_files, _delete_folder, _replace])
async def test_what_was_written_outlives_the_file(tmp_path: Path, remove: Callable[[Path], None]) -> None:
    path = tmp_path / "data" / "c.db"
    cache = Cache(lambda: path)
    await cache.load()
    await cache.commit(
        [draft("d1"), kp.KeepText(A, "half"), kp.KeepChoices(Choices(muted=frozenset({"direct"})))]
    )
    remove(path)
    await cache.commit([draft("d2")])
    assert [notice.title for notice in cache.news()] == [REPLACED]
    second = Cache(lambda: path)
    assert (await second.load()).drafts == ()  # they are those of a process that lives
    await second.close()
    await cache.close()
    assert await held(path) == (["d1", "d2"], ["half"])
    last = Cache(lambda: path)
    assert (await last.load()).choices.muted == {"direct"}
    await last.close()


async def test_messages_that_are_in_no_file_any_more_are_in_no_stretch(tmp_path: Path) -> None:
    path = tmp_path / "data" / "c.db"
    cache = Cache(lambda: path)
    await cache.load()
    _delete_folder(path)
    low, high = (Cursor(Micros(at), f"m{at}") for at in (1, 9))
    await cache.commit([kp.KeepSpans(A, ((low, high),), high)])
    recalled = await cache.recall(ev.Recall(A))
    assert (recalled.spans, recalled.verified) == ((), None)
    assert (await cache.recall(ev.Recall(A, before=high, since=low))).lost
    await cache.close()


async def test_two_processes_meet_in_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "data" / "c.db"
    one, other = Cache(lambda: path), Cache(lambda: path)
    await one.commit([draft("d1")])
    await other.commit([draft("d2")])
    _delete_folder(path)
    await one.commit([draft("d3")])
    await other.commit([draft("d4")])  # lets go of the old file, and must not take the new one's log along
    await one.commit([draft("d5")])
    assert path.with_name("c.db-wal").exists()
    await other.close()
    await one.close()
    assert await held(path) == ([f"d{number}" for number in range(1, 6)], [])


async def test_a_disk_that_numbers_a_file_anew_at_each_look_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.count(1)
    monkeypatch.setattr(place, "inode_of", lambda _: next(numbers))
    cache = Cache(lambda: tmp_path / "c.db")
    await cache.commit([draft("d1")])
    assert [one.id for one in (await cache.load()).drafts] == ["d1"]
    await cache.close()


async def test_a_file_that_cannot_be_made_anew_yet_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "data" / "c.db"
    cache = Cache(lambda: path)
    await cache.commit([draft("d1")])
    _delete_folder(path)
    path.parent.touch()
    with pytest.raises(CacheError):
        await cache.commit([draft("d2")])
    path.parent.unlink()
    await cache.commit([])
    await cache.close()
    assert await held(path) == (["d1", "d2"], [])


@pytest.mark.parametrize(
    ("code", "cure"),
    [
        (errno.ENOSPC, "free some room"),
        (errno.EDQUOT, "free some room"),
        (errno.EROFS, "make the file and its folder writable: it is then written"),
        (errno.ENOTDIR, "move the file away"),
    ],
)
def test_what_the_system_says_has_its_cure_and_no_number(code: int, cure: str) -> None:
    error = trouble(OSError(code, os.strerror(code), "/data/c.db.owner-1"), Path("/data/c.db"))
    assert error.message == f"the local cache /data/c.db cannot be used: {os.strerror(code)}"
    assert cure in error.cure
