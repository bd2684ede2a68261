"""What the steps want kept, committed in order to the file of whoever it is of.

Must never commit what one account wrote to another one's file, nor lose what waits when hands change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from supachat.cache.files import Files
from supachat.cache.store import LAST, Cache
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import CacheError
from supachat.domain.events import Change
from supachat.domain.model import Draft
from supachat.domain.text import Safe, safe_line

TOGETHER = 500
"""Writes of one commit, beyond which the next step begins another."""
_SLOW = safe_line(f"It has not taken what you wrote last, and gets {LAST:.0f} seconds more")


class Ledger:
    """`tell` hears of trouble with a file, `kept` of a draft that is on disk, or in memory alone where the
    disk refused it and that was told."""

    def __init__(
        self, files: Files, *, tell: Callable[[Change], None], kept: Callable[[Draft], None]
    ) -> None:
        self._files, self._tell, self._kept = files, tell, kept
        self._cache = files.last()
        self._waiting: asyncio.Queue[tuple[Cache, tuple[kp.Write, ...]]] = asyncio.Queue()
        self._ahead: tuple[Cache, tuple[kp.Write, ...]] | None = None
        """Taken already, and of another file than what was before it."""
        self._now: tuple[Cache, Sequence[kp.Write]] | None = None
        """Being committed."""
        self._ended: dict[Cache, None] = {}
        """Those that were let go of at the end."""
        self._told = ""
        """The trouble that was told last and still goes on: a disk stays full for many a commit."""
        self.whose: str | None = None
        """The account whose file is open; None while nobody's is."""

    async def begin(self) -> kp.Memory:
        """What the account that was here last left."""
        memory = await self._load(self._cache)
        self.whose = memory.account.user_id if memory.account is not None else None
        return memory

    def put(self, writes: tuple[kp.Write, ...]) -> None:
        """Keep these, in one commit."""
        if writes:
            self._waiting.put_nowait((self._cache, writes))

    async def recall(self, request: ev.Recall) -> ev.Recalled:
        """What is kept of it: nothing where the file cannot be read, so that the server is asked. That it
        cannot was said by whoever opened or wrote it."""
        try:
            return await self._cache.recall(request)
        except CacheError:
            return ev.Recalled(request, (), lost=True)

    async def run(self) -> None:
        """Commit, for ever. A draft is announced after that."""
        while True:
            cache, writes, steps = await self._next()
            self._now = cache, writes
            try:
                await cache.commit(writes)
                self._told = ""
            except CacheError as error:
                self._trouble(error)
            finally:
                for _ in range(steps):
                    self._waiting.task_done()
            self._now = None
            self.hear(cache)
            if cache is self._cache:
                for write in writes:
                    if isinstance(write, kp.KeepDraft):
                        self._kept(write.draft)

    async def _next(self) -> tuple[Cache, list[kp.Write], int]:
        """What waits for one file, in order, and of how many steps it is: a burst is one commit."""
        cache, first = self._ahead or await self._waiting.get()
        writes, steps, self._ahead = [*first], 1, None
        while not self._waiting.empty() and self._ahead is None and len(writes) < TOGETHER:
            other, more = self._waiting.get_nowait()
            if other is cache:
                writes += more
                steps += 1
            else:
                self._ahead = other, more
        return cache, writes, steps

    async def turn_to(self, user_id: str, hand_over: Callable[[kp.Memory], None]) -> None:
        """Open another account's file. `hand_over` has what it left: what is put until then is still the
        first one's, what is put after that is the other's."""
        was, old = self.whose, self._cache
        if was is None:  # nobody's file may be about to become theirs: it has to be free
            await self._let_go(was, old)
        fresh = self._files.of(user_id)
        try:
            memory = await self._load(fresh)
        except asyncio.CancelledError:
            await self._files.leave(user_id, fresh)
            raise
        hand_over(memory)
        self._cache, self.whose = fresh, user_id
        if was is not None:
            await self._let_go(was, old)

    def vacate(self) -> Cache:
        """From now on what is put is nobody's. The file that was open is to be given to `forget`."""
        old, self._cache, self.whose = self._cache, self._files.nobodys(), None
        return old

    async def forget(self, cache: Cache) -> None:
        """Empty the file of an account that has signed out."""
        await self._waiting.join()
        try:
            await self._files.forget(cache)
        except (CacheError, OSError) as error:
            words = "Something of the account is still on this computer: delete the file by hand"
            self._tell(ev.Notice(safe_line(str(error)), safe_line(words), "error"))

    async def close(self) -> None:
        """Finish writing. A second at most: where the disk needs more it is told, and `end` waits."""
        try:
            await asyncio.wait_for(self._waiting.join(), 1.0)
        except TimeoutError:
            self._tell(ev.Notice(Safe("The disk is slow"), _SLOW, "warning"))

    async def end(self) -> None:
        """What the disk was too slow for goes last, `LAST` seconds at most for all files together. `unkept`
        names what is not taken even then."""
        late = [self._now, self._ahead, *(self._waiting.get_nowait() for _ in range(self._waiting.qsize()))]
        # another account may have come in so lately that the first one's file still waits for something
        self._ended = dict.fromkeys([self._cache, *(one[0] for one in late if one)])
        last = {c: [w for one in late if one and one[0] is c for w in one[1]] for c in self._ended}
        await asyncio.gather(*(c.close(writes) for c, writes in last.items()), self._files.close())

    def unkept(self) -> tuple[str, ...]:
        """What was written and is on no disk, though it should be."""
        held = tuple(text for cache in self._ended or (self._cache,) for text in cache.unkept())
        return held + self._files.unkept()

    def hear(self, cache: Cache | None = None) -> None:
        """Tell what a person should know of the file."""
        for notice in (cache or self._cache).news():
            self._tell(notice)

    async def _load(self, cache: Cache) -> kp.Memory:
        try:
            return await cache.load()
        except CacheError as error:
            self._trouble(error)
            return kp.Memory()
        finally:
            self.hear(cache)

    async def _let_go(self, whose: str | None, cache: Cache) -> None:
        await self._waiting.join()
        await self._files.leave(whose, cache)

    def _trouble(self, error: CacheError) -> None:
        if str(error) == self._told:
            return
        self._told = str(error)
        self._tell(ev.Notice(safe_line(error.message), safe_line(error.cure), "error"))
