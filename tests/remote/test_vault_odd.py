"""What keyrings and disks do beside working or failing: they hang for a day, quote what they were given,
give back what is no text, and know no locks."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from pathlib import Path

import pytest
from tests.remote.keyrings import QUICK, TOKEN, Hangs, Works, opened
from tests.remote.phoenix import until

from supachat.domain.errors import VaultError
from supachat.remote.lane import Lane, in_daemon
from supachat.remote.vault import KeyringVault, Vault, open_vault
from supachat.remote.vaultfile import locked, read_private, write_private
from supachat.remote.waits import Waits


def vault_over(backend: Works, folder: Path) -> KeyringVault:
    return KeyringVault(backend, "supachat:x", folder / "lock", QUICK)


async def test_a_keyring_that_hangs_for_a_day_has_one_thread_and_the_last_word_wins(tmp_path: Path) -> None:
    """Each try to save it again had threads of its own, and once somebody unlocked it all of them wrote,
    the oldest token perhaps last."""

    class Prompts(Hangs):
        def set_password(self, service: str, username: str, password: str) -> None:
            self.until.wait(60)
            super().set_password(service, username, password)

    backend = Prompts()
    backend.hanging = False
    vault = vault_over(backend, tmp_path)
    threads = threading.active_count()
    for number in range(5):
        with pytest.raises(VaultError, match="does not answer"):
            await vault.save(f"token-{number}", "u")
        assert threading.active_count() <= threads + 1
    backend.until.set()
    await until(lambda: backend.held, "unlocked")
    await vault.save("the newest", "u")
    kept = await vault.load()
    assert kept is not None
    assert kept.refresh_token == "the newest"


def test_two_programs_that_start_at_once_both_find_the_keyring(tmp_path: Path) -> None:
    """Each wrote, read and took away the same entry to see whether it works."""

    class Together(Works):
        both = threading.Barrier(2)

        def set_password(self, service: str, username: str, password: str) -> None:
            super().set_password(service, username, password)
            self.both.wait(30)

        def delete_password(self, service: str, username: str) -> None:
            super().delete_password(service, username)
            self.both.wait(30)

    backend = Together()
    waits = Waits(keyring=60.0)
    starts = [
        in_daemon(lambda: open_vault("auto", "acme", tmp_path, waits=waits, find=lambda: backend))
        for _ in "12"
    ]
    found: list[Vault] = [start.result(60) for start in starts]
    assert [vault.kind for vault in found] == ["keyring", "keyring"]
    assert backend.held == {}


@pytest.mark.parametrize("odd", [5, b"\xff", ["x"], object()])
async def test_what_is_no_text_is_no_session(tmp_path: Path, odd: object) -> None:
    class Odd(Works):
        def get_password(self, service: str, username: str) -> str | None:
            return odd  # type: ignore[return-value]  # a backend of somebody else's

    assert await vault_over(Odd(), tmp_path).load() is None


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), StopIteration(), GeneratorExit()])
async def test_a_keyring_ends_no_program(tmp_path: Path, error: BaseException) -> None:
    class Ends(Works):
        def get_password(self, service: str, username: str) -> str | None:
            raise error

    with pytest.raises(VaultError, match=type(error).__name__):
        await vault_over(Ends(), tmp_path).load()


async def test_a_keyring_that_quotes_what_it_was_given_tells_nobody(tmp_path: Path) -> None:
    class Quotes(Works):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise RuntimeError(f"cannot store {password!r}: locked")

    with pytest.raises(VaultError, match="locked") as caught:
        await vault_over(Quotes(), tmp_path).save(*TOKEN)
    assert TOKEN.refresh_token not in str(caught.value)


async def test_what_fails_in_a_lane_blocks_nobody() -> None:
    def fails() -> None:
        raise OSError("no")

    lane = Lane()
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            await lane.run(fails)
    assert await lane.run(lambda: 5) == 5


async def test_a_disk_without_locks_costs_no_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home on a network: the renewal ended there, for good and without a word."""

    def none(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    vault = opened("file", tmp_path, Works())
    async with locked(vault.lock_file, 30):
        await vault.save(*TOKEN)
    assert await vault.load() == TOKEN


def test_a_disk_that_fails_in_reading_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "s", "x")

    def fails(handle: int, count: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "read", fails)
    with pytest.raises(VaultError, match="cannot be read: Input/output error"):
        read_private(tmp_path / "s")
