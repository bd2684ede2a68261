"""A look at what waits in a cache file, which another process has open."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from supachat.cache.files import Files, last_path
from supachat.cache.glance import glance, known
from supachat.cache.store import Cache
from supachat.domain.errors import CacheError
from supachat.domain.keeping import KeepAccount, KeepDraft, KeepThreads
from supachat.domain.model import Account, Act, Draft, DraftState, Micros, SourceInfo, Thread, ThreadKey
from supachat.domain.text import safe_line

ROOM = ThreadKey("direct", "me__you")
FIRST = Draft("1", ROOM, "secret", Micros(10_000_000), attempts=2)
SECOND = replace(
    FIRST, id="2", thread=ThreadKey("direct", "other"), act=Act.DELETE, state=DraftState.FAILED,
    reason=safe_line("you may not"),
)  # fmt: skip  # one draft


async def test_it_tells_every_draft_and_takes_none_over(tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    cache = Cache(lambda: path)
    await cache.commit([KeepThreads((Thread(ROOM, safe_line("You Two"), ("me", "you")),))])
    await cache.commit([KeepDraft(FIRST), KeepDraft(SECOND)])
    one, two = glance(path, 12.5)
    assert (one.thread, one.title, one.state, one.age, one.tries) == (
        ROOM, "You Two", DraftState.QUEUED, 2.5, 2,
    )  # fmt: skip  # as one row
    assert (two.title, two.act, two.state, two.reason) == (
        "other", Act.DELETE, DraftState.FAILED, "you may not",
    )  # fmt: skip  # as one row
    assert one.words == "", "what it says stays where it is"
    assert (await cache.load()).drafts == (FIRST, SECOND), "they are whose they were"
    await cache.close()


def test_what_is_no_cache_is_said_with_its_cure(tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    path.write_text("no database, and long enough to be taken for one" * 40)
    with pytest.raises(CacheError) as caught:
        glance(path, 0.0)
    assert "Open supachat once" in caught.value.cure


@pytest.mark.parametrize(
    ("spoilt", "look"),
    [
        ("update drafts set state = 'quued'", lambda path: glance(path, 0.0)),
        ("update threads set value = '[]'", lambda path: glance(path, 0.0)),
        ("update threads set value = '[]'", known),
        ("update facts set value = '[' where name = 'account'", known),
    ],
)
async def test_a_value_that_cannot_be_read_is_said_with_its_cure(
    tmp_path: Path, spoilt: str, look: Callable[[Path], object]
) -> None:
    path = tmp_path / "acme.db"
    cache = Cache(lambda: path)
    who = Account("u1", safe_line("ana@example.org"), safe_line("Ana"))
    threads = KeepThreads((Thread(ROOM, safe_line("You Two")),))
    await cache.commit([KeepAccount(who, ()), threads, KeepDraft(FIRST)])
    await cache.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute(spoilt).rowcount == 1
    with pytest.raises(CacheError) as caught:
        look(path)
    assert "Open supachat once" in caught.value.cure


async def test_the_file_that_is_looked_at_is_of_the_account_that_was_here_last(tmp_path: Path) -> None:
    base = tmp_path / "acme.db"
    assert last_path(base) is None
    files = Files(base)
    for account in ("ana", "ben"):
        cache = files.of(account)
        await cache.commit([KeepDraft(replace(FIRST, id=account))])
        await cache.close()
        assert last_path(base) == cache.path
    assert not list(tmp_path.glob("*.owner-*"))


async def test_it_tells_whose_the_file_is_and_the_list_the_last_to_move_first(tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    cache = Cache(lambda: path)
    await cache.load()
    assert known(path) is None, "nobody's yet"
    ana = Account("u1", safe_line("ana@example.org"), safe_line("Ana"))
    source = SourceInfo("direct", safe_line("Direct messages"), frozenset(), "me")
    old, new = (Thread(ThreadKey("direct", id_), safe_line(id_), ("me",)) for id_ in ("old", "new"))
    listed = (replace(old, created=Micros(1)), replace(new, created=Micros(2)))
    await cache.commit([KeepAccount(ana, (source,)), KeepThreads(listed)])
    found = known(path)
    assert found is not None
    assert found.account == ana
    assert [(one.name, one.me) for one in found.sources] == [("direct", "me")]
    assert [thread.key.id for thread in found.threads] == ["new", "old"]
    await cache.close()


def test_a_file_that_is_no_cache_knows_nobody_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    path.write_text("no database, and long enough to be taken for one" * 40)
    with pytest.raises(CacheError, match="cannot be read"):
        known(path)
