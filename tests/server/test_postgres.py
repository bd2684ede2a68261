"""PostgreSQL is made, found again, ends with whoever started it, and is never started over."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from supachat.server import binaries, cluster, postmaster
from supachat.server.ground import SOCKET, socket_folder
from supachat.server.postgres import Postgres
from supachat.server.postmaster import _spawn, _watch
from supachat.server.trouble import ServerTrouble

STARTER = """
import asyncio, sys
from pathlib import Path
from supachat.server.postgres import Postgres

async def main():
    made = await Postgres.start(Path(sys.argv[1]))
    print(made.pid, made._run.guard.pid, flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until the tests end, however they end
    await made.stop()

asyncio.run(main())
"""


def alive(pid: int) -> bool:
    """Whether `pid` is a process that still runs; one that nobody has waited for does not."""
    said = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(said.strip()) and not said.strip().startswith("Z")


def sockets(folder: Path) -> Path:
    """Where the server of that data folder has its socket."""
    return socket_folder(cluster.place(folder, binaries.identity()).parent)


async def gone(pid: int, limit: float = 60.0) -> None:
    """Returns when `pid` has ended; fails after `limit` seconds."""
    async with asyncio.timeout(limit):
        while alive(pid):
            await asyncio.sleep(0.01)


def query(postgres: Postgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.conninfo()) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def started_elsewhere(folder: Path) -> tuple[subprocess.Popen[str], int, int]:
    """Another process that starts PostgreSQL on `folder`: it, the postmaster's pid, the guard's."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(folder)],
        stdin=subprocess.PIPE,  # a worker of xdist has none that stays open
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    postmaster, guard = process.stdout.readline().split()
    process.stdout.close()
    return process, int(postmaster), int(guard)


@pytest.fixture
def folder(tmp_path: Path, postgres: Postgres) -> Path:
    """A data folder with a stopped cluster in it, made by copying: initdb takes half a second."""
    pristine = postgres.socket_dir.parent / "pristine"
    if not pristine.exists():
        asyncio.run(_made(pristine))
    shutil.copytree(pristine, tmp_path / "data")
    return tmp_path / "data"


async def _made(folder: Path) -> None:
    made = await Postgres.start(folder)
    await made.stop()


async def test_a_second_start_finds_the_data_and_the_keys_of_the_first(tmp_path: Path) -> None:
    first = await Postgres.start(tmp_path / "data")
    query(first, "create table kept as select 1 as n")
    await first.stop()
    second = await Postgres.start(tmp_path / "data")
    try:
        assert query(second, "select n from kept") == [(1,)]
        assert second.keys == first.keys
    finally:
        await second.stop()
    assert not alive(second.pid)


async def test_only_the_owner_gets_in_and_only_with_the_password(folder: Path) -> None:
    made = await Postgres.start(folder)
    try:
        assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(made.socket_dir.stat().st_mode) == 0o700
        assert query(made, "show listen_addresses") == [("",)]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(made.conninfo().replace(made.password, "wrong"))
        held = json.loads((folder / "keys.json").read_text())
        assert set(held) == {"publishable_key", "service_role_key", "jwt_secret", "database"}
    finally:
        await made.stop()


async def test_committed_rows_survive_the_death_of_the_postmaster(folder: Path) -> None:
    made = await Postgres.start(folder)
    try:
        query(made, "create table kept as select generate_series(1, 200) as n")
        os.kill(made.pid, signal.SIGKILL)
        async with asyncio.timeout(30):
            assert await made.died() == -signal.SIGKILL
        await made.revive()
        assert query(made, "select count(*) from kept") == [(200,)]
    finally:
        await made.stop()


@pytest.mark.parametrize("first", [True, False], ids=["and PostgreSQL first", "alone"])
async def test_nothing_is_left_of_postgres_when_its_starter_is_killed(folder: Path, first: bool) -> None:
    process, leader, guard = started_elsewhere(folder)
    assert (sockets(folder) / SOCKET).exists()
    with process:  # its pipes are closed at the end
        if first:
            os.kill(leader, signal.SIGKILL)
        process.kill()
    await gone(leader)
    await gone(guard)
    assert not sockets(folder).exists()


async def test_a_guard_leaves_the_socket_of_the_next_server_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    socket = tmp_path / "run" / SOCKET
    socket.touch()
    for owner, kept in ((1, True), (None, False)):
        guarded = await asyncio.create_subprocess_exec("sleep", "60")
        (tmp_path / "run" / f"{SOCKET}.lock").write_text(f"{owner or guarded.pid}\n{tmp_path}\n")
        guard = _watch(guarded.pid, socket)
        assert guard.stdin is not None
        guard.stdin.close()
        await guarded.wait()
        await asyncio.to_thread(guard.wait)
        assert (tmp_path / "run").exists() is kept


async def test_a_start_whose_socket_folder_an_older_guard_took_away_makes_it_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path] = []

    def spawned(*given: Any) -> Any:
        if not taken:
            taken.append(sockets(folder))
            taken[0].rmdir()
        return _spawn(*given)

    monkeypatch.setattr(postmaster, "_spawn", spawned)
    made = await Postgres.start(folder)
    try:
        assert taken == [made.socket_dir]
        assert query(made, "select 1") == [(1,)]
    finally:
        await made.stop()


