"""PostgreSQL's own log of one data folder: read back when a start fails, and kept in bounds.

It quotes people's rows: must never be readable by anybody but its owner.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LIMIT = 2_000_000
"""Bytes beyond which it is put aside; one older part is kept."""


def said(log: Path, began: int) -> str:
    """What was written since the log was `began` bytes long."""
    return log.read_bytes()[began:].decode("utf-8", "replace").strip()


def rotated(log: Path) -> int:
    """The length of the log of a stopped PostgreSQL, after one that grew too long was put aside."""
    length = log.stat().st_size if log.exists() else 0
    if length > LIMIT:
        log.replace(_older(log))
        return 0
    return length


def trim(log: Path) -> None:
    """The same for one that runs: it appends, and so goes on at the new end."""
    if log.exists() and log.stat().st_size > LIMIT:
        older = _older(log)
        older.unlink(missing_ok=True)
        handle = os.open(older, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with log.open("rb") as whole, os.fdopen(handle, "wb") as kept:
            shutil.copyfileobj(whole, kept)
        os.truncate(log, 0)


def _older(log: Path) -> Path:
    return log.with_suffix(".log.old")
