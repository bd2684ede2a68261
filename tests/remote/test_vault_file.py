"""The session in a file: ours alone, never through a link, never half written."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.remote.keyrings import TOKEN, Works, opened

from supachat.domain.errors import VaultError
from supachat.remote.vault import (
    FileVault,
    packed,
)
from supachat.remote.vaultfile import read_private, write_private


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
