"""One server per data folder: an operating-system lock, and in it the address of who holds it.

The lock ends with its process, however that ends. Must never decide by a pid alone.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from supachat.server.trouble import AlreadyRunning


@dataclass
class FolderLock:
    """Held on one folder until `release` or the end of this process."""

    _handle: int

    @classmethod
    def take(cls, data_dir: Path) -> FolderLock:
        """The lock of `data_dir`, or AlreadyRunning with the holder's url and pid."""
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(data_dir / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            url, pid = _holder(handle)
            os.close(handle)
            raise AlreadyRunning(url, pid) from error
        held = cls(handle)
        held.announce("")
        return held

    def announce(self, url: str) -> None:
        """Writes down where this server answers, for whoever finds the folder taken."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps({"url": url, "pid": os.getpid()}).encode(), 0)

    def release(self) -> None:
        """Gives the folder back."""
        os.ftruncate(self._handle, 0)
        os.close(self._handle)


def _holder(handle: int) -> tuple[str, int]:
    try:
        told = json.loads(os.pread(handle, 4096, 0))
        return str(told["url"]), int(told["pid"])
    except (ValueError, KeyError, TypeError):
        return "", 0  # it took the lock a moment ago and has not written yet
