"""What the disk said, in words: what happened, that nothing is lost, what to do next. Pure."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from supachat.domain.errors import CacheError

_CURE = "make the folder writable or move the file away"
_FULL = "free some room on the disk: it is then written"
_READ_ONLY = "make the file and its folder writable: it is then written"
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_BUSY: "another supachat holds the file; it is written when that one lets go",
    sqlite3.SQLITE_IOERR: "look after the disk: it is written once that works again",
}
_NO_LOCKS = "let SUPACHAT_HOME name a folder on a disk that has locks"
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.ENOLCK: _NO_LOCKS,
}


def trouble(error: sqlite3.Error | OSError, path: Path | None) -> CacheError:
    """`path` is None while nobody knows where the file lies."""
    words = error.strerror if isinstance(error, OSError) else str(error)
    return CacheError(
        f"the local cache{f' {path}' if path else ''} cannot be used: {words}",
        cure=f"nothing is lost while supachat runs; {_cure(error)}",
    )


def _cure(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        return _OF_SYSTEM.get(error.errno or 0, _CURE)
    return _OF_SQLITE.get((getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF, _CURE)
