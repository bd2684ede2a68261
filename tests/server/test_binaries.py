"""Where PostgreSQL's programs are found, as whom they run, and who holds the folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from supachat.server import binaries, cluster
from supachat.server.binaries import Binaries, Identity
from supachat.server.ground import own_folder, settings, socket_folder
from supachat.server.lock import FolderLock
from supachat.server.postgres import Postgres
from supachat.server.trouble import AlreadyRunning, ServerTrouble


def test_the_lock_names_its_holder(tmp_path: Path) -> None:
    first = FolderLock.take(tmp_path)
    first.announce("http://127.0.0.1:1234")
    with pytest.raises(AlreadyRunning, match=rf"http://127\.0\.0\.1:1234, pid {os.getpid()}\."):
        FolderLock.take(tmp_path)
    first.release()
    FolderLock.take(tmp_path).release()


def test_a_lock_that_is_a_link_empties_nothing(tmp_path: Path) -> None:
    """In a folder that somebody else laid out the lock's file may lead to one of ours."""
    (tmp_path / "ours").write_text("precious", encoding="utf-8")
    (tmp_path / "serve.lock").symlink_to(tmp_path / "ours")
    with pytest.raises(ServerTrouble, match="is a link"):
        FolderLock.take(tmp_path)
    assert (tmp_path / "ours").read_text(encoding="utf-8") == "precious"


def test_data_is_not_kept_where_others_can_put_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(ServerTrouble, match=r"open to everybody.* chmod o-w"):
        FolderLock.take(folder)
    folder.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, 4711, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 4712)
    with pytest.raises(ServerTrouble, match="belongs to another user"):
        FolderLock.take(folder)
    assert list(folder.iterdir()) == []


def test_a_socket_folder_that_leads_elsewhere_gives_nothing_away(tmp_path: Path) -> None:
    """Its name in /tmp can be guessed, and root would hand what it leads to over to another user."""
    ours = tmp_path / "ours"
    ours.mkdir(mode=0o700)
    (tmp_path / "run").symlink_to(ours)
    with pytest.raises(ServerTrouble, match="not a private folder"):
        own_folder(tmp_path / "run", Identity(uid=4711, gid=4711))
    assert ours.stat().st_uid == os.geteuid()


@pytest.mark.parametrize(("version", "sync"), [(15, False), (17, False), (18, True)])
def test_settings_fit_the_version(version: int, sync: bool) -> None:
    words = settings(Binaries(Path("/bin"), version), Path("/run"))
    assert ("io_method=sync" in words) is sync
    assert "wal_level=logical" in words
    assert "listen_addresses=" in words


def test_a_named_folder_wins_and_must_work(tmp_path: Path) -> None:
    found = binaries.find()
    assert binaries.find({"SUPACHAT_POSTGRES_BIN": str(found.folder)}) == found
    with pytest.raises(ServerTrouble, match="no working postgres"):
        binaries.find({"SUPACHAT_POSTGRES_BIN": str(tmp_path)})


OTHERS = [("postgres (PostgreSQL) 14.2", "PostgreSQL 14"), ("hm", "no working")]


@pytest.mark.parametrize(("said", "match"), OTHERS)
def test_an_old_or_odd_program_is_refused(tmp_path: Path, said: str, match: str) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{said}'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(ServerTrouble, match=match):
        binaries.find({"SUPACHAT_POSTGRES_BIN": str(tmp_path)})


def test_a_socket_path_is_never_too_long() -> None:
    for length in range(1, 200, 7):
        path = socket_folder(Path("/") / ("x" * length)) / ".s.PGSQL.5432"
        assert len(str(path)) <= 103
    assert socket_folder(Path("/home/ana/one, two")).parent == Path("/tmp")


@pytest.fixture
def shared_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where `nobody` may reach what root puts there."""
    home = Path(tempfile.mkdtemp(prefix="supachat-test-"))
    home.chmod(0o755)
    monkeypatch.setattr(binaries, "SHARED_HOME", home)
    monkeypatch.setattr(cluster, "SHARED_HOME", home)
    yield home
    shutil.rmtree(home)


def identities_here() -> list[str]:
    """The ways in which this user can run PostgreSQL; root has two."""
    return ["mapped", "nobody"] if os.geteuid() == 0 else ["plain"]


@pytest.mark.parametrize("way", identities_here())
async def test_every_identity_of_this_user_works(
    way: str, tmp_path: Path, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "nobody":
        monkeypatch.setattr(binaries, "_may_map_users", lambda: False)
        monkeypatch.setattr(binaries, "_open_to_all", lambda folder: False)
    for _ in range(2):  # made, then found again
        made = await Postgres.start(tmp_path / "data")
        try:
            with psycopg.connect(made.conninfo()) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
            owner = (tmp_path / "data" / "postgres" / "PG_VERSION").stat().st_uid
            assert (owner == os.geteuid()) is (way != "nobody")
        finally:
            await made.stop()
    assert bool(list(shared_home.iterdir())) is (way == "nobody")


def test_an_identity_without_namespaces_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(binaries, "_may_map_users", lambda: False)
    who = binaries.identity()
    assert who.uid not in (None, 0)
    assert who.prefix == Identity().prefix
