"""A look into a cache file, for who is not to have a hand in it: what waits, and whose it is.

Opens the file to read alone: takes no draft over, writes nothing, makes no file. The file may be another
process's own at the same time.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import NamedTuple

from supachat.cache import values
from supachat.domain.errors import CacheError
from supachat.domain.health import Waiting
from supachat.domain.model import NOTHING, Account, Draft, SourceInfo, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line

_CURE = "Open supachat once: it mends or replaces the file"


def glance(path: Path, wall: float) -> tuple[Waiting, ...]:
    """Every draft in the file, whichever process holds it, the oldest first. `wall`: seconds since 1970.

    Raises `CacheError` where the file cannot be read.
    """
    try:
        with contextlib.closing(_only_read(path)) as db:
            drafts = db.execute(f"select {values.DRAFT} from drafts order by rowid").fetchall()
            kept = db.execute("select source, id, value from threads").fetchall()
        titles = {
            ThreadKey(source, id_): values.thread(source, id_, value).title for source, id_, value in kept
        }
        return tuple(_waiting(values.draft(row), titles, wall) for row in drafts)
    except (sqlite3.Error, *values.UNREADABLE) as error:
        raise CacheError(f"what waits cannot be read: {error}", cure=_CURE) from error


class Known(NamedTuple):
    """What the file knows without the server; the threads by source, then the last to move first."""

    account: Account
    sources: tuple[SourceInfo, ...]
    threads: tuple[Thread, ...]


def known(path: Path) -> Known | None:
    """Whose file it is, and what their thread list was when it was last read; None where it is nobody's.

    Raises `CacheError` where the file cannot be read.
    """
    try:
        with contextlib.closing(_only_read(path)) as db:
            facts = dict(db.execute("select name, value from facts"))
            kept = db.execute("select source, id, value from threads").fetchall()
        if "account" not in facts:
            return None
        return Known(
            values.account(json.loads(facts["account"])),
            tuple(values.source(value) for value in json.loads(facts.get("sources", "[]"))),
            tuple(sorted((values.thread(*row) for row in kept), key=_place)),
        )
    except (sqlite3.Error, *values.UNREADABLE) as error:
        raise CacheError(f"what is kept here cannot be read: {error}", cure=_CURE) from error


def _place(thread: Thread) -> tuple[str, int]:
    return thread.key.source, -(thread.last.at if thread.last else thread.created or 0)


def _only_read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _waiting(draft: Draft, titles: dict[ThreadKey, Safe], wall: float) -> Waiting:
    return Waiting(
        draft.thread,
        titles.get(draft.thread) or safe_line(draft.thread.id),
        draft.act,
        draft.state,
        max(0.0, wall - draft.created / 1_000_000),
        draft.attempts,
        draft.reason or NOTHING,
    )
