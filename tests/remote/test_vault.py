"""Where the session waits: keyrings that work, lie, fail and hang; files that are ours alone."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked, NoKeyringError
from tests.remote.keyrings import QUICK, TOKEN, Fails, Hangs, KeepsNothing, Locks, Works, opened

from supachat.domain.errors import VaultError
from supachat.remote.lane import in_daemon
from supachat.remote.vault import (
    Kept,
    Keyring,
    KeyringVault,
    MemoryVault,
    open_vault,
    packed,
    slug,
    unpacked,
)
from supachat.remote.vaultfile import locked


@pytest.fixture
def hangs() -> Iterator[Hangs]:
    backend = Hangs()
    yield backend
    backend.until.set()


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


@pytest.mark.parametrize(
    ("error", "words", "locked"),
    [
        (NoKeyringError("No recommended backend was available."), "no keyring on this computer", False),
        (ModuleNotFoundError("No module named 'nope'"), "no keyring on this computer", False),
        (KeyringLocked("Failed to unlock the collection!"), "is locked", True),
        (OSError("\x1b[31mthe bus\nis gone"), "failed: \u241b[31mthe bus is gone", True),
        (RuntimeError(), "failed: RuntimeError", True),
    ],
)
@pytest.mark.parametrize("kind", ["auto", "keyring"])
def test_a_keyring_is_said_to_be_what_it_is(
    kind: str, error: Exception, words: str, locked: bool, tmp_path: Path
) -> None:
    """Whoever has none was told to unlock it."""

    class Raises(Works):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise error

    if kind == "auto":
        assert words in opened(kind, tmp_path, Raises()).where
        return
    with pytest.raises(VaultError, match=re.escape(words)) as caught:
        opened(kind, tmp_path, Raises())
    assert ("Unlock" in caught.value.cure) is locked
    assert "another place" in caught.value.cure


def test_one_that_keeps_nothing_and_one_that_hangs_are_no_keyrings_that_are_missing(
    tmp_path: Path, hangs: Hangs
) -> None:
    with pytest.raises(VaultError, match="keeps nothing") as caught:
        opened("keyring", tmp_path, KeepsNothing())
    assert "Unlock" not in caught.value.cure
    with pytest.raises(VaultError, match="does not answer") as caught:
        opened("keyring", tmp_path, hangs)
    assert "asking for its password" in caught.value.cure


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
    code = "import time, supachat.remote.lane as lane; lane.in_daemon(lambda: time.sleep(60)); print(1)"
    done = subprocess.run([sys.executable, "-c", code], timeout=30, capture_output=True, check=True)
    assert done.stdout == b"1\n"


def test_what_a_daemon_raises_reaches_the_one_who_waits() -> None:
    def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        in_daemon(work).result(5)


# ---------------------------------------------------------------- choosing, locking


def test_an_unknown_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="no place called"):
        opened("cloud", tmp_path, Works())


def test_memory_says_why() -> None:
    assert "ends with this program (the keyring is locked)" in MemoryVault("the keyring is locked").where


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
