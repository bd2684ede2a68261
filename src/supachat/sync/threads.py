"""The thread list: order, last message, unread.

Unread comes from the source's read cursor: what the list said, plus the messages known since that the
cursor does not cover, each counted once by its id however often it was heard. Cursors only grow. No I/O,
no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf

from supachat.domain.model import Cursor, Message, PersonKey, Thread, ThreadKey
from supachat.domain.text import safe_line

PREVIEW = 120
"""Characters of the last message that the list keeps."""


class Threads:
    def __init__(self) -> None:
        self._threads: dict[ThreadKey, Thread] = {}
        self._since: dict[ThreadKey, dict[str, Cursor]] = {}
        """Foreign messages heard after the list's own last one, by id."""
        self._moved: dict[ThreadKey, None] | None = None
        """All threads, the last to move at the end; None once something else has changed their order."""
        self._with: dict[PersonKey, list[ThreadKey]] | None = None
        """The threads of each person, until members change."""
        self._listed: dict[ThreadKey, int] = {}
        """Unread as the list said."""
        self._made: dict[ThreadKey, int] = {}
        """The turn in which a thread was made that no list has shown yet."""

    def get(self, key: ThreadKey) -> Thread | None:
        return self._threads.get(key)

    def members(self, key: ThreadKey) -> tuple[str, ...]:
        thread = self._threads.get(key)
        return thread.members if thread else ()

    def with_person(self, source: str, person: str) -> list[ThreadKey]:
        if self._with is None:
            self._with = {}
            for key, thread in self._threads.items():
                for member in dict.fromkeys(thread.members):
                    self._with.setdefault(PersonKey(key.source, member), []).append(key)
        return self._with.get(PersonKey(source, person), [])

    def of_source(self, source: str) -> dict[ThreadKey, Thread]:
        return {key: thread for key, thread in self._threads.items() if key.source == source}

    def ordered(self) -> tuple[Thread, ...]:
        """By source, then the last to move first."""
        return tuple(self._threads[key] for key in sorted(self.recent(), key=lambda key: key.source))

    def recent(self) -> Iterator[ThreadKey]:
        """All threads, the last to move first, whatever their source."""
        if self._moved is None:
            last_first = sorted(self._threads.values(), key=_order)
            self._moved = {thread.key: None for thread in reversed(last_first)}
        return reversed(self._moved)

    def _move(self, key: ThreadKey) -> None:
        """A message came: nearly always it is the newest of all, so that nothing has to be sorted."""
        newest = next(self.recent(), key)
        if _order(self._threads[key]) > _order(self._threads[newest]):
            self._moved = None
        elif self._moved is not None:
            del self._moved[key]
            self._moved[key] = None

    def restore(self, threads: Iterable[Thread]) -> None:
        self._moved = self._with = None
        for thread in threads:
            self._threads[thread.key] = thread
            self._listed[thread.key] = thread.unread

    def listed(
        self, source: str, threads: Iterable[Thread], as_of: float = inf
    ) -> tuple[list[Thread], list[ThreadKey]]:
        """The source's list, whole, asked for in the turn `as_of`: what was made since is not in it yet.

        Answers the rows that changed and the threads that are gone.
        """
        fresh = {thread.key: thread for thread in threads}
        self._moved = self._with = None
        self._made = {key: turn for key, turn in self._made.items() if key not in fresh}
        unlisted = [key for key in self._threads if key.source == source and key not in fresh]
        gone = [key for key in unlisted if self._made.get(key, -inf) < as_of]
        for key in gone:
            del self._threads[key]
            self._made.pop(key, None)
        rows = [(self._threads.get(key), self._row(thread)) for key, thread in fresh.items()]
        changed = [row for held, row in rows if row != held]
        self._threads.update((row.key, row) for row in changed)
        return changed, gone

    def _row(self, listed: Thread) -> Thread:
        """A thread as the list has it, with what is known here and not there. Counts its unread anew."""
        key, last, held = listed.key, listed.last, self._threads.get(listed.key)
        if held is None or not listed.hearsay:
            self._listed[key] = listed.unread
        since = self._since.get(key, {})
        self._since[key] = {i: c for i, c in since.items() if last is None or c > last}
        row = listed if held is None else _merged(listed, held)
        if (
            row.read_to != listed.read_to
            and row.read_to is not None
            and (last is None or row.read_to >= last)
        ):
            self._listed[key] = 0
        return replace(row, unread=self._unread(key))

    def heard(self, message: Message) -> Thread | None:
        """A confirmed message, new or known. Answers the thread's row if it changed."""
        key = message.thread
        held = self._threads.get(key)
        if held is None:
            return None
        after_read = held.read_to is None or message.cursor > held.read_to
        if not message.own and after_read and (held.last is None or message.cursor > held.last):
            self._since.setdefault(key, {})[message.id] = message.cursor
        thread = held
        if held.last is None or message.cursor >= held.last:
            preview = safe_line("" if message.deleted else message.body, limit=PREVIEW)
            thread = replace(held, last=message.cursor, preview=preview, preview_author=message.author)
        thread = replace(thread, unread=self._unread(key))
        if thread == held:
            return None
        self._threads[key] = thread
        if thread.last != held.last:
            self._move(key)
        return thread

    def told(self, notice: Message) -> Thread | None:
        """The backend told something in the thread: it is no message, moves nothing and is not counted."""
        held = self._threads.get(notice.thread)
        if held is None or (held.told_at or 0) >= notice.at:
            return None
        title = safe_line(notice.body.split("\n", 1)[0], limit=PREVIEW)
        thread = replace(held, told=title, told_at=notice.at)
        self._threads[notice.thread] = thread
        return thread

    def read(self, key: ThreadKey, to: Cursor) -> Thread | None:
        """The reader has seen everything up to `to`."""
        held = self._threads.get(key)
        if held is None or (held.read_to is not None and held.read_to >= to):
            return None
        if held.last is None or to >= held.last:
            self._listed[key] = 0
        self._since[key] = {i: c for i, c in self._since.get(key, {}).items() if c > to}
        thread = replace(held, read_to=to, unread=self._unread(key))
        self._threads[key] = thread
        return thread

    def mute(self, key: ThreadKey, muted: bool) -> Thread | None:
        held = self._threads.get(key)
        if held is None or held.muted == muted:
            return None
        thread = replace(held, muted=muted)
        self._threads[key] = thread
        return thread

    def mark_draft(self, key: ThreadKey, draft: bool) -> Thread | None:
        held = self._threads.get(key)
        if held is None or held.draft == draft:
            return None
        thread = replace(held, draft=draft)
        self._threads[key] = thread
        return thread

    def add(self, thread: Thread, turn: int = 0) -> bool:
        """A thread that was made in that turn; False if it is known."""
        if thread.key in self._threads:
            return False
        self._moved = self._with = None
        self._made[thread.key] = turn
        self._threads[thread.key] = thread
        self._listed[thread.key] = thread.unread
        return True

    def _unread(self, key: ThreadKey) -> int:
        return self._listed.get(key, 0) + len(self._since.get(key, ()))


def _order(thread: Thread) -> tuple[int, str]:
    moved = thread.last.at if thread.last else thread.created or 0
    return -moved, thread.key.id


def _merged(listed: Thread, held: Thread) -> Thread:
    """A list that was read before a message came, or was read, takes neither back."""
    row = replace(listed, draft=held.draft, muted=held.muted, told=held.told, told_at=held.told_at)
    if held.last is not None and (listed.last is None or held.last > listed.last):
        row = replace(row, last=held.last, preview=held.preview, preview_author=held.preview_author)
    if held.read_to is not None and (listed.read_to is None or held.read_to > listed.read_to):
        row = replace(row, read_to=held.read_to)
    return row
