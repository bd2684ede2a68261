"""Where the tests' folders stand: in memory, where a machine has enough of it.

A database for each test is a thousand small files made and unlinked. A disk that is told of every file
that goes takes five times as long for it, and the longer the run the longer each.
"""

from __future__ import annotations

import os
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 6 << 30
"""Bytes that must be free: a run on two workers needs less than one GB."""


def use_memory(environ: dict[str, str] | os._Environ[str], memory: Path = MEMORY) -> None:
    """Has pytest make its folders in `memory`, unless somebody chose a place, or there is little room."""
    if "PYTEST_DEBUG_TEMPROOT" not in environ and _fits(memory):
        environ["PYTEST_DEBUG_TEMPROOT"] = str(memory)


def _fits(memory: Path) -> bool:
    if not memory.is_dir() or not os.access(memory, os.W_OK | os.X_OK):
        return False
    held = os.statvfs(memory)
    room = min(held.f_bavail * held.f_frsize, _free_memory())
    return room >= ROOM and not held.f_flag & os.ST_NOEXEC


def _free_memory() -> int:
    """Bytes that programs could still have; tmpfs promises more than that."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)
