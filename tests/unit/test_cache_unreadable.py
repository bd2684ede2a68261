"""Damage that only we see; how the new file takes the damaged one's place, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import sqlite3
from pathlib import Path

import pytest
from tests.unit.kept import A, cursor, filled, message, read_all, run, spoil_messages

from supachat.cache import place
from supachat.cache.store import Cache
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import Choices
from supachat.domain.errors import CacheError
from supachat.domain.model import Account, Draft, Micros, Person, PersonKey, Thread
from supachat.domain.text import safe_line


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
    run(path, spoilt)
    cache = Cache(lambda: path)
    memory = await cache.load()
    assert (memory.account, memory.texts) == (account, ((A, "half"),))
    await cache.recall(ev.Recall(A))
    assert [str(notice.title) for notice in cache.news()] == ["The local cache was damaged"]
    await cache.close()


@pytest.mark.parametrize(
    "spoilt",
    [
        "update drafts set state = 'quued' where id = 'd1'",
        "update drafts set act = 'sent' where id = 'd1'",
        "update facts set value = '[1]' where name = 'account'",
        "update facts set value = '[{\"features\": [\"flying\"]}]' where name = 'sources'",
        "update facts set value = '[1]' where name = 'open'",
        "update facts set value = '[1]' where name = 'choices'",
        "update drafts set raw = cast(x'62ff61' as text) where id = 'd1'",
    ],
)
async def test_a_value_that_cannot_be_read_is_set_aside_once(tmp_path: Path, spoilt: str) -> None:
    """Taken along into the new file it would spoil that as well, at this start and at each later one."""
    path = tmp_path / "c.db"
    cache = Cache(lambda: path)
    await cache.commit(
        [
            kp.KeepAccount(Account("u", safe_line("a@example.org"), safe_line("Ana")), ()),
            kp.KeepOpen(A),
            kp.KeepChoices(Choices()),
            kp.KeepDraft(Draft("d1", A, "one", Micros(1))),
            kp.KeepDraft(Draft("d2", A, "two", Micros(2))),
            kp.KeepText(A, "half"),
        ]
    )
    await cache.close()
    run(path, spoilt)
    for told in (1, 0):
        cache = Cache(lambda: path)
        memory = await cache.load()
        assert memory.texts == ((A, "half"),)
        assert "two" in [draft.raw for draft in memory.drafts]
        assert len(cache.news()) == told
        await cache.close()


async def test_whoever_comes_second_to_the_damage_believes_no_stretch_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file is another process's: what we knew of messages is not in it."""
    path = tmp_path / "c.db"
    first, second = Cache(lambda: path), Cache(lambda: path)
    await first.commit([kp.KeepMessages((message(1),))])
    await second.load()
    run(path, "update messages set extra = '{'")
    await first.recall(ev.Recall(A))
    monkeypatch.setattr(second, "_is_gone", lambda: False)  # it was looked at a moment before
    await second.recall(ev.Recall(A))
    monkeypatch.undo()
    assert (await second.recall(ev.Recall(A, before=cursor(9), since=cursor(1)))).lost
    await first.close()
    await second.close()


async def test_bytes_that_are_no_text_cost_no_other_text(tmp_path: Path) -> None:
    """SQLite looks at no text, so that it calls a file sound which nobody can read."""
    path = tmp_path / "c.db"
    cache = Cache(lambda: path)
    await cache.commit([kp.KeepDraft(Draft(f"d{n}", A, f"text {n}", Micros(n))) for n in range(5)])
    await cache.close()
    run(path, "update drafts set raw = cast(x'62ff61' as text) where id in ('d1', 'd3')")
    memory, news = await read_all(path)
    assert [draft.raw for draft in memory.drafts] == ["text 0", "b\ufffda", "text 2", "b\ufffda", "text 4"]
    assert [notice.title for notice in news] == ["The local cache was damaged"]


async def test_a_number_that_is_none_is_damage_and_ends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    run(path, "insert into facts values ('floor', 'x')")
    cache = Cache(lambda: path)
    await cache.commit([kp.KeepSpans(A, ((cursor(1), cursor(1000)),), cursor(1000))])
    assert [notice.title for notice in cache.news()] == ["The local cache was damaged"]
    await cache.close()


