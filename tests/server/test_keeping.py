"""What keeps a running server well, tried on a PostgreSQL that only says what happens to it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from supachat.server import keeping, pglog
from supachat.server.context import Context
from supachat.server.keeping import REVIVALS, keep_alive
from supachat.server.postgres import Postgres
from supachat.server.trouble import ServerTrouble


@dataclass
class Sickly:
    """Dies `deaths` times; the first `failures` of its starts come to nothing."""

    folder: Path
    deaths: int
    failures: int = 0
    starts: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def died(self) -> int:
        if self.deaths == 0:
            self.idle.set()
            await asyncio.Event().wait()
        self.deaths -= 1
        return 1

    async def revive(self) -> None:
        self.starts += 1
        if self.failures > 0:
            self.failures -= 1
            raise ServerTrouble("it did not start")


class _Pools:
    async def check(self) -> None: ...

    admin = property(lambda self: self)
    requests = property(lambda self: self)


def _kept(sick: Sickly) -> asyncio.Task[None]:
    return asyncio.create_task(keep_alive(cast(Postgres, sick), cast(Context, cast(Any, _Pools()))))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Whether the disk has room; looked at often."""
    state = {"room": True}
    monkeypatch.setattr(keeping, "has_room", lambda folder: state["room"])
    monkeypatch.setattr(keeping, "PAUSE", 0.005)
    return state


@pytest.mark.parametrize(("deaths", "failures"), [(1, 0), (REVIVALS, 0), (1, REVIVALS)])
async def test_a_death_now_and_then_is_healed(
    tmp_path: Path, disk: dict[str, bool], deaths: int, failures: int
) -> None:
    sick = Sickly(tmp_path, deaths, failures)
    task = _kept(sick)
    await asyncio.wait_for(sick.idle.wait(), 30)
    task.cancel()
    assert sick.starts == deaths + failures


@pytest.mark.parametrize(
    ("deaths", "failures", "said"),
    [(REVIVALS + 1, 0, "within a minute"), (1, REVIVALS + 1, "did not start")],
)
async def test_it_gives_up_where_the_disk_is_not_the_cause(
    tmp_path: Path, disk: dict[str, bool], deaths: int, failures: int, said: str
) -> None:
    with pytest.raises(ServerTrouble, match=said):
        await asyncio.wait_for(_kept(Sickly(tmp_path, deaths, failures)), 30)


@pytest.mark.parametrize(("deaths", "failures"), [(REVIVALS + 1, 0), (1, 1)])
async def test_a_full_disk_is_waited_for(
    tmp_path: Path, disk: dict[str, bool], caplog: pytest.LogCaptureFixture, deaths: int, failures: int
) -> None:
    caplog.set_level(logging.WARNING)
    disk["room"] = False
    sick = Sickly(tmp_path, deaths, failures)
    task = _kept(sick)
    async with asyncio.timeout(30):
        while not any("is full" in record.message for record in caplog.records):
            await asyncio.sleep(0.005)
        assert not task.done()
        disk["room"] = True
        await sick.idle.wait()
    task.cancel()
    assert sick.deaths == 0


def test_a_log_is_put_aside_under_a_writer_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pglog, "LIMIT", 10)
    log = tmp_path / "postgres.log"
    with log.open("ab", buffering=0) as writer:
        for round_ in (b"first, long enough", b"second, long enough"):
            writer.write(round_)
            pglog.trim(log)
            assert (tmp_path / "postgres.log.old").read_bytes() == round_
        writer.write(b"short")
        pglog.trim(log)
    assert log.read_bytes() == b"short"
    assert (tmp_path / "postgres.log.old").stat().st_mode & 0o077 == 0
