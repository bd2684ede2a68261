"""What a person wrote, taken out of a damaged file, as far as SQLite can read it.

Messages are on the server and are read from there again; drafts and typed texts are nowhere else, nor is
what of a thread was muted or read on this computer alone. Must never change what is in the damaged file,
nor fail because of it: what cannot be read is left.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
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
    if isinstance(error, sqlite3.OperationalError) and not code:
        return "Could not decode" in str(error)  # bytes that are no text: Python looks, SQLite does not
    return isinstance(error, sqlite3.DatabaseError) and code & 0xFF in _DAMAGED


@contextlib.contextmanager
def held(damaged: Path) -> Iterator[sqlite3.Connection]:
    """Open a damaged file, and keep every other process from writing to it meanwhile: what one wrote after
    it was read here would be gone. Raises `sqlite3.Error` where another holds it."""
    source = sqlite3.connect(damaged, isolation_level=None)
    try:
        source.text_factory = lambda text: text.decode(errors="replace")
        try:
            source.execute("begin immediate")
        except sqlite3.DatabaseError as error:
            if not is_damage(error):  # else it is so bad that nobody can write to it
                raise
        # without this SQLite reads nothing at all of a file that is shorter than its header says
        source.execute("pragma writable_schema = on")
        yield source
    finally:
        source.close()


def carry(source: sqlite3.Connection, into: sqlite3.Connection, takes: Callable[[str], bool]) -> int:
    """Copy what can be read into a new cache, but for messages; the number of drafts and texts. What is in
    it already stays as it is there. `takes` says of whom drafts are taken."""
    counts = {table: _copy(source, into, table, takes) for table in (*KEPT, *_KNOWN)}
    return counts["drafts"] + counts["texts"] + counts["edits"]


def _copy(
    source: sqlite3.Connection, into: sqlite3.Connection, table: str, takes: Callable[[str], bool]
) -> int:
    wanted = _columns(into, table)
    names = [name for name in _columns(source, table) if name in wanted]
    if not names:
        return 0
    key = "rowid" if table in ("drafts", "edits") else names[0]
    rows = _readable(source, f"select {', '.join(names)} from {table} not indexed order by {key}")
    rows = [row for row in rows if _is_sound(table, dict(zip(names, row, strict=True)))]
    if "owner" in names:
        rows = [row for row in rows if takes(str(row[names.index("owner")]))]
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
    except sqlite3.DatabaseError:
        return False
    return True
