"""Where the session waits: keyrings that work, lie, fail and hang; files that are ours alone."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supachat.domain.errors import VaultError
from supachat.remote.vault import (
    FileVault,
    Kept,
    Keyring,
    KeyringVault,
    MemoryVault,
    Vault,
    in_daemon,
    open_vault,
    packed,
    slug,
    unpacked,
)
from supachat.remote.vaultfile import locked, read_private, write_private
from supachat.remote.waits import Waits

QUICK = Waits(keyring=0.2)
TOKEN = Kept("v1.refresh-token", "00000000-0000-0000-0000-000000000001")


class Works:
    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class KeepsNothing(Works):
    """As keyring's own null backend."""

    def get_password(self, service: str, username: str) -> str | None:
        return None


class Fails(Works):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("No recommended \x1b[31m backend was available")


class Locks(Works):
    """Works when it is found, and is locked afterwards."""

    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise OSError("Item is locked!")
        return super().get_password(service, username)


class Hangs(Works):
    """An unlock prompt that nobody sees. `until` lets its thread end with the test."""

    def __init__(self) -> None:
        super().__init__()
        self.until = threading.Event()
        self.hanging = True

    def get_password(self, service: str, username: str) -> str | None:
        if self.hanging:
            self.until.wait(30)
        return super().get_password(service, username)


@pytest.fixture
def hangs() -> Iterator[Hangs]:
    backend = Hangs()
    yield backend
    backend.until.set()


def opened(kind: str, folder: Path, backend: Keyring) -> Vault:
    return open_vault(kind, "https://x.supabase.co|work", folder, waits=QUICK, find=lambda: backend)


# ---------------------------------------------------------------- every kind


@pytest.mark.parametrize("kind", ["memory", "file", "keyring"])
async def test_kept_replaced_and_forgotten(kind: str, tmp_path: Path) -> None:
    vault = opened(kind, tmp_path / "state", Works())
    assert vault.kind == kind
    assert await vault.load() is None
    await vault.save("one", "u")
    await vault.save(*TOKEN)
    assert await vault.load() == TOKEN
    await vault.clear()
    await vault.clear()
    assert await vault.load() is None


def test_only_the_refresh_token_and_the_user_are_kept() -> None:
    assert packed(TOKEN) == f'{{"v":1,"rt":"{TOKEN.refresh_token}","uid":"{TOKEN.user_id}"}}'
    assert len(packed(Kept("r" * 64, "u" * 36))) < 200, "Windows takes 1,280 characters"


@pytest.mark.parametrize(
    "text", [None, "", "{}", "not json", "[1]", '{"v":2,"rt":"a","uid":"b"}', '{"v":1,"rt":"","uid":"b"}',
             '{"v":1,"rt":5,"uid":"b"}', '{"v":1,"rt":"a"}']
)  # fmt: skip
def test_what_we_did_not_write_is_nothing(text: str | None) -> None:
    assert unpacked(text) is None


def test_two_accounts_have_two_names() -> None:
    names = {slug(key) for key in ("https://a.co|x", "https://a.co|y", "https://b.co|x", "https://a.co/x")}
    assert len(names) == 4
    assert all("/" not in name and ":" not in name for name in names)


# ---------------------------------------------------------------- the keyring


def test_auto_takes_a_keyring_that_gives_back(tmp_path: Path) -> None:
    backend = Works()
    assert opened("auto", tmp_path, backend).kind == "keyring"
    assert backend.held == {}, "the probe leaves nothing behind"


@pytest.mark.parametrize("backend", [KeepsNothing(), Fails()])
def test_auto_falls_back_to_memory_and_says_so(backend: Keyring, tmp_path: Path) -> None:
    vault = opened("auto", tmp_path, backend)
    assert vault.kind == "memory"
    assert "memory" in vault.where
    assert "keyring" in vault.where
    assert list(tmp_path.iterdir()) == [], "never a file that nobody agreed to"


def test_a_hanging_keyring_costs_its_deadline_and_no_more(tmp_path: Path, hangs: Hangs) -> None:
    vault = opened("auto", tmp_path, hangs)
    assert vault.kind == "memory", "who waited for the answer has a keyring"


@pytest.mark.parametrize("backend", [KeepsNothing(), Fails()])
def test_a_keyring_that_was_asked_for_is_not_replaced(backend: Keyring, tmp_path: Path) -> None:
    with pytest.raises(VaultError) as caught:
        opened("keyring", tmp_path, backend)
    assert caught.value.cure
    assert "\x1b" not in str(caught.value)


async def test_a_keyring_that_locks_later_is_an_error_with_a_cure(tmp_path: Path) -> None:
    backend = Locks()
    vault = opened("keyring", tmp_path, backend)
    await vault.save(*TOKEN)
    backend.locked = True
    for work in (vault.load(), vault.save(*TOKEN), vault.clear()):
        with pytest.raises(VaultError) as caught:
            await work
        assert caught.value.cure


