"""Two processes in the moment in which the new file has its name not yet, and the damaged one no longer."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.kept import A, filled, read_all, spoil_messages

from supachat.cache import place
from supachat.cache.store import Cache
from supachat.domain import events as ev


async def test_who_starts_in_that_moment_gives_the_new_file_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    spoil_messages(path)
    set_aside = place.set_aside

    def and_another_starts(at: Path) -> Path:
        aside = set_aside(at)
        place.connect(at).close()
        return aside

    monkeypatch.setattr(place, "set_aside", and_another_starts)
    cache = Cache(lambda: path)
    memory = await cache.load()
    await cache.recall(ev.Recall(A))
    assert (len(memory.drafts), [str(one.title) for one in cache.news()]) == (
        300,
        ["The local cache was damaged"],
    )
    await cache.close()
    assert len((await read_all(path))[0].drafts) == 300


async def test_who_starts_when_it_is_over_finds_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.db"
    await filled(path)
    path.rename(tmp_path / "c.db.new-7")
    glob = Path.glob

    def and_it_gets_its_name(folder: Path, pattern: str) -> list[Path]:
        found = list(glob(folder, pattern))
        for one in found:
            one.rename(path)
        return found

    monkeypatch.setattr(Path, "glob", and_it_gets_its_name)
    place.connect(path).close()
    monkeypatch.undo()
    assert len((await read_all(path))[0].drafts) == 300
