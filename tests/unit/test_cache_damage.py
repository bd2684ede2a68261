"""A damaged file, and one of another version: what a person wrote comes out of it."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path

import pytest
from tests.unit.kept import PAGE, A, cursor, filled, overwrite, pages_of, read_all, run, spoil_messages

from supachat.cache.schema import VERSION
from supachat.cache.store import Cache
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.model import Account, Person, PersonKey, Thread
from supachat.domain.text import safe_line


async def test_a_page_of_messages_is_damaged_and_everything_written_is_saved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    spoil_messages(path)
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
    run(path, "insert into threads values ('direct', 'b__c', '{}')")
    spoil_messages(path)
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
    spoil_messages(path)
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