async def test_while_the_disk_is_full_a_damaged_file_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next start would find what there was room for, and say nothing of the rest."""
    path = tmp_path / "c.db"
    await filled(path)
    spoil_messages(path)
    connect = place.connect

    def full(of: Path) -> sqlite3.Connection:
        made = connect(of)
        made.execute("pragma max_page_count = 15")
        return made

    monkeypatch.setattr(place, "connect", full)
    cache = Cache(lambda: path)
    with pytest.raises(CacheError, match="free some room"):
        await cache.recall(ev.Recall(A))
    await cache.close()
    monkeypatch.undo()
    assert [one.name for one in tmp_path.iterdir()] == ["c.db"]
    memory, news = await read_all(path)
    assert (len(memory.drafts), len(memory.texts), len(news)) == (300, 200, 1)


async def test_a_kill_between_two_names_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    spoil_messages(path)

    def killed(fresh: Path, at: Path) -> Path:
        place.set_aside(at)
        raise OSError(errno.EIO, "killed")

    monkeypatch.setattr(place, "take_place", killed)
    cache = Cache(lambda: path)
    with pytest.raises(CacheError, match="killed"):
        await cache.recall(ev.Recall(A))
    await cache.close()
    monkeypatch.undo()
    assert not path.exists()
    memory, _ = await read_all(path)
    assert (len(memory.drafts), len(memory.texts)) == (300, 200)


async def test_an_older_file_that_cannot_be_brought_up_to_date_is_let_go_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    spoil_messages(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("pragma user_version = 1")
    opened: list[sqlite3.Connection] = []
    connect = place.connect

    def watched(of: Path) -> sqlite3.Connection:
        opened.append(connect(of))
        return opened[-1]

    monkeypatch.setattr(place, "connect", watched)
    memory, news = await read_all(path)
    assert (len(memory.drafts), len(news)) == (300, 1)
    for each in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            each.total_changes  # noqa: B018  asking is the question


async def test_who_signs_out_leaves_no_damaged_file_behind(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    spoil_messages(path)
    await read_all(path)
    assert len(list(tmp_path.iterdir())) == 2
    cache = Cache(lambda: path)
    await cache.clear()
    await cache.close()
    assert [one.name for one in tmp_path.iterdir()] == ["c.db"]


async def test_of_many_who_find_the_damage_one_makes_the_new_file(tmp_path: Path) -> None:
    """Else two that live hold one draft, and what one of them writes meanwhile is in neither file."""
    path = tmp_path / "c.db"
    await filled(path)
    spoil_messages(path)
    caches = [Cache(lambda: path) for _ in range(5)]

    async def use(number: int, cache: Cache) -> list[str]:
        await cache.load()
        await cache.recall(ev.Recall(A))
        await cache.commit([kp.KeepDraft(Draft(f"own {number}", A, "x", Micros(1)))])
        return [draft.id for draft in (await cache.load()).drafts]

    found = await asyncio.gather(*(use(number, cache) for number, cache in enumerate(caches)))
    ids = [each for held in found for each in held]
    assert (len(ids), len(set(ids))) == (305, 305)
    titles = [str(notice.title) for cache in caches for notice in cache.news()]
    assert titles.count("The local cache was damaged") == 1
    for cache in caches:
        await cache.close()
    assert len((await read_all(path))[0].drafts) == 305


async def test_a_draft_that_was_sent_since_does_not_come_back_from_the_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    ours, other = Cache(lambda: path), Cache(lambda: path)
    await ours.load()
    await other.commit([kp.KeepDraft(Draft("d1", A, "x", Micros(1)))])
    spoil_messages(path)
    await other.recall(ev.Recall(A))
    await other.commit([kp.DropDraft("d1")])
    await ours.commit([kp.KeepDraft(Draft("d2", A, "y", Micros(2)))])
    await ours.close()
    await other.close()
    ids = {draft.id for draft in (await read_all(path))[0].drafts}
    assert "d2" in ids
    assert "d1" not in ids
