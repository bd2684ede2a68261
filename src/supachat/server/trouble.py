"""What can keep the local server from running, in words for the person who started it.

Must never carry a password, a token or a key: its text is printed.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CURES = {
    errno.ENOSPC: "Make room on its disk, then start again.",
    errno.EDQUOT: "Make room in its quota, then start again.",
    errno.EROFS: "Its disk is read-only: make it writable, or start with another --data-dir.",
    errno.EACCES: "It belongs to somebody else: start as its owner, or with another --data-dir.",
    errno.EPERM: "It belongs to somebody else: start as its owner, or with another --data-dir.",
    errno.ENOTDIR: "Part of its path is a file: start with another --data-dir.",
    errno.EEXIST: "It is a file: start with another --data-dir.",
    errno.ENOENT: "It cannot be made there: start with another --data-dir.",
    errno.EIO: "Its disk fails: save what is on it, then start with another --data-dir.",
}


class ServerTrouble(Exception):
    """The local server cannot go on. The message says what happened, what is safe and what to do."""


class AlreadyRunning(ServerTrouble):
    """Another process serves this data folder; `url` is empty while it is still starting."""

    def __init__(self, url: str, pid: int) -> None:
        where = url or "(still starting)"
        super().__init__(
            f"a server already runs on this data folder: {where}, pid {pid}. Use it, or stop it first."
        )


class PortTaken(ServerTrouble):
    """Something else listens on the port that was asked for."""


class MigrationFailed(ServerTrouble):
    """A statement of a migration was refused. Nothing of that file was kept."""


@contextmanager
def disk_words(folder: Path) -> Iterator[None]:
    """Says in words what the disk of `folder` refuses; every other error stays what it is."""
    try:
        yield
    except OSError as error:
        cure = _CURES.get(error.errno or 0)
        if cure is None:
            raise
        raise ServerTrouble(
            f"the data folder {folder} cannot be used: {error.strerror}. What is in it is untouched. {cure}"
        ) from error
