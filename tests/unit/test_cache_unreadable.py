"""What SQLite reads and we cannot, in the tables that go over into a new file; and two who find damage."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from supachat.cache.store import Cache
from supachat.domain import keeping as kp
from supachat.domain.choices import Choices
from supachat.domain.events import Recall
from supachat.domain.model import Account, Cursor, Draft, Message, Micros, ThreadKey
from supachat.domain.text import safe, safe_line

A = ThreadKey("direct", "a__b")


@pytest.mark.parametrize(
    "spoilt",
    [
        "update drafts set state = 'quued' where id = 'd1'",
        "update drafts set act = 'sent' where id = 'd1'",
        "update facts set value = '[1]' where name = 'account'",
        "update facts set value = '[{\"features\": [\"flying\"]}]' where name = 'sources'",
        "update facts set value = '[1]' where name = 'open'",
        "update facts set value = '[1]' where name = 'choices'",
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
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute(spoilt).rowcount == 1
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
    await first.commit([kp.KeepMessages((Message(A, "m1", "a", Micros(1), "x", safe("x")),))])
    await second.load()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("update messages set extra = '{'").rowcount == 1
    await first.recall(Recall(A))
    monkeypatch.setattr(second, "_is_gone", lambda: False)  # it was looked at a moment before
    await second.recall(Recall(A))
    monkeypatch.undo()
    low, high = (Cursor(Micros(at), f"m{at}") for at in (1, 9))
    assert (await second.recall(Recall(A, before=high, since=low))).lost
    await first.close()
    await second.close()
