"""Each account has a file of its own, the last one is found again."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from supachat.cache import claim
from supachat.cache.claim import Claim
from supachat.cache.files import Files
from supachat.cache.store import Cache
from supachat.domain import keeping as kp
from supachat.domain.model import Account, ThreadKey
from supachat.domain.text import Safe

A = ThreadKey("direct", "a__b")
ANA, BEN = "8c1d2c5e-ana", "0b6f6a61-ben"


def of(user_id: str, *more: kp.Write) -> list[kp.Write]:
    """What a run leaves: whose it is, and what was written."""
    return [kp.KeepAccount(Account(user_id, Safe(f"{user_id}@example.org"), Safe(user_id)), ()), *more]


async def left(cache: Cache, *writes: kp.Write) -> Path | None:
    await cache.load()
    await cache.commit(writes)
    await cache.close()
    return cache.path


async def found(cache: Cache) -> kp.Memory:
    memory = await cache.load()
    await cache.close()
    return memory


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_each_account_has_its_file_and_the_last_one_is_opened_again(tmp_path: Path) -> None:
    base = tmp_path / "work.db"
    await left(Files(base).of(ANA), *of(ANA, kp.KeepText(A, "ana's")))
    await left(Files(base).of(BEN), *of(BEN, kp.KeepText(A, "ben's")))
    assert (await found(Files(base).last())).texts == ((A, "ben's"),)
    assert (await found(Files(base).of(ANA))).texts == ((A, "ana's"),)
    assert (await found(Files(base).last())).texts == ((A, "ana's"),)


async def test_names_tell_nobody_who_it_is_and_nobody_else_can_read_them(tmp_path: Path) -> None:
    await left(Files(tmp_path / "new" / "work.db").of(ANA), *of(ANA))
    there = names(tmp_path / "new")
    assert len(there) == 2
    assert not [name for name in there if "ana" in name]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "new").iterdir())
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


async def test_where_nobody_was_nothing_is_written(tmp_path: Path) -> None:
    cache = Files(tmp_path / "new" / "work.db").last()
    assert await found(cache) == kp.Memory()
    assert names(tmp_path) == []


async def test_a_note_that_is_none_of_ours_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "work.last").write_text("../../somebody", encoding="ascii")
    cache = Files(tmp_path / "work.db").last()
    assert await found(cache) == kp.Memory()
    assert cache.path is None


async def test_who_signs_out_is_not_shown_at_the_next_start_and_the_other_account_is_untouched(
    tmp_path: Path,
) -> None:
    base, secret = tmp_path / "work.db", "a secret of some length"
    await left(Files(base).of(BEN), *of(BEN, kp.KeepText(A, "ben's")))
    path = await left(Files(base).of(ANA), *of(ANA, kp.KeepText(A, secret)))
    files = Files(base)
    cache = files.last()
    await cache.load()
    await files.forget(cache)
    assert path is not None
    assert secret.encode() not in path.read_bytes()
    assert not path.with_name(f"{path.name}-wal").exists()
    assert await found(Files(base).last()) == kp.Memory()
    assert (await found(Files(base).of(BEN))).texts == ((A, "ben's"),)


def test_a_lock_that_another_start_cleared_away_before_it_was_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = tmp_path / "c.db", claim._lock
    cleared: list[Path] = []

    def raced(file: Path, patience: float = 0.0) -> sqlite3.Connection | None:
        held = lock(file, patience)
        if not cleared:
            cleared.append(file)
            file.unlink()
        return held

    monkeypatch.setattr(claim, "_lock", raced)
    mine = Claim(path)
    assert cleared
    other = Claim(path)
    assert not other.is_free(mine.owner)
    other.release()
    mine.release()
    assert list(tmp_path.iterdir()) == []
