"""A served project, in this process or in one of its own, and what must not outlive it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import wait_until

from supachat.server.serve import Options, Started, serve

COMMAND = [sys.executable, "-m", "supachat.cli.serve", "--port", "0", "--json", "--data-dir"]


@contextmanager
def process(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], int]]:
    """A server in a process of its own, its first line, and a pipe's end that keeps it alive.

    The pipe closes when the tests are killed, so that nothing is left then.
    """
    reader, writer = os.pipe()
    command = [*COMMAND, str(folder), "--watch-fd", str(reader), *more]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=(reader,))
    os.close(reader)
    assert running.stdout is not None
    try:
        yield running, json.loads(running.stdout.readline()), writer
    finally:
        running.kill()
        running.stdout.close()
        running.wait()
        os.close(writer)
        ended(postmaster(folder))


def postmaster(folder: Path) -> int | None:
    """The pid that PostgreSQL has noted in `folder`, None when it is down."""
    note = folder / "postgres" / "postmaster.pid"
    return int(note.read_text().splitlines()[0]) if note.exists() else None


def alive(pid: int) -> bool:
    """Whether `pid` still runs; one that its new parent has not waited for yet does not."""
    said = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(said.strip()) and not said.strip().startswith("Z")


def ended(pid: int | None, limit: float = 60.0) -> None:
    """Returns when `pid` has ended; fails after `limit` seconds."""
    wait_until(lambda: pid is None or not alive(pid), limit=limit)


@asynccontextmanager
async def served(options: Options) -> AsyncIterator[Started]:
    """A server in this process, ended by cancelling it."""
    ready: asyncio.Future[Started] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(options, ready.set_result))
    task.add_done_callback(lambda done: None if ready.done() else ready.cancel())
    try:
        await asyncio.wait([ready])
        if ready.cancelled():
            await task
        yield ready.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
