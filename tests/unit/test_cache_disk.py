"""What a disk and its other users do to the cache: full, read-only, open to others, held, killed."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.unit.kept import A, message, read_all

from supachat.cache import claim
from supachat.cache.claim import Claim
from supachat.cache.files import Files
from supachat.cache.rows import Rows
from supachat.cache.store import Cache
from supachat.client.writing import TEXT_EVERY
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import CacheError
from supachat.domain.model import Account, Draft, Micros
from supachat.domain.text import Safe


async def test_a_full_disk_is_said_and_what_it_had_no_room_for_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def watched(*given: object, **named: object) -> sqlite3.Connection:
        made.append(connect(*given, **{**named, "check_same_thread": False}))  # type: ignore[call-overload]  # passed on as it came
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", watched)
    cache = Cache(lambda: tmp_path / "c.db")
    await cache.load()
    base = made[-1]
    base.execute("pragma max_page_count = 30")
    with pytest.raises(CacheError, match="free some room"):
        await cache.commit([kp.KeepMessages(tuple(message(at) for at in range(1, 1001)))])
    base.execute("pragma max_page_count = 100000")
    await cache.commit([kp.KeepText(A, "x")])
    assert len((await cache.recall(ev.Recall(A, limit=2000))).messages) == 1000
    base.execute("pragma query_only = on")
    with pytest.raises(CacheError, match="nothing is lost while supachat runs; make the file"):
        await cache.commit([kp.KeepDraft(Draft("d1", A, "x", Micros(1)))])
    base.execute("pragma query_only = off")
    await cache.commit([])
    assert len((await cache.load()).drafts) == 1
    await cache.close()


async def test_a_folder_open_to_others_is_closed_and_it_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "wide"
    folder.mkdir(mode=0o755)
    (folder / "c.db").touch(mode=0o644)
    cache = Cache(lambda: folder / "c.db")
    await cache.load()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert [notice.title for notice in cache.news()] == ["The local cache is private now"]
    await cache.close()


TYPES = """
import asyncio, sys
from pathlib import Path
from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain.model import ThreadKey
from supachat.domain.text import safe_line

async def main():
    client = Client(safe_line("w"), Files(Path(sys.argv[1])))
    await client.start()
    client.keep_text(ThreadKey("direct", "a__b"), "half a thou")
    print("typed", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_what_was_typed_survives_kill_9_a_second_later(tmp_path: Path) -> None:
    cache = Files(tmp_path / "c.db").of("me")
    await cache.commit([kp.KeepAccount(Account("me", Safe(""), Safe("Me")), ())])
    await cache.close()
    path = cache.path
    assert path is not None
    child = subprocess.Popen(  # noqa: ASYNC220  nothing else runs in this loop
        [sys.executable, "-c", TYPES, str(tmp_path / "c.db")], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        assert select.select([child.stdout], [], [], 30)[0]
        assert child.stdout.readline() == b"typed\n"
        end = time.monotonic() + 30
        other = sqlite3.connect(path)
        while not other.execute("select text from texts").fetchall():
            assert time.monotonic() < end
            select.select([], [], [], 0.01)
        other.close()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        child.stdout.close()
    assert TEXT_EVERY <= 0.5
    memory, _ = await read_all(path)
    assert memory.texts == ((A, "half a thou"),)


def test_an_end_that_is_refused_holds_nothing_back(tmp_path: Path) -> None:
    """Where a disk knows no write-ahead log, who reads keeps who writes from the end of it."""
    path = tmp_path / "c.db"
    rows, reader = Rows(sqlite3.connect(path, timeout=0)), sqlite3.connect(path, isolation_level=None)
    reader.execute("begin")
    reader.execute("select * from texts").fetchall()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        rows.commit([kp.KeepText(A, "half")], "me", durable=True)
    reader.execute("commit")
    rows.commit([kp.KeepText(A, "half")], "me", durable=True)
    assert reader.execute("select text from texts").fetchall() == [("half",)]
    reader.close()
    rows.close()


async def test_a_log_that_others_could_read_is_closed_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    first = Cache(lambda: path)
    await first.commit([kp.KeepText(A, "half")])
    for one in tmp_path.iterdir():
        one.chmod(0o644)
    second = Cache(lambda: path)
    await second.load()
    modes = [stat.S_IMODE(Path(f"{path}{end}").stat().st_mode) for end in ("", "-wal", "-shm")]
    assert modes == [0o600] * 3
    await second.close()
    await first.close()


@pytest.mark.parametrize("refusal", [PermissionError(errno.EPERM, "no such right"), None])
async def test_a_disk_without_rights_is_used_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: OSError | None
) -> None:
    tmp_path.chmod(0o755)

    def chmod(path: Path, mode: int) -> None:
        if refusal is not None:
            raise refusal

    monkeypatch.setattr(Path, "chmod", chmod)
    cache = Cache(lambda: tmp_path / "c.db")
    await cache.load()
    assert [notice.title for notice in cache.news()] == ["The local cache is not private"]
    await cache.close()


async def test_a_start_needs_no_room_and_nobodys_leave_to_write(tmp_path: Path) -> None:
    """Another that holds the file kept the list from the first frame for ten seconds, and then away."""
    path = tmp_path / "c.db"
    cache = Cache(lambda: path)
    await cache.commit([kp.KeepText(A, "half")])
    await cache.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        cache = Cache(lambda: path)
        assert (await cache.load()).texts == ((A, "half"),)
        other.execute("rollback")
    await cache.close()


ASKS = """
import sys
from pathlib import Path
from supachat.cache import claim
from supachat.cache.claim import Claim
print(Claim(Path(sys.argv[1])).is_free(sys.argv[2]))
"""


def test_a_second_look_at_a_file_gives_no_lock_of_it_away(tmp_path: Path) -> None:
    """The system drops a process's locks of a file with the first handle of it that is closed."""
    mine, again = Claim(tmp_path / "c.db"), Claim(tmp_path / "c.db")
    asks = [sys.executable, "-c", ASKS, str(tmp_path / "c.db"), mine.owner]
    assert subprocess.run(asks, capture_output=True, timeout=60, check=True).stdout == b"False\n"
    again.release()
    mine.release()


def test_a_lock_that_cannot_be_looked_at_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that another user's process left behind kept everybody else from the file."""
    left = tmp_path / f"c.db.owner-{'0' * 32}"
    left.mkdir()  # nobody can open that, also root
    mine = Claim(tmp_path / "c.db")
    assert not mine.is_free("0" * 32)
    mine.release()


async def test_a_disk_without_locks_is_named_and_not_filled_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write waited for ten seconds, blamed another supachat and left a file."""
    monkeypatch.setattr(claim, "_lock", lambda *_, **__: None)
    cache = Cache(lambda: tmp_path / "c.db")
    for _ in range(3):
        with pytest.raises(CacheError, match=r"No locks.*on a disk that has locks"):
            await cache.commit([kp.KeepText(A, "half")])
    assert cache.unkept() == ("half",)
    assert list(tmp_path.iterdir()) == []
    await cache.close()


async def test_two_hundred_runs_leave_no_handle_no_thread_and_no_file(tmp_path: Path) -> None:
    async def a_run() -> tuple[int, int, int]:
        cache = Cache(lambda: tmp_path / "c.db")
        await cache.load()
        await cache.close()
        handles = len(os.listdir("/dev/fd"))
        threads = sum(each.name == "supachat-cache" for each in threading.enumerate())
        return handles, threads, len(list(tmp_path.iterdir()))

    first = await a_run()
    for _ in range(200):
        last = await a_run()
    assert last == first