async def test_a_start_ends_what_a_killed_run_left_behind(folder: Path) -> None:
    process, leader, guard = started_elsewhere(folder)
    os.kill(guard, signal.SIGKILL)
    with process:  # its pipes are closed at the end
        process.kill()
    assert alive(leader)
    made = await Postgres.start(folder)
    try:
        assert not alive(leader)
        assert query(made, "select 1") == [(1,)]
    finally:
        await made.stop()


async def test_a_noted_pid_that_is_somebody_elses_is_forgotten(folder: Path) -> None:
    other = await asyncio.create_subprocess_exec("sleep", "60")
    (folder / "postgres" / "postmaster.pid").write_text(f"{other.pid}\n{folder / 'postgres'}\n")
    made = await Postgres.start(folder)
    await made.stop()
    assert other.returncode is None
    other.kill()
    await other.wait()


async def test_stop_ends_although_somebody_is_connected(folder: Path) -> None:
    made = await Postgres.start(folder)
    connection = psycopg.connect(made.conninfo())
    connection.execute("select 1")
    async with asyncio.timeout(30):
        await made.stop()
    connection.close()
    assert not alive(made.pid)


async def test_data_of_another_major_version_is_refused_and_kept(folder: Path) -> None:
    (folder / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerTrouble, match="made by PostgreSQL 14"):
        await Postgres.start(folder)
    assert (folder / "postgres" / "base").is_dir()
    assert not sockets(folder).exists()


async def test_a_folder_that_holds_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letters").write_text("dear")
    with pytest.raises(ServerTrouble, match="holds no PostgreSQL data"):
        await Postgres.start(tmp_path)
    assert (tmp_path / "postgres" / "letters").read_text() == "dear"


async def test_a_half_made_cluster_never_counts(tmp_path: Path) -> None:
    half = tmp_path / "postgres.new-0badf00d"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    made = await Postgres.start(tmp_path)
    await made.stop()
    assert not half.exists()


async def test_keys_that_cannot_be_read_are_never_made_anew(folder: Path) -> None:
    (folder / "keys.json").write_text("{oops")
    with pytest.raises(ServerTrouble, match=r"keys\.json cannot be read"):
        await Postgres.start(folder)
    assert (folder / "keys.json").read_text() == "{oops"


async def test_keys_that_were_taken_away_are_made_anew_and_the_data_stays(folder: Path) -> None:
    before = json.loads((folder / "keys.json").read_text())
    (folder / "keys.json").unlink()
    made = await Postgres.start(folder)
    try:
        assert query(made, "select 1") == [(1,)]
        assert made.keys.jwt_secret != before["jwt_secret"]
    finally:
        await made.stop()


async def test_a_start_that_fails_says_what_postgres_said(folder: Path) -> None:
    (folder / "postgres" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ServerTrouble, match="no_such_setting"):
        await Postgres.start(folder)
    assert not sockets(folder).exists()


async def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path, folder: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    shutil.copytree(folder, deep)
    made = await Postgres.start(deep)
    try:
        assert query(made, "select 1") == [(1,)]
        assert len(str(made.socket_dir)) < 60
    finally:
        await made.stop()
    assert not made.socket_dir.exists()


async def test_a_foreign_socket_folder_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    # a long path has its socket elsewhere
    with tempfile.TemporaryDirectory(prefix="sc-", dir="/tmp") as near:
        shutil.copytree(folder, Path(near) / "data")
        run = Path(near) / "data" / "run"
        shutil.rmtree(run, ignore_errors=True)
        run.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(ServerTrouble, match="not a private folder"):
            await Postgres.start(Path(near) / "data")
