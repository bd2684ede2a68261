"""One server per data folder: an operating-system lock, and in it the address of who holds it.

The lock ends with its process, however that ends. Must never decide by a pid alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from supachat.server.trouble import AlreadyRunning, ServerTrouble

NAME = "serve.lock"


@dataclass
class FolderLock:
    """Held on one folder until `release` or the end of this process."""

    _handle: int
    _made: Path | None
    """The folder, where it was not there before."""

    @classmethod
    def take(cls, data_dir: Path) -> FolderLock:
        """The lock of `data_dir`, or AlreadyRunning with the holder's url and pid.

        Raises ServerTrouble for a folder in which others could lay things out for us.
        """
        made = None if data_dir.exists() else data_dir
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_owner(data_dir)
        handle = _opened(data_dir / NAME)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            url, pid = _holder(handle)
            os.close(handle)
            raise AlreadyRunning(url, pid) from error
        held = cls(handle, made)
        held.announce("")
        return held

    def announce(self, url: str) -> None:
        """Writes down where this server answers, for whoever finds the folder taken."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps({"url": url, "pid": os.getpid()}).encode(), 0)

    def unmake(self) -> None:
        """Removes the folder if `take` made it and nothing was put into it: nothing was started."""
        if self._made is not None:
            (self._made / NAME).unlink()
            with contextlib.suppress(OSError):  # it is not empty
                self._made.rmdir()

    def release(self) -> None:
        """Gives the folder back."""
        os.ftruncate(self._handle, 0)
        os.close(self._handle)


def _check_owner(data_dir: Path) -> None:
    """Whoever may write there could put in their own keys. Root is lent others' folders, in a container."""
    held = data_dir.stat()
    foreign = held.st_uid not in (os.geteuid(), 0) and os.geteuid() != 0
    if foreign or held.st_mode & stat.S_IWOTH:
        why = "belongs to another user" if foreign else "is open to everybody"
        raise ServerTrouble(
            f"{data_dir} {why}, so no data is kept there. Nothing was changed. "
            f"Use another --data-dir{'' if foreign else f', or: chmod o-w {data_dir}'}."
        )


def _opened(path: Path) -> int:
    """Never through a link: the file that it leads to would be emptied."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        if path.is_symlink():
            raise ServerTrouble(f"{path} is a link. Nothing was changed. Remove it.") from error
        raise


def _holder(handle: int) -> tuple[str, int]:
    try:
        told = json.loads(os.pread(handle, 4096, 0))
        return str(told["url"]), int(told["pid"])
    except (ValueError, KeyError, TypeError):
        return "", 0  # it took the lock a moment ago and has not written yet
