"""Where a cache lies: its file made for its owner alone, opened, and set aside.

Must never open a file for writing but through SQLite where it may be open already: a lock of this process
goes with the first handle of that file that it closes.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path

from supachat.cache.binding import Connection


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, a new one where there is none; with its log it is the owner's alone."""
    if not path.exists() and (left := sorted(path.parent.glob(f"{path.name}.new-*[0-9]"))):
        _name(left[-1], path)  # the process that was about to do it was killed
    make_file(path)
    for one in (path, *_beside(path)):
        with contextlib.suppress(FileNotFoundError):
            keep_private(one)
    connection = sqlite3.connect(path, timeout=5.0, factory=Connection)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma fullfsync = on")  # macOS leaves it in the drive's memory else
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def make_file(path: Path) -> None:
    """An empty file of the owner's alone, where there is none."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def own_folder(folder: Path) -> tuple[str, str] | None:
    """Make a folder that only its owner can enter, or tighten it; the news of that, a title and words."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = keep_private(folder)
    if private is None:
        return None
    if private:
        words = f"{folder} could be entered by others; from now on only you can"
        return "The local cache is private now", words
    words = f'Others can enter {folder}, and its disk knows no rights: cache = "off" keeps nothing'
    return "The local cache is not private", words


def keep_private(path: Path) -> bool | None:
    """Take every right from others, where that is ours to do: whether they have none now, None if they had
    none before."""
    held = path.stat()
    if not held.st_mode & 0o077 or held.st_uid != os.geteuid():
        return None
    with contextlib.suppress(OSError):  # some disks know no rights and say so, others do not even say it
        path.chmod(held.st_mode & 0o700)
    return not path.stat().st_mode & 0o077


def inode_of(path: Path) -> int:
    """Which file has that name; 0 where none has. Raises `OSError` where that cannot be known."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def drop_log(path: Path, inode: int) -> None:
    """Remove the log of a file that was replaced, `inode` its number: SQLite would read it as the new
    file's. Who has it open goes on with it."""
    with contextlib.suppress(OSError):  # then it cannot be opened either, which is told
        if inode_of(log_of(path)) == inode != 0:
            for one in _beside(path):
                one.unlink()


def set_aside(path: Path) -> Path:
    """Move the file and its log under a dated name that is free; the new path. Raises `OSError`."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    goal = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while goal.exists():
        number += 1
        goal = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    log, index = _beside(path)
    path.rename(goal)
    if log.exists() and log.stat().st_size:
        log.rename(log_of(goal))
    for one in (log, index):
        one.unlink(missing_ok=True)
    return goal


def drop_asides(path: Path) -> None:
    """Remove what was ever set aside of that file. Raises `OSError`."""
    for aside in path.parent.glob(f"{path.name}.damaged-*"):
        aside.unlink(missing_ok=True)
    drop_begun(path)


def beside(path: Path) -> Path:
    """Where a new file is made, to take the place of one that is damaged; nothing is there."""
    drop_begun(path)
    return path.with_name(f"{path.name}.new-{os.getpid()}")


def drop_begun(path: Path) -> None:
    """Remove what was to take that file's place. Raises `OSError`."""
    for begun in path.parent.glob(f"{path.name}.new-*"):
        begun.unlink(missing_ok=True)


def take_place(fresh: Path, path: Path) -> Path:
    """The new file, closed, has the name from now on; where the damaged one lies. Raises `OSError`."""
    aside = set_aside(path)
    _name(fresh, path)
    return aside


def _name(fresh: Path, path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # another process that came in this moment has done it
        fresh.rename(path)


def _beside(path: Path) -> tuple[Path, Path]:
    return log_of(path), path.with_name(f"{path.name}-shm")
