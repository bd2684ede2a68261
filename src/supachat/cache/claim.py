"""Whose a draft is: a lock that the operating system drops when its process dies.

Must never take a draft from a process that lives.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import uuid
from pathlib import Path

from supachat.cache.place import make_file

TRIES = 5
"""Others that start in the same moment come by once each."""


class Claim:
    """Marks this process as the owner of its drafts, by a lock that the system drops when it dies.

    The lock is SQLite's own, on a small file beside the cache, so that it works wherever the cache does.
    """

    def __init__(self, path: Path | None) -> None:
        self.owner = uuid.uuid4().hex
        self._cache = path
        self._held: sqlite3.Connection | None = None
        if path is not None:
            for left in path.parent.glob(f"{path.name}.owner-{'?' * len(self.owner)}"):
                _is_free(left)  # what processes that are gone left beside it is cleared away
            self._held = _hold(self._file(self.owner))

    def is_free(self, owner: str) -> bool:
        """Whether that process is gone; if so its lock file is removed."""
        if owner == self.owner or self._cache is None:
            return True
        return _is_free(self._file(owner))

    def release(self) -> None:
        if self._held is not None and self._cache is not None:
            self._held.close()
            self._held = None
            self._file(self.owner).unlink(missing_ok=True)

    def _file(self, owner: str) -> Path:
        assert self._cache is not None
        return self._cache.with_name(f"{self._cache.name}.owner-{owner}")


def _is_free(file: Path) -> bool:
    """Whether nobody holds this lock; if so its file is removed."""
    if not file.exists():
        return True
    lock = _lock(file)
    if lock is None:
        return False
    file.unlink(missing_ok=True)  # while it is held: nobody locks it in between
    lock.close()
    file.with_name(f"{file.name}-journal").unlink(missing_ok=True)
    return True


def _hold(file: Path) -> sqlite3.Connection:
    """Lock a file of our own. Another process that starts at this moment may take it, not locked yet, for
    one that was left behind, and remove it: then once more. Raises `OSError` where there are no locks."""
    for _ in range(TRIES):
        lock = _lock(file, patience=1.0)
        if lock is None:
            break
        if file.exists():
            return lock
        lock.close()
    file.unlink(missing_ok=True)
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def _lock(file: Path, patience: float = 0.0) -> sqlite3.Connection | None:
    make_file(file)
    with contextlib.suppress(sqlite3.OperationalError):  # held by another, or another user's
        connection = sqlite3.connect(file, timeout=patience, isolation_level=None)
        try:
            connection.execute("pragma journal_mode = memory")  # a full disk has no room for one beside it
            connection.execute("begin exclusive")
        except sqlite3.OperationalError:
            connection.close()
            raise
        return connection
    return None
