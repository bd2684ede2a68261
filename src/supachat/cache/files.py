"""The files of one workspace: one for each account that was here, and which of them was open last.

A file is named by the workspace and a hash of the account, so that its name tells nobody who that is. A
note beside them names the last one: the first frame shows it before anybody asked the network or a
keyring. Must never open one account's file for another.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from supachat.cache.store import Cache
from supachat.cache.trouble import trouble


class Files:
    """`base` is `<workspace>.db`, after which the files are named; None keeps everything in memory, for as
    long as this lives. `keep_days` and `wall` as for `Cache`."""

    def __init__(
        self, base: Path | None, *, keep_days: int = 0, wall: Callable[[], float] = time.time
    ) -> None:
        self.kept = base is not None
        """False where nothing is on disk: then a draft lives as long as the process."""
        self._base, self._keep_days, self._wall = base, keep_days, wall
        self._left: dict[str, Cache] = {}
        """Files of other accounts that only this process can still write, by the account."""

    def last(self) -> Cache:
        """The file that was open last, in memory where there was none. Returns at once: the disk is looked
        at in the cache's own thread."""
        return self._cache(self._last)

    def of(self, user_id: str) -> Cache:
        """That account's file, which is the last one from now on. Returns at once, as above."""
        held = self._left.pop(user_id, None)
        return held if held is not None else self._cache(lambda: self._turned_to(user_id))

    def remember(self, user_id: str) -> None:
        """The next start opens this account's file. Raises `OSError`."""
        if self._base is not None:
            _remember(self._base, _tag(user_id))

    def nobodys(self) -> Cache:
        """Nothing and nobody, in memory."""
        return self._cache(lambda: None)

    async def leave(self, user_id: str | None, cache: Cache) -> None:
        """Another account comes in. What the disk did not take, and what is in memory alone, stays here."""
        if user_id is not None and (cache.owes or not self.kept):
            self._left[user_id] = cache
        else:
            await cache.close()

    async def forget(self, cache: Cache) -> None:
        """The account has signed out: its file is emptied, and the next start shows nothing of anybody."""
        try:
            await cache.clear()
            await cache.close()
        finally:
            if self._base is not None:
                _note(self._base).unlink(missing_ok=True)  # last: a file that is opened again writes it

    def unkept(self) -> tuple[str, ...]:
        """What the accounts that left wrote and the disk did not take."""
        return tuple(text for cache in self._left.values() for text in cache.unkept())

    async def close(self) -> None:
        await asyncio.gather(*(cache.close() for cache in self._left.values()))

    # ------------------------------------------------------------ in the cache's thread

    def _cache(self, find: Callable[[], Path | None]) -> Cache:
        return Cache(find, keep_days=self._keep_days, wall=self._wall)

    def _last(self) -> Path | None:
        return _noted(self._base) if self._base is not None else None

    def _turned_to(self, user_id: str) -> Path | None:
        self.remember(user_id)
        return _file(self._base, _tag(user_id)) if self._base is not None else None


def last_path(base: Path) -> Path | None:
    """Where the file lies that was open last, for who only reads: nothing is made. Raises `CacheError`."""
    try:
        path = _noted(base)
    except OSError as error:
        raise trouble(error, _note(base)) from error
    return path if path is not None and path.exists() else None


def _noted(base: Path) -> Path | None:
    tag = _remembered(base)
    return _file(base, tag) if tag else None


def _tag(user_id: str) -> str:
    return hashlib.sha256(user_id.encode(errors="surrogatepass")).hexdigest()[:16]


def _file(base: Path, tag: str) -> Path:
    return base.with_name(f"{base.stem}.{tag}.db")


def _note(base: Path) -> Path:
    return base.with_suffix(".last")


def _remembered(base: Path) -> str:
    """Empty where nothing is, or nothing of ours."""
    try:
        tag = _note(base).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""
    return tag if re.fullmatch(r"[0-9a-f]{16}", tag) else ""


def _remember(base: Path, tag: str) -> None:
    """Replaced whole: who reads meanwhile sees the old note or the new one. What it says already needs no
    room on the disk."""
    if _remembered(base) == tag:
        return
    base.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = base.with_suffix(f".last-{os.getpid()}")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(f"{tag}\n", encoding="ascii")
        fresh.replace(_note(base))
    finally:
        fresh.unlink(missing_ok=True)
