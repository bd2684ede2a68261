"""From exec to the first frame that shows the cached list and the last lines of the last open thread.

Measured in a real terminal against an empty Textual app (a label and a field), turn by turn in one run,
without a server: what is on this computer must not wait for one.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile

from tests.bench.table import Row, median, ms
from tests.bench.watch import until_bytes

from supachat.cache.store import Cache
from supachat.domain import keeping
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
        environ = {**os.environ, "SUPACHAT_HOME": folder}
        asyncio.run(_fill(environ))
        ours, empty = [], []
        for _ in range(RUNS):
            ours.append(until_bytes([sys.executable, "-m", "supachat"], MARK, environ))
            empty.append(until_bytes([sys.executable, "-c", EMPTY], MARK, environ))
    ratio = median(ours) / median(empty)
    return [
        Row(
            "first frame: list and last lines",
            ms(median(ours)),
            f"empty Textual app {ms(median(empty))}",
            f"{ratio:.2f}",
            "1.3",
        )
    ]


async def _fill(environ: dict[str, str]) -> None:
    """A workspace whose cache holds twenty threads and 500 messages in the last open one."""
    where = places(environ)
    workspace = Workspace("bench", "http://127.0.0.1:9", "sb_publishable_bench")
    keep_workspace(where.settings, workspace)
    cache = Cache.open(where.data / f"{workspace.stem}.db")
    await cache.load()
    people = [Person(PersonKey("direct", f"p{n}"), Safe(f"Person {n}"), Safe(f"p{n}")) for n in range(20)]
    key = ThreadKey("direct", "me__p0")
    messages = tuple(
        Message(key, f"{n:032x}", ("me", "p0")[n % 2], Micros(1_760_000_000_000_000 + n * 60_000_000),
                raw := f"Message {n} with some *words* in it", safe(raw), own=n % 2 == 0)
        for n in range(499)
    )  # fmt: skip
    last = Message(key, "f" * 32, "p0", Micros(1_760_100_000_000_000), MARK, safe(MARK))
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
