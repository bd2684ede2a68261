"""What is kept on disk between runs: SQLite in one thread of its own.

Holds threads, people, messages with the stretches in which they are complete, the outbox, typed
texts. Everything given to one `commit` is committed together, so that a cursor and its rows never
disagree. Keeps what was written; text is made safe again when it is read. Must never block the event
loop: every call is carried out by the thread and awaited.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from supachat.cache import place
from supachat.cache.binding import Connection
from supachat.cache.claim import Claim
from supachat.cache.rows import Rows, sound
from supachat.cache.salvage import held, is_damage
from supachat.cache.trouble import trouble
from supachat.domain.errors import CacheError
from supachat.domain.events import Notice, Recall, Recalled
from supachat.domain.keeping import KeepDraft, Memory, Write, written
from supachat.domain.text import safe_line

_log = logging.getLogger(__name__)
T = TypeVar("T")
_Job = tuple[Callable[[], object], "asyncio.Future[object]", asyncio.AbstractEventLoop]


DAY = 86_400
"""Seconds."""
LAST = 5.0
"""Seconds that the end of a program waits for a disk that is slow, or for who holds the file."""


class Cache:
    """One file per project and account; `files.Files` knows them. `find` answers where it lies, None to
    keep everything in memory; it is asked in the thread.

    Messages older than `keep_days` are dropped at a start; 0 keeps them for ever. `wall` is seconds since
    1970. Made at once: the file is opened by the thread, and trouble shows at the first call.
    """

    def __init__(
        self,
        find: Callable[[], Path | None],
        *,
        keep_days: int = 0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._find = find
        self.path: Path | None = None
        """Known once the thread has opened it."""
        self._keep_days = keep_days
        self._wall = wall
        self._news: list[Notice] = []
        self._owed: tuple[Write, ...] = ()
        self._last: tuple[Write, ...] = ()
        """What is to be written before the file is let go of."""
        self._inode = 0
        self._log_inode = 0
        self._rows: Rows | None = None
        """The thread's alone."""
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._claim = Claim(None)
        self._thread = threading.Thread(target=self._work, name="supachat-cache", daemon=True)
        self._thread.start()

    @property
    def owes(self) -> bool:
        """The disk had no room for something yet."""
        return bool(self._owed)

    def unkept(self) -> tuple[str, ...]:
        """What a person wrote and the disk did not take, as it was written."""
        return written((*self._owed, *self._last))

    def news(self) -> tuple[Notice, ...]:
        """What a person should hear of the file, each once."""
        told, self._news = tuple(self._news), []
        return told

    async def load(self) -> Memory:
        """Everything but the messages. Drafts of processes that are gone become ours."""

        def load(rows: Rows) -> Memory:
            keeps = self._keep_days * DAY
            rows.drop_old(max(0, round((self._wall() - keeps) * 1_000_000)) if keeps else 0)
            memory = rows.load(self._claim.owner, self._claim.is_free)
            rows.spans_hold = True  # whoever starts from here knows what is here
            return memory

        def begin() -> Memory:
            if self._owed:
                self._pay(())  # else it would be in the file later, and unknown to who starts from here
            return self._on_file(sound(load))

        return await self._do(begin)

    async def commit(self, writes: Sequence[Write]) -> None:
        """One transaction, which outlives the end of this process however that comes; with a draft in it
        also a power cut, as far as the drive has what it says it has.

        What the disk did not take is kept in memory and goes with the next commit, also where not even the
        file could be opened.
        """

        await self._do(lambda: self._pay(writes))

    async def recall(self, request: Recall) -> Recalled:
        return await self._do(lambda: self._on_file(sound(lambda rows: rows.recall(request))))

    async def clear(self) -> None:
        """Drop everything of this account, what was set aside as damaged with it. What another process of
        it has to send stays: that one answers for it."""

        def clear(rows: Rows) -> None:
            self._owed = ()
            if self.path is not None:
                place.drop_asides(self.path)
            rows.clear(self._claim.is_free)

        await self._do(lambda: self._on_file(clear))

    async def close(self, last: Sequence[Write] = ()) -> None:
        """Finish what was given, `last` in the end, and let go of the file. `LAST` seconds at most: then
        `unkept` names what is not written."""
        if self._thread.is_alive():
            self._last = tuple(last)
            self._jobs.put(None)
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join, LAST)

    # ------------------------------------------------------------ the thread

    async def _do(self, job: Callable[[], T]) -> T:
        if not self._thread.is_alive():
            raise CacheError("the local cache is closed", cure="start supachat again")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self._jobs.put((job, future, loop))
        return await future  # type: ignore[return-value]  # the job's own type, carried through a queue

    def _work(self) -> None:
        with contextlib.suppress(Exception):  # the first call would tell
            self._rows = self._open()  # at once: while the first screen is put together
        while (item := self._jobs.get()) is not None:
            job, future, loop = item
            result: object = None
            error: Exception | None = None
            try:
                result = job()
            except (sqlite3.Error, OSError) as caught:
                error = trouble(caught, self.path)
            except Exception as caught:  # noqa: BLE001  the border of a thread: who asked must hear of it
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
                loop.call_soon_threadsafe(_settle, future, result, error)
        self._end()

    def _on_file(self, job: Callable[[Rows], T]) -> T:
        """Carry the job out on the file that lies there: a deleted or a damaged one is made anew first.
        Where that happened meanwhile, it is carried out in the new one as well."""
        result = self._tried(job)
        return self._tried(job) if self._is_gone() else result

    def _tried(self, job: Callable[[Rows], T]) -> T:
        if self._rows is not None and self.path is not None and self._is_gone():
            self._rows = self._anew(self._rows, self.path)
        self._rows = self._rows or self._open()
        try:
            return job(self._rows)
        except sqlite3.DatabaseError as caught:
            if self.path is None or not is_damage(caught):
                raise
            self._rows.close()
            self._rows = None
            self._rows = self._rebuild(self.path)
            return job(self._rows)

    def _pay(self, writes: Sequence[Write]) -> None:
        due = (*self._owed, *writes)
        durable = any(isinstance(write, KeepDraft) for write in due)
        try:
            self._on_file(lambda rows: rows.commit(due, self._claim.owner, durable=durable))
        except (sqlite3.OperationalError, OSError):
            self._owed = due
            raise
        if self._owed:
            self._owed = ()
            self._tell("The local cache is written again", "What had to wait is in it", "info")

    def _end(self) -> None:
        """The last chance of what the disk did not take: that was told when it happened."""
        if self._owed or self._last:
            with contextlib.suppress(Exception):  # `unkept` says what was not taken
                self._pay(self._last)
                self._last = ()
        if self._rows is not None:
            self._rows.close()
        self._claim.release()

    def _open(self) -> Rows:
        self.path = self._find()
        if self.path is None:
            return Rows(sqlite3.connect(":memory:", factory=Connection))
        return self._open_at(self.path)

    def _open_at(self, path: Path) -> Rows:
        if news := place.own_folder(path.parent):
            self._tell(*news)
        self._claim.release()
        self._claim = Claim(path)
        self._inode = place.inode_of(path)
        try:
            rows = self._rows_at(path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            rows = self._rebuild(path)
        if rows.was_newer:
            words = "What you wrote and have not sent is kept; messages are read from the server again"
            self._tell("A newer version of supachat made the local cache", words)
        return rows

    def _rows_at(self, path: Path) -> Rows:
        rows = Rows(place.connect(path))
        self._inode, self._log_inode = place.inode_of(path), place.inode_of(place.log_of(path))
        return rows

    def _is_gone(self) -> bool:
        """Whether the file that we write has its name no longer: what we write would go with us."""
        return self.path is not None and place.inode_of(self.path) != self._inode

    def _anew(self, old: Rows, path: Path) -> Rows:
        """Go on in the file that lies there now, or in a new one, with what was written in the old one."""
        inode, owner = self._inode, self._claim.owner
        place.drop_log(path, self._log_inode)
        rows = self._open_at(path)
        try:
            saved = rows.take_over(old, owner, self._claim.owner, self._claim.is_free)
        except sqlite3.Error:
            rows.close()
            self._inode = inode  # as gone as before: the next call tries again
            raise
        old.close()
        _log.warning("the cache was deleted or replaced under us, %d unsent texts saved", saved)
        words = "Messages are read from the server again; what you wrote and have not sent is kept"
        self._tell("The local cache was deleted or replaced", words)
        return rows

    def _tell(self, title: str, words: str, grade: str = "warning") -> None:
        self._news.append(Notice(safe_line(title), safe_line(words), grade))

    def _rebuild(self, path: Path) -> Rows:
        """Set the damaged file aside and begin a new one with what a person wrote in the old one."""
        if place.inode_of(path) == self._inode:  # else another process has done it already
            self._replace(path)
        rows = self._rows_at(path)
        rows.spans_hold = False
        return rows

    def _replace(self, path: Path) -> None:
        """The new file is whole before the damaged one goes: a full disk or a kill leaves one of them."""
        with held(path) as damaged:
            if place.inode_of(path) != self._inode:
                return  # done by who held it first
            try:
                with contextlib.closing(Rows(place.connect(fresh := place.beside(path)))) as rows:
                    saved = rows.salvage(damaged)
            except (sqlite3.Error, OSError):
                place.drop_begun(path)
                raise
            aside = place.take_place(fresh, path)
        _log.warning("the cache was damaged: set aside as %s, %d unsent texts saved", aside.name, saved)
        texts = f"{saved} unsent texts were saved; " if saved else ""
        words = f"It is kept as {aside.name}; {texts}messages are read from the server again"
        self._tell("The local cache was damaged", words)


def _settle(future: asyncio.Future[object], result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
