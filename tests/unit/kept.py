"""A cache file with something in every table, what a later start finds in it, and how to spoil it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from supachat.cache.store import Cache
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.model import Account, Cursor, Draft, Message, Micros, ThreadKey
from supachat.domain.text import safe, safe_line

A = ThreadKey("direct", "a__b")
B = ThreadKey("direct", "a__c")
PAGE = 4096


def message(at: int, thread: ThreadKey = A) -> Message:
    raw = f"message {at} " + "x" * 200
    return Message(thread, f"m{at:06}", "a", Micros(at), raw, safe(raw))


def cursor(at: int) -> Cursor:
    return Cursor(Micros(at), f"m{at:06}")


async def filled(path: Path) -> None:
    """300 drafts, 200 texts and 1,000 messages: every table has several pages."""
    cache = Cache(lambda: path)
    await cache.load()
    await cache.commit(
        [
            kp.KeepAccount(Account("u", safe_line("a@example.org"), safe_line("Ana")), ()),
            *(kp.KeepDraft(Draft(f"d{n:03}", A, f"draft {n} " + "y" * 100, Micros(n))) for n in range(300)),
            *(kp.KeepText(ThreadKey("direct", f"t{n:03}"), f"text {n} " + "z" * 100) for n in range(200)),
            kp.KeepMessages(tuple(message(at) for at in range(1, 1001))),
            kp.KeepSpans(A, ((cursor(1), cursor(1000)),), cursor(1000)),
        ]
    )
    await cache.close()


def pages_of(path: Path, name: str) -> list[int]:
    """The pages of a table, found by its own words: SQLite need not be built with dbstat."""
    data = path.read_bytes()
    return [n for n in range(1, len(data) // PAGE) if name.encode() in data[n * PAGE : (n + 1) * PAGE]]


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


async def read_all(path: Path) -> tuple[kp.Memory, tuple[ev.Notice, ...]]:
    """What a new start finds; reads a page of messages too, as every start does."""
    cache = Cache(lambda: path)
    memory = await cache.load()
    await cache.recall(ev.Recall(A))
    memory = await cache.load()
    news = cache.news()
    await cache.close()
    return memory, news


def spoil_messages(path: Path) -> None:
    """Noise where messages are."""
    for page in pages_of(path, "message 9"):
        overwrite(path, page * PAGE, os.urandom(PAGE))


def run(path: Path, statement: str) -> None:
    """One statement of somebody else's, that finds something to change."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute(statement).rowcount
