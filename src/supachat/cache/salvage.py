"""A damaged file set aside, and what a person wrote taken out of it as far as SQLite can read it.

Messages are on the server and are read from there again; drafts and typed texts are nowhere else. Must
never change the damaged file's content, nor fail because of it: what cannot be read is left.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

KEPT = ("drafts", "texts", "facts")
"""Tables that hold what no server knows, and the account."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_damage(error: BaseException) -> bool:
    """Whether SQLite said that the file's content is not what it should be."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    return isinstance(error, sqlite3.DatabaseError) and code & 0xFF in _DAMAGED


def set_aside(path: Path) -> Path:
    """Move the file and its log under a dated name that is free; the new path. Raises `OSError`."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    goal = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while goal.exists():
        number += 1
        goal = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    path.rename(goal)
    log = path.with_name(f"{path.name}-wal")
    if log.exists():
        log.rename(goal.with_name(f"{goal.name}-wal"))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return goal


def salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Copy what can be read of `KEPT` into a new cache; the number of drafts and texts that came over."""
    source = sqlite3.connect(damaged, isolation_level=None)
    try:
        # without this SQLite reads nothing at all of a file that is shorter than its header says
        source.execute("pragma writable_schema = on")
        counts = {table: _copy(source, into, table) for table in KEPT}
    finally:
        source.close()
    return counts["drafts"] + counts["texts"]


def _copy(source: sqlite3.Connection, into: sqlite3.Connection, table: str) -> int:
    wanted = _columns(into, table)
    names = [name for name in _columns(source, table) if name in wanted]
    if not names:
        return 0
    key = "rowid" if table == "drafts" else names[0]
    rows = _readable(source, f"select {', '.join(names)} from {table} not indexed order by {key}")
    if table == "facts":
        rows = [row for row in rows if row[0] in ("account", "sources", "open")]
    sql = f"insert or ignore into {table} ({', '.join(names)}) values ({','.join('?' * len(names))})"
    saved = 0
    for row in rows:
        with contextlib.suppress(sqlite3.IntegrityError):  # a row whose bytes are not a row of ours
            saved += into.execute(sql, row).rowcount
    return saved


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [row[1] for row in db.execute(f"pragma table_info({table})")]
    except sqlite3.DatabaseError:
        return []


def _readable(db: sqlite3.Connection, query: str) -> list[tuple[object, ...]]:
    """The rows before the damage, and those behind it by coming from the other end."""
    found: list[tuple[object, ...]] = []
    if _walk(db, query, found):
        return found
    behind: list[tuple[object, ...]] = []
    _walk(db, f"{query} desc", behind)
    return found + [row for row in reversed(behind) if row not in found]


def _walk(db: sqlite3.Connection, query: str, found: list[tuple[object, ...]]) -> bool:
    """Add rows until they end, or until one cannot be read: then False."""
    try:
        for row in db.execute(query):
            found.append(row)  # one at a time: the next one may be the damaged one
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False
    return True
