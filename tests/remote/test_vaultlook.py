"""What the doctor hears of the vault: which one it is, whether it works, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.remote.test_vault import QUICK, TOKEN, Fails, Hangs, KeepsNothing, Locks, Works

from supachat.remote.vault import Keyring, open_vault, packed
from supachat.remote.vaultfile import write_private
from supachat.remote.vaultlook import Look, look


async def looked(kind: str, folder: Path, backend: Keyring | None = None) -> Look:
    return await look(kind, "acme", folder, waits=QUICK, find=lambda: backend or Works())


@pytest.mark.parametrize(
    ("kind", "backend", "found", "lasts", "cure"),
    [
        ("auto", Works(), "keyring", True, ""),
        ("keyring", Works(), "keyring", True, ""),
        ("auto", KeepsNothing(), "memory", False, "supachat login --vault file"),
        ("auto", Fails(), "memory", False, "supachat login --vault file"),
        ("file", Works(), "file", True, ""),
        ("memory", Works(), "memory", False, ""),
    ],
)
async def test_which_vault_is_in_use(
    kind: str, backend: Keyring, found: str, lasts: bool, cure: str, tmp_path: Path
) -> None:
    seen = await looked(kind, tmp_path, backend)
    assert (seen.kind, seen.works, seen.lasts, seen.held, seen.cure) == (found, True, lasts, False, cure)
    assert seen.where


async def test_a_session_that_is_kept_is_seen_and_left_alone(tmp_path: Path) -> None:
    backend = Works()
    vault = open_vault("keyring", "acme", tmp_path, waits=QUICK, find=lambda: backend)
    await vault.save(*TOKEN)
    assert (await looked("keyring", tmp_path, backend)).held
    assert await vault.load() == TOKEN


@pytest.mark.parametrize("backend", [Fails(), KeepsNothing()])
async def test_a_keyring_that_was_asked_for_and_is_none_is_trouble(
    backend: Keyring, tmp_path: Path
) -> None:
    seen = await looked("keyring", tmp_path, backend)
    assert not seen.works
    assert seen.trouble
    assert seen.cure


async def test_a_keyring_that_hangs_is_trouble_after_its_deadline(tmp_path: Path) -> None:
    backend = Hangs()
    try:
        seen = await looked("keyring", tmp_path, backend)
    finally:
        backend.until.set()
    assert seen.trouble == "the keyring does not answer"


async def test_a_locked_keyring_is_trouble(tmp_path: Path) -> None:
    class LocksAfterTheProbe(Locks):
        def delete_password(self, service: str, username: str) -> None:
            super().delete_password(service, username)
            self.locked = True

    seen = await looked("keyring", tmp_path, LocksAfterTheProbe())
    assert (seen.kind, seen.works) == ("keyring", False)
    assert "locked" in seen.trouble


async def test_a_file_that_others_can_read_comes_with_the_command_that_mends_it(tmp_path: Path) -> None:
    await open_vault("file", "acme", tmp_path).save(*TOKEN)
    [path] = tmp_path.iterdir()
    write_private(path, packed(TOKEN))
    path.chmod(0o644)
    seen = await looked("file", tmp_path)
    assert (seen.kind, seen.works) == ("file", False)
    assert seen.cure == f"chmod 600 '{path}'"
