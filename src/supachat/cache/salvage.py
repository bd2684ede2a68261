"""A damaged file set aside, a deleted one let go of, and what a person wrote taken out of it, as far as
SQLite can read it.

Messages are on the server and are read from there again; drafts and typed texts are nowhere else, nor is
what of a thread was muted or read on this computer alone. Must never change the damaged file's content,
nor fail because of it: what cannot be read is left.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from supachat.cache import beside, values
from supachat.domain.model import Act, DraftState, ThreadKey
from supachat.domain.text import safe_line

KEPT = ("drafts", "texts", "edits", "facts")
"""Tables that hold what no server knows, and the account."""
_KNOWN = ("threads", "people")
"""Who writes on has read these and writes only what changes, so that the new file would never have them."""
_FACTS: dict[object, Callable[[Any], object]] = {
    "account": values.account,
    "sources": lambda held: [values.source(one) for one in held],
    "open": lambda held: ThreadKey(*held),
    "choices": beside.choices,
}
"""What reads each."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Unsound(sqlite3.DatabaseError):
    """What SQLite read without a complaint is not what was kept."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


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
    log = log_of(path)
    if log.exists():
        log.rename(log_of(goal))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return goal


def salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Copy what can be read into a new cache, but for messages; the number of drafts and texts."""
    source = sqlite3.connect(damaged, isolation_level=None)
    try:
        # without this SQLite reads nothing at all of a file that is shorter than its header says
        source.execute("pragma writable_schema = on")
        return carry(source, into)
    finally:
        source.close()


def carry(source: sqlite3.Connection, into: sqlite3.Connection) -> int:
    """As `salvage`, from a file that is open. What is in the new cache already stays as it is there."""
    counts = {table: _copy(source, into, table) for table in (*KEPT, *_KNOWN)}
    return counts["drafts"] + counts["texts"] + counts["edits"]


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def inode_of(path: Path) -> int:
    """Which file has that name; 0 where none has. Raises `OSError` where that cannot be known."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def drop_log(path: Path, inode: int) -> None:
    """Remove the log of a file that was replaced, `inode` its number: SQLite would read it as the new
    file's. Who has it open goes on with it."""
    with contextlib.suppress(OSError):  # then it cannot be opened either, which is told
        if inode_of(log_of(path)) == inode != 0:
            log_of(path).unlink()
            path.with_name(f"{path.name}-shm").unlink()


def closed_aside(close: Callable[[], None], path: Path) -> None:
    """Let go of a file that was at `path` and is not. SQLite then removes the log of that name, which may
    be the new file's by now: so it has another name meanwhile."""
    moved = []
    for log in (log_of(path), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(OSError):  # there is none
            moved.append((log.rename(log.with_name(f"{log.name}-{os.getpid()}")), log))
    try:
        close()
    finally:
        for away, log in moved:
            with contextlib.suppress(OSError):  # the folder is gone as well
                away.rename(log)


def _copy(source: sqlite3.Connection, into: sqlite3.Connection, table: str) -> int:
    wanted = _columns(into, table)
    names = [name for name in _columns(source, table) if name in wanted]
    if not names:
        return 0
    key = "rowid" if table in ("drafts", "edits") else names[0]
    rows = _readable(source, f"select {', '.join(names)} from {table} not indexed order by {key}")
    rows = [row for row in rows if _is_sound(table, dict(zip(names, row, strict=True)))]
    sql = f"insert or ignore into {table} ({', '.join(names)}) values ({','.join('?' * len(names))})"
    saved = 0
    for row in rows:
        with contextlib.suppress(sqlite3.IntegrityError):  # a row whose bytes are not a row of ours
            saved += into.execute(sql, row).rowcount
    return saved


def _is_sound(table: str, row: dict[str, Any]) -> bool:
    """Whether it can be read again: one that cannot would have the new file set aside as well."""
    try:
        match table:
            case "facts":
                _FACTS[row["name"]](json.loads(str(row["value"])))
            case "threads":
                values.thread(*row.values())
            case "people":
                values.person(*row.values())
            case "drafts":
                DraftState(row["state"]), Act(row.get("act", Act.SEND)), safe_line(row["reason"] or "")
            case _:
                pass
    except values.UNREADABLE:
        return False
    return True


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
