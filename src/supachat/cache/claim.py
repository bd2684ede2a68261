"""Whose a draft is: a lock that the operating system drops when its process dies."""

from __future__ import annotations

import os
import sqlite3
import uuid
from pathlib import Path


class Claim:
    """Marks this process as the owner of its drafts, by a lock that the system drops when it dies.

    The lock is SQLite's own, on a small file beside the cache, so that it works wherever the cache does.
    """

    def __init__(self, path: Path | None) -> None:
        self.owner = uuid.uuid4().hex
        self._cache = path
        self._held: sqlite3.Connection | None = None
        if path is not None:
            for left in path.parent.glob(f"{path.name}.owner-????????????????????????????????"):
                self.is_free(left.name.rpartition("-")[2])
            self._held = self._lock(self._file(self.owner))

    def is_free(self, owner: str) -> bool:
        """Whether that process is gone; if so its lock file is removed."""
        if owner == self.owner or self._cache is None:
            return True
        file = self._file(owner)
        if not file.exists():
            return True
        lock = self._lock(file)
        if lock is None:
            return False
        lock.close()
        file.unlink(missing_ok=True)
        file.with_name(f"{file.name}-journal").unlink(missing_ok=True)
        return True

    def release(self) -> None:
        if self._held is not None and self._cache is not None:
            self._held.close()
            self._held = None
            self._file(self.owner).unlink(missing_ok=True)

    def _file(self, owner: str) -> Path:
        assert self._cache is not None
        return self._cache.with_name(f"{self._cache.name}.owner-{owner}")

    @staticmethod
    def _lock(file: Path) -> sqlite3.Connection | None:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(file, timeout=0.0, isolation_level=None)
        try:
            connection.execute("begin exclusive")
        except sqlite3.OperationalError:
            connection.close()
            return None
        return connection
