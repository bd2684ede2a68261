"""A look at what waits in a cache file, for who is not to have a hand in it.

Opens the file to read alone: takes no draft over, writes nothing, makes no file. The file may be another
process's own at the same time.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from supachat.cache import values
from supachat.domain.errors import CacheError
from supachat.domain.health import Waiting
from supachat.domain.model import NOTHING, Draft, ThreadKey
from supachat.domain.text import Safe, safe_line


def glance(path: Path, wall: float) -> tuple[Waiting, ...]:
    """Every draft in the file, whichever process holds it, the oldest first. `wall`: seconds since 1970.

    Raises `CacheError` where the file cannot be read.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            drafts = db.execute(f"select {values.DRAFT} from drafts order by rowid").fetchall()
            kept = db.execute("select source, id, value from threads").fetchall()
    except sqlite3.Error as error:
        raise CacheError(
            f"what waits cannot be read: {error}", cure="Open supachat once: it mends or replaces the file"
        ) from error
    titles = {
        ThreadKey(source, id_): values.thread(source, id_, value).title for source, id_, value in kept
    }
    return tuple(_waiting(values.draft(row), titles, wall) for row in drafts)


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