async def test_a_keyring_that_hangs_later_does_not_hang_the_loop(tmp_path: Path, hangs: Hangs) -> None:
    vault = KeyringVault(hangs, "supachat:x", tmp_path / "lock", QUICK)
    with pytest.raises(VaultError, match="does not answer"):
        await vault.load()


def test_accounts_do_not_share_a_service(tmp_path: Path) -> None:
    """Windows renames entries when two users share a service name."""
    backend = Works()
    vaults = [open_vault("keyring", key, tmp_path, find=lambda: backend) for key in ("a|1", "a|2")]
    assert {vault.service for vault in vaults if isinstance(vault, KeyringVault)} == {
        "supachat:a|1", "supachat:a|2",
    }  # fmt: skip


def test_a_hung_keyring_does_not_keep_the_process_alive() -> None:
    """asyncio's own threads would be waited for at exit."""
    code = "import time, supachat.remote.vault as v; v.in_daemon(lambda: time.sleep(60)); print(1)"
    done = subprocess.run([sys.executable, "-c", code], timeout=30, capture_output=True, check=True)
    assert done.stdout == b"1\n"


def test_what_a_daemon_raises_reaches_the_one_who_waits() -> None:
    def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        in_daemon(work).result(5)


# ---------------------------------------------------------------- the file


async def test_the_file_is_ours_alone(tmp_path: Path) -> None:
    vault = opened("file", tmp_path / "state", Works())
    assert isinstance(vault, FileVault)
    await vault.save(*TOKEN)
    [path] = (tmp_path / "state").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert str(path) in vault.where


async def test_a_file_that_others_can_read_is_refused_with_the_command(tmp_path: Path) -> None:
    vault = opened("file", tmp_path, Works())
    await vault.save(*TOKEN)
    [path] = tmp_path.iterdir()
    path.chmod(0o640)
    with pytest.raises(VaultError) as caught:
        await vault.load()
    assert caught.value.cure == f"chmod 600 '{path}'"
    path.chmod(0o600)
    assert await vault.load() == TOKEN


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    write_private(real, packed(TOKEN))
    link = tmp_path / "link"
    link.symlink_to(real)
    with pytest.raises(VaultError, match="link"):
        read_private(link)
    write_private(link, "new")
    assert not link.is_symlink()
    assert read_private(real) == packed(TOKEN), "a write replaces the link, not what it points to"


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused_and_waited_for_by_nobody(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "s")
    with pytest.raises(VaultError, match="not a file"):
        read_private(tmp_path / "s")


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    write_private(path, "x")
    uid = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    with pytest.raises(VaultError, match="another user"):
        read_private(path)


def test_a_write_that_fails_leaves_the_old_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    write_private(path, "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(VaultError, match="No space left"):
        write_private(path, "new")
    assert read_private(path) == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["s"]


# ---------------------------------------------------------------- choosing, locking


def test_an_unknown_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="no place called"):
        opened("cloud", tmp_path, Works())


def test_memory_says_why() -> None:
    assert (
        "ends with this program (there is no keyring here)" in MemoryVault("there is no keyring here").where
    )


async def test_the_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "l"
    order: list[str] = []

    async def hold(name: str, opened_: asyncio.Event, go: asyncio.Event) -> None:
        async with locked(path, 5):
            order.append(name)
            opened_.set()
            await go.wait()
            order.append(f"{name} done")

    first, go = asyncio.Event(), asyncio.Event()
    one = asyncio.create_task(hold("one", first, go))
    await asyncio.wait_for(first.wait(), 30)
    two = asyncio.create_task(hold("two", asyncio.Event(), go))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(two), 0.2)
    assert order == ["one"]
    go.set()
    await asyncio.gather(one, two)
    assert order == ["one", "one done", "two", "two done"]


async def test_a_lock_that_is_never_freed_is_gone_past(tmp_path: Path) -> None:
    path = tmp_path / "l"
    async with locked(path, 5), locked(path, 0.1):
        entered = True
    assert entered


async def test_no_lock_where_there_is_no_path() -> None:
    async with locked(None, 0.1):
        entered = True
    assert entered


async def test_where_there_is_no_keyring_a_file_is_offered_and_nothing_is_written_before_the_answer(
    tmp_path: Path,
) -> None:
    answers: list[str] = []
    found = open_vault("auto", "acme", tmp_path / "s", waits=QUICK, find=Fails, remember=answers.append)
    assert isinstance(found, MemoryVault)
    assert found.offer is not None
    await found.save("one", "u")
    assert not (tmp_path / "s").exists()
    assert str(tmp_path / "s") in found.offer.file.would
    assert answers == []
    silent = open_vault("auto", "acme", tmp_path / "s", waits=QUICK, find=Fails)
    assert isinstance(silent, MemoryVault)
    assert silent.offer is None, "nobody is there to be asked"
