"""What is kept on disk between runs: SQLite in one thread of its own.

Holds threads, people, messages with the stretches in which they are complete, the outbox, typed
texts. Everything given to one `commit` is committed together, so that a cursor and its rows never
disagree. Keeps what was written; text is made safe again when it is read. Must never block the event
loop: every call is carried out by the thread and awaited.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from supachat.cache.rows import Rows
from supachat.domain.errors import CacheError
from supachat.domain.events import Recall, Recalled
from supachat.domain.keeping import KeepDraft, Memory, Write

T = TypeVar("T")
_Job = tuple[Callable[[Rows], object], "asyncio.Future[object]", asyncio.AbstractEventLoop]


class Cache:
    """One file per project and account. `path` None keeps everything in memory."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.set_aside: Path | None = None
        """Where a damaged file was moved to, if that happened at this start."""
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._claim = _Claim(None)
        self._thread = threading.Thread(target=self._work, name="supachat-cache", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, path: Path | None) -> Cache:
        """Returns at once; the file is opened by the thread. Trouble shows at the first call."""
        return cls(path)

    async def load(self) -> Memory:
        """Everything but the messages. Drafts of processes that are gone become ours."""
        return await self._do(lambda rows: rows.load(self._claim.owner, self._claim.is_free))

    async def commit(self, writes: Sequence[Write]) -> None:
        """One transaction. With a draft in it, on the platter before this returns."""
        durable = any(isinstance(write, KeepDraft) for write in writes)
        await self._do(lambda rows: rows.commit(writes, self._claim.owner, durable=durable))

    async def recall(self, request: Recall) -> Recalled:
        return await self._do(lambda rows: rows.recall(request))

    async def clear(self) -> None:
        """Drop everything of this account."""
        await self._do(lambda rows: rows.clear())

    async def close(self) -> None:
        """Finish what was given and let go of the file."""
        if self._thread.is_alive():
            self._jobs.put(None)
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join, 5.0)

    # ------------------------------------------------------------ the thread

    async def _do(self, job: Callable[[Rows], T]) -> T:
        if not self._thread.is_alive():
            raise CacheError("the local cache is closed", cure="start supachat again")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self._jobs.put((job, future, loop))
        return await future  # type: ignore[return-value]  # the job's own type, carried through a queue

    def _work(self) -> None:
        rows: Rows | None = None
        while (item := self._jobs.get()) is not None:
            job, future, loop = item
            result: object = None
            error: Exception | None = None
            try:
                rows = rows or self._open()
                result = job(rows)
            except (sqlite3.Error, OSError) as caught:
                error = self._trouble(caught)
            except Exception as caught:  # noqa: BLE001  the border of a thread: who asked must hear of it
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
                loop.call_soon_threadsafe(_settle, future, result, error)
        if rows is not None:
            rows.close()
        self._claim.release()

    def _trouble(self, error: Exception) -> CacheError:
        return CacheError(
            f"the local cache {self.path or 'in memory'} cannot be used: {error}",
            cure="nothing on the server is lost; free some room or move the file away",
        )

    def _open(self) -> Rows:
        if self.path is None:
            return Rows(sqlite3.connect(":memory:"))
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._claim = _Claim(self.path)
        try:
            return Rows(_connect(self.path))
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            self.set_aside = self.path.with_name(
                f"{self.path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
            )
            self.path.rename(self.set_aside)
            for suffix in ("-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            return Rows(_connect(self.path))


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=5.0)
    try:
        connection.execute("pragma journal_mode = wal")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _settle(future: asyncio.Future[object], result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


class _Claim:
    """Marks this process as the owner of its drafts, by a lock that the system drops when it dies.

    The lock is SQLite's own, on a small file beside the cache, so that it works wherever the cache does.
    """

    def __init__(self, path: Path | None) -> None:
        self.owner = uuid.uuid4().hex
        self._cache = path
        self._held: sqlite3.Connection | None = None
        if path is not None:
            for left in path.parent.glob(f"{path.name}.owner-????????????????????????????????"):
                self.is_free(left.name.rpartition("-")[2])
            self._held = self._lock(self._file(self.owner))

    def is_free(self, owner: str) -> bool:
        """Whether that process is gone; if so its lock file is removed."""
        if owner == self.owner or self._cache is None:
            return True
        file = self._file(owner)
        if not file.exists():
            return True
        lock = self._lock(file)
        if lock is None:
            return False
        lock.close()
        file.unlink(missing_ok=True)
        file.with_name(f"{file.name}-journal").unlink(missing_ok=True)
        return True

    def release(self) -> None:
        if self._held is not None and self._cache is not None:
            self._held.close()
            self._held = None
            self._file(self.owner).unlink(missing_ok=True)

    def _file(self, owner: str) -> Path:
        assert self._cache is not None
        return self._cache.with_name(f"{self._cache.name}.owner-{owner}")

    @staticmethod
    def _lock(file: Path) -> sqlite3.Connection | None:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(file, timeout=0.0, isolation_level=None)
        try:
            connection.execute("begin exclusive")
        except sqlite3.OperationalError:
            connection.close()
            return None
        return connection
