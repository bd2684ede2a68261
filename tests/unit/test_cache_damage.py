"""Damaged, old, full, read-only, open to others: what a person wrote survives what happens to its file."""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supachat.cache.files import Files
from supachat.cache.rows import VERSION, Rows
from supachat.cache.store import Cache
from supachat.client.writing import TEXT_EVERY
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import CacheError
from supachat.domain.model import (
    Account,
    Cursor,
    Draft,
    Message,
    Micros,
    Person,
    PersonKey,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe, safe_line

A = ThreadKey("direct", "a__b")
B = ThreadKey("direct", "a__c")
PAGE = 4096


def message(at: int, thread: ThreadKey = A) -> Message:
    raw = f"message {at} " + "x" * 200
    return Message(thread, f"m{at:06}", "a", Micros(at), raw, safe(raw))


def cursor(at: int) -> Cursor:
    return Cursor(Micros(at), f"m{at:06}")


async def filled(path: Path) -> None:
    """300 drafts, 200 texts and 1,000 messages: every table has several pages."""
    cache = Cache(lambda: path)
    await cache.load()
    await cache.commit(
        [
            kp.KeepAccount(Account("u", safe_line("a@example.org"), safe_line("Ana")), ()),
            *(kp.KeepDraft(Draft(f"d{n:03}", A, f"draft {n} " + "y" * 100, Micros(n))) for n in range(300)),
            *(kp.KeepText(ThreadKey("direct", f"t{n:03}"), f"text {n} " + "z" * 100) for n in range(200)),
            kp.KeepMessages(tuple(message(at) for at in range(1, 1001))),
            kp.KeepSpans(A, ((cursor(1), cursor(1000)),), cursor(1000)),
        ]
    )
    await cache.close()


def pages_of(path: Path, name: str) -> list[int]:
    """The pages of a table, found by its own words: SQLite need not be built with dbstat."""
    data = path.read_bytes()
    return [n for n in range(1, len(data) // PAGE) if name.encode() in data[n * PAGE : (n + 1) * PAGE]]


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


async def read_all(path: Path) -> tuple[kp.Memory, tuple[ev.Notice, ...]]:
    """What a new start finds; reads a page of messages too, as every start does."""
    cache = Cache(lambda: path)
    memory = await cache.load()
    await cache.recall(ev.Recall(A))
    memory = await cache.load()
    news = cache.news()
    await cache.close()
    return memory, news


async def test_a_page_of_messages_is_damaged_and_everything_written_is_saved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    for page in pages_of(path, "message 9"):
        overwrite(path, page * PAGE, os.urandom(PAGE))
    memory, news = await read_all(path)
    assert (len(memory.drafts), len(memory.texts)) == (300, 200)
    assert memory.account is not None
    assert [notice.title for notice in news] == ["The local cache was damaged"]
    assert "500 unsent texts were saved" in news[0].details
    assert "500 unsent texts saved" in caplog.text, "a notice is gone once the sign-in page covers it"
    assert len([one for one in tmp_path.iterdir() if ".damaged-2" in one.name]) == 1


async def test_the_list_outlives_damage_and_a_thread_that_cannot_be_read_does_not(tmp_path: Path) -> None:
    """Whoever writes on knows the threads already and would write none of them again; what is muted is
    known nowhere else."""
    path = tmp_path / "c.db"
    await filled(path)
    thread = Thread(A, safe_line("Ana"), ("a", "b"), muted=True)
    person = Person(PersonKey("direct", "b"), safe_line("Ben"), safe_line("ben"))
    cache = Cache(lambda: path)
    await cache.commit([kp.KeepThreads((thread,)), kp.KeepPeople((person,))])
    await cache.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("insert into threads values ('direct', 'b__c', '{}')")
        db.commit()
    for page in pages_of(path, "message 9"):
        overwrite(path, page * PAGE, os.urandom(PAGE))
    memory, news = await read_all(path)
    assert (memory.threads, memory.people) == ((thread,), (person,))
    assert len(news) == 1


async def test_a_page_of_drafts_is_damaged_and_those_on_both_sides_are_saved(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    pages = pages_of(path, "draft 1")
    overwrite(path, pages[len(pages) // 2] * PAGE, b"\xff" * PAGE)
    memory, _ = await read_all(path)
    assert 200 <= len(memory.drafts) < 300
    assert {"d000", "d299"} <= {draft.id for draft in memory.drafts}
    assert len(memory.texts) == 200


async def test_the_end_of_the_file_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    os.truncate(path, path.stat().st_size // 2)
    memory, news = await read_all(path)
    assert memory.drafts
    assert len(news) == 1


@pytest.mark.parametrize(
    "head", [b"\0" * 100, b"\xff" * 100, random.Random(7).randbytes(PAGE)], ids=["zeros", "ones", "noise"]
)
async def test_a_header_that_is_gone_gives_a_new_file(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    overwrite(path, 0, head)
    memory, news = await read_all(path)
    assert memory.threads == ()
    assert len(news) == 1
    assert (await read_all(path))[1] == ()  # said once


async def test_a_zeroed_log_costs_what_was_in_it_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    log = path.with_name("c.db-wal")
    log.write_bytes(b"\0" * 40_000)
    memory, news = await read_all(path)
    assert (len(memory.drafts), len(memory.texts), news) == (300, 200, ())


async def test_damage_in_the_middle_of_a_run_claims_no_stretch(tmp_path: Path) -> None:
    """The engine remembers messages that the new file does not have: its stretches are not believed."""
    path = tmp_path / "c.db"
    await filled(path)
    for page in pages_of(path, "message 9"):
        overwrite(path, page * PAGE, b"\xff" * PAGE)
    cache = Cache(lambda: path)
    await cache.load()
    await cache.recall(ev.Recall(A))
    await cache.commit([kp.KeepSpans(A, ((cursor(1), cursor(1000)),), cursor(1000))])
    recalled = await cache.recall(ev.Recall(A))
    assert (recalled.messages, recalled.spans, recalled.verified) == ((), (), None)
    await cache.close()


@pytest.mark.parametrize("version", [1, 99])
async def test_another_format_keeps_drafts_texts_and_account(tmp_path: Path, version: int) -> None:
    path = tmp_path / "c.db"
    old = sqlite3.connect(path)
    old.executescript(
        f"""
        create table facts (name text primary key, value text not null) without rowid;
        insert into facts values ('account', '["u", "a@example.org", "Ana"]'), ('sources', '[{{"x": 1}}]');
        create table threads (source text, id text, value text not null, primary key (source, id));
        insert into threads values ('direct', 'a__b', '{{"shape": "unknown"}}');
        create table drafts (
          id text primary key, source text, thread text, raw text not null, created integer not null,
          state text not null, reason text, attempts integer not null, owner text not null);
        insert into drafts values ('d1', 'direct', 'a__b', 'kept', 1, 'queued', null, 0, 'gone');
        create table texts (source text, thread text, text text not null, primary key (source, thread));
        insert into texts values ('direct', 'a__b', 'half a thou');
        pragma user_version = {version};
        """
    )
    old.close()
    memory, news = await read_all(path)
    assert [draft.raw for draft in memory.drafts] == ["kept"]
    assert memory.texts == ((A, "half a thou"),)
    assert memory.account == Account("u", safe_line("a@example.org"), safe_line("Ana"))
    assert (memory.threads, memory.sources) == ((), ())
    titles = ["A newer version of supachat made the local cache"] if version > VERSION else []
    assert [each.title for each in news] == titles


# ---------------------------------------------------------------- age

DAY = 86_400_000_000


async def test_old_messages_leave_and_their_stretches_shrink_with_them(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    cache = Cache(lambda: path)
    old, new = message(1 * DAY), message(100 * DAY)
    await cache.commit(
        [
            kp.KeepMessages((old, new, message(2 * DAY, B))),
            kp.KeepSpans(A, ((old.cursor, new.cursor),), new.cursor),
            kp.KeepSpans(B, ((cursor(1), cursor(2 * DAY)),), cursor(2 * DAY)),
            kp.KeepDraft(Draft("d1", A, "old but mine", Micros(1))),
            kp.KeepText(A, "typed long ago"),
        ]
    )
    await cache.close()
    later = Cache(lambda: path, keep_days=30, wall=lambda: 101 * 86_400.0)
    memory = await later.load()
    recalled = await later.recall(ev.Recall(A))
    assert recalled.messages == (new,)
    assert recalled.spans == ()  # a stretch of one message says nothing that the message does not
    other = await later.recall(ev.Recall(B))
    assert (other.messages, other.spans, other.verified) == ((), (), None)
    assert (len(memory.drafts), len(memory.texts)) == (1, 1)
    newest = message(101 * DAY)
    await later.commit(
        [kp.KeepMessages((newest,)), kp.KeepSpans(A, ((old.cursor, newest.cursor),), newest.cursor)]
    )
    assert (await later.recall(ev.Recall(A))).spans == ((new.cursor, newest.cursor),)
    await later.close()


# ---------------------------------------------------------------- the disk


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


@pytest.mark.parametrize(
    "spoilt",
    [
        "update threads set value = substr(value, 2)",
        "update threads set value = '[]'",
        "update people set kind = 'persom'",
        "update facts set value = 'x' where name = 'sources'",
        "update messages set extra = '{'",
    ],
)
async def test_damage_that_sqlite_does_not_see_is_damage(tmp_path: Path, spoilt: str) -> None:
    path = tmp_path / "c.db"
    cache = Cache(lambda: path)
    account, who = Account("u", safe_line("a@example.org"), safe_line("Ana")), safe_line("ana")
    await cache.commit(
        [
            kp.KeepAccount(account, ()),
            kp.KeepThreads((Thread(A, safe_line("Ben")),)),
            kp.KeepPeople((Person(PersonKey("direct", "a"), who, who),)),
            kp.KeepMessages((message(1),)),
            kp.KeepText(A, "half"),
        ]
    )
    await cache.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(spoilt)
    cache = Cache(lambda: path)
    memory = await cache.load()
    assert (memory.account, memory.texts) == (account, ((A, "half"),))
    await cache.recall(ev.Recall(A))
    assert [str(notice.title) for notice in cache.news()] == ["The local cache was damaged"]
    await cache.close()
