"""A file that only its owner can read, written whole or not at all, and the lock beside it.

Refuses what another user of the machine could have put there, with the command that mends it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import stat
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from supachat.domain.errors import VaultError

STAYS = "You stay signed in until you quit"
"""Of a session that is good, and only not kept."""


def read_private(path: Path) -> str | None:
    """The text of the file; None where there is none. Raises `VaultError` where it is not ours alone."""
    flags = os.O_RDONLY  # O_NONBLOCK: a pipe that somebody put there would never open
    for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK"):
        flags |= getattr(os, name, 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        if path.is_symlink():
            raise VaultError(f"{path} is a link, so it is not read", cure=f"rm '{path}'") from error
        raise VaultError(f"{path} cannot be read: {error.strerror}") from error
    try:
        _check(path, os.fstat(handle))
        return os.read(handle, 65536).decode("utf-8", "replace")
    except OSError as error:
        raise VaultError(f"{path} cannot be read: {error.strerror}") from error
    finally:
        os.close(handle)


def _check(path: Path, info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise VaultError(f"{path} is not a file", cure="Move it away and sign in again")
    if sys.platform == "win32":
        return
    if info.st_uid != os.getuid():
        raise VaultError(f"{path} belongs to another user, so it is not read", cure=f"rm '{path}'")
    if stat.S_IMODE(info.st_mode) & 0o077:
        raise VaultError(f"others can read {path}, so it is not used", cure=f"chmod 600 '{path}'")


def write_private(path: Path, text: str) -> None:
    """Replace the file: a reader sees the old text or the new, and after a power cut so does the next.
    Raises `VaultError`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise VaultError(
            f"the session could not be written to {path}: {error.strerror}",
            cure=STAYS,
        ) from error


def remove_private(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise VaultError(f"{path} could not be removed: {error.strerror}", cure=f"rm '{path}'") from error


@contextlib.asynccontextmanager
async def locked(path: Path | None, patience: float) -> AsyncIterator[None]:
    """Hold the lock against other processes of this account. Goes on without it after `patience`
    seconds: a refresh that comes too late is worse than two at once, which the server forgives for
    ten seconds. Where the system has no such lock (Windows, some network disks), or `path` is None,
    there is none."""
    handle = None if path is None else await asyncio.to_thread(_open_lock, path)
    try:
        if handle is not None:
            await _wait_for(handle, patience)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _open_lock(path: Path) -> int | None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError:
        return None  # a read-only disk must not keep anybody from signing in


async def _wait_for(handle: int, patience: float) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl

    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            await asyncio.sleep(0.05)
        except OSError:
            return False
        else:
            return True
