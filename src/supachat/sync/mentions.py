"""Which unread messages mean the reader: what is heard is looked at, what was there before is asked for.

Pure. Counts nothing that the read cursor covers, and nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from supachat.domain.mentions import mentions
from supachat.domain.model import Cursor, Message, Micros, Thread, ThreadKey
from supachat.domain.requests import FetchMentions

MOST_THREADS = 50
"""Threads that are asked about at once, the last to move first."""


class Mentions:
    """`calls` tells what others call the reader in a source."""

    def __init__(self, calls: Callable[[str], frozenset[str]]) -> None:
        self._calls = calls
        self._found: dict[ThreadKey, dict[str, Cursor]] = {}
        self._known_to: dict[ThreadKey, Cursor] = {}
        """The newest message of a thread up to which it is known what means the reader."""

    def count(self, thread: Thread) -> int:
        """Of the thread's unread messages those that are known to mean the reader."""
        read_to = thread.read_to
        found = self._found.get(thread.key, {}).values() if thread.unread else ()
        return sum(read_to is None or cursor > read_to for cursor in found)

    def heard(self, message: Message) -> None:
        """A row, new or changed."""
        key = message.thread
        if not message.own and not message.deleted and mentions(message.raw, self._calls(key.source)):
            self._found.setdefault(key, {})[message.id] = message.cursor
        elif key in self._found:
            self._found[key].pop(message.id, None)
        if key in self._known_to:
            self._known_to[key] = max(self._known_to[key], message.cursor)

    def wanted(self, source: str, threads: Iterable[Thread]) -> FetchMentions | None:
        """What is to be asked once the list of a source is known; None for nothing."""
        calls = tuple(sorted(self._calls(source)))
        unread = [t for t in threads if t.key.source == source and t.unread and self._is_news(t)]
        unread = sorted(unread, key=lambda t: t.last or Cursor(Micros(0), ""), reverse=True)[:MOST_THREADS]
        if not unread or not calls:
            return None
        since = min(t.read_to.at if t.read_to is not None else Micros(0) for t in unread)
        for thread in unread:
            if thread.last is not None:
                self._known_to[thread.key] = thread.last
        return FetchMentions(source, tuple(t.key.id for t in unread), since, calls)

    def read(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.heard(message)

    def failed(self, request: FetchMentions) -> None:
        """It is asked again with the next list."""
        for thread in request.threads:
            self._known_to.pop(ThreadKey(request.source, thread), None)

    def _is_news(self, thread: Thread) -> bool:
        known_to = self._known_to.get(thread.key)
        return (
            not thread.archived and thread.last is not None and (known_to is None or thread.last > known_to)
        )
