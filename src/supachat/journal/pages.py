"""The log's file: private, appended to, set aside when it is full. Several processes may share it."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path

KEPT = 3
"""Older files kept beside the one that is written."""
LIMIT = 1_000_000
"""Bytes of one file."""


class Pages:
    """Opens the file at the first line, so that a run without news writes nothing."""

    def __init__(self, path: Path, *, limit: int = LIMIT) -> None:
        self.path = path
        self._limit = limit
        self._handle: int | None = None
        self._torn = False
        """The disk took a part of the last line only."""

    def write(self, text: str) -> None:
        """Append `text`. Raises `OSError`."""
        data = b"\n" * self._torn + text.encode("utf-8", "backslashreplace")
        handle = self._open()
        if os.fstat(handle).st_size + len(data) > self._limit:
            self._turn()
            handle = self._open()
        self._torn = os.write(handle, data) < len(data)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        """The file of that name as it is now: another process may have set the old one aside."""
        if self._handle is not None and not self._is_current(self._handle):
            self.close()
        if self._handle is None:
            self._handle = open_private(self.path, os.O_APPEND)
        return self._handle

    def _is_current(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), os.stat(self.path))
        except OSError:
            return False

    def _turn(self) -> None:
        """The full file becomes .1, that .2, and so on; the oldest goes. It leaves its name first: else
        another process that finds it full too would set a fresh one aside."""
        self.close()
        full = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            os.replace(self.path, full)
            for number in range(KEPT, 1, -1):
                with contextlib.suppress(FileNotFoundError):  # not that many yet
                    os.replace(self._numbered(number - 1), self._numbered(number))
            os.replace(full, self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


def open_private(path: Path, flags: int) -> int:
    """A handle to write to a file that only its owner can read. Never follows a link. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("O_NOFOLLOW", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
    if sys.platform != "win32" and stat.S_IMODE(os.fstat(handle).st_mode) & 0o077:
        os.fchmod(handle, 0o600)
    return handle
