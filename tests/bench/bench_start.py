"""From exec to the first frame that shows the cached list and the last lines of the last open thread.

Measured in a real terminal against an empty Textual app (a label and a field), turn by turn in one run,
without a server: what is on this computer must not wait for one. Both are byte-compiled, as an installed
program is: where the environment forbids that, Python would compile ours at each start, Textual not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.table import Row, median, ms
from tests.bench.watch import until_bytes

from supachat.cache.files import Files
from supachat.cache.store import Cache
from supachat.domain import keeping
from supachat.domain.events import Recall
from supachat.domain.model import (
    Account,
    Cursor,
    Feature,
    Message,
    Micros,
    Person,
    PersonKey,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe
from supachat.settings import Workspace, places
from supachat.settings.edit import keep_workspace

RUNS = 11
COMMAND = str(Path(sys.executable).with_name("supachat"))
"""As people start it: `python -m` loads the finder of modules first, a fiftieth of the start."""
LARGE = 1_000_000
MARK = "marker-of-the-last-line"
EMPTY = f"""
from textual.app import App
from textual.widgets import Input, Static

class Empty(App):
    def compose(self):
        yield Static("{MARK}")
        yield Input()

Empty().run()
"""


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "SUPACHAT_HOME": folder, "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        asyncio.run(_fill(environ))
        ours, empty = [], []
        for run in range(RUNS + 1):
            times = [
                until_bytes(command, MARK, environ)
                for command in ([COMMAND], [sys.executable, "-c", EMPTY])
            ]
            if run:  # the first one compiles
                ours.append(times[0])
                empty.append(times[1])
    ratio = median(ours) / median(empty)
    return [
        Row(
            "first frame: list and last lines",
            ms(median(ours)),
            f"empty Textual app {ms(median(empty))}",
            f"{ratio:.2f}",
            "1.3",
        ),
        asyncio.run(_large_cache()),
    ]


async def _large_cache() -> Row:
    """From opening a file of a million messages to its memory and the newest page of a thread."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.db"
        await _fill_large(path)
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            cache = Cache(lambda: path, keep_days=365)
            await cache.load()
            recalled = await cache.recall(Recall(ThreadKey("direct", "t7")))
            times.append(time.perf_counter() - began)
            assert recalled.messages
            await cache.close()
    return Row(f"cache of {LARGE:,} messages opens", ms(median(times)), goal="50 ms")


async def _fill_large(path: Path) -> None:
    """A hundred threads of ten thousand messages, the newest a moment old."""
    cache = Cache(lambda: path)
    await cache.load()
    await cache.close()
    columns = "source, thread, id, at, author, raw, own, deleted, system, seen_by"
    began = int(time.time()) * 1_000_000 - LARGE * 1000
    each = LARGE // 100
    rows = (
        ("direct", f"t{thread}", f"{number:032x}", began + number * 1000, "me", "some words", 0, 0, 0, 0)
        for thread in range(100)
        for number in range(thread * each, (thread + 1) * each)
    )
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("pragma synchronous = off")
        db.executemany(f"insert into messages ({columns}) values ({','.join('?' * 10)})", rows)


async def _fill(environ: dict[str, str]) -> None:
    """A workspace whose cache holds twenty threads and 500 messages in the last open one."""
    where = places(environ)
    workspace = Workspace("bench", "http://127.0.0.1:9", "sb_publishable_bench")
    keep_workspace(where.settings, workspace)
    cache = Files(where.data / f"{workspace.stem}.db").of("u")
    await cache.load()
    people = [Person(PersonKey("direct", f"p{n}"), Safe(f"Person {n}"), Safe(f"p{n}")) for n in range(20)]
    key = ThreadKey("direct", "me__p0")
    began = (int(time.time()) - 86_400) * 1_000_000  # what is old leaves the cache at the start
    messages = tuple(
        Message(key, f"{n:032x}", ("me", "p0")[n % 2], Micros(began + n * 60_000_000),
                raw := f"Message {n} with some *words* in it", safe(raw), own=n % 2 == 0)
        for n in range(499)
    )  # fmt: skip
    last = Message(key, "f" * 32, "p0", Micros(began + 500 * 60_000_000), MARK, safe(MARK))
    threads = tuple(
        Thread(
            ThreadKey("direct", f"me__{one.key.id}"),
            one.name,
            members=("me", one.key.id),
            other=one.key.id,
            last=Cursor(Micros(last.at - number * 1_000_000), "f" * 32),
            preview=Safe("the last line"),
        )
        for number, one in enumerate(people)
    )
    source = SourceInfo("direct", Safe("Direct messages"), frozenset(Feature), "me")
    await cache.commit(
        [
            keeping.KeepAccount(Account("u", Safe("me@example.org"), Safe("Me")), (source,)),
            keeping.KeepPeople(tuple(people)),
            keeping.KeepThreads(threads),
            keeping.KeepMessages((*messages, last)),
            keeping.KeepSpans(key, ((messages[0].cursor, last.cursor),), last.cursor),
            keeping.KeepOpen(key),
        ]
    )
    await cache.close()
