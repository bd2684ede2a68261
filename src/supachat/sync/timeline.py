"""One thread's order: merge, dedupe, edits, deletes, gaps, drafts at the end.

A timeline is a list of items and the stretches ("spans") in which every message is known. What lies
between two spans is a gap, and a gap is shown, never glued. Every operation answers with the splices
that turn the list as it was into the list as it is. No I/O, no clock.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from supachat.domain.keeping import Span
from supachat.domain.model import Cursor, Gap, Item, Message, Micros, ThreadKey

START = Cursor(Micros(-(2**62)), "")
"""Before the first message of any thread."""
_DRAFTS = 2**62

_GAP, _MESSAGE = 0, 1
_Key = tuple[int, str, int]


class Splice(NamedTuple):
    """`items[start:start + removed] = inserted`."""

    start: int
    removed: int
    inserted: tuple[Item, ...]


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap or touch made one.

    >>> merge_spans([(Cursor(5, "a"), Cursor(9, "b")), (Cursor(1, "x"), Cursor(5, "a"))])
    [(Cursor(at=1, id='x'), Cursor(at=9, id='b'))]
    """
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


class Timeline:
    """The known part of one thread. `spans` may reach further back than the items in memory."""

    def __init__(self, thread: ThreadKey) -> None:
        self.thread = thread
        self.items: list[Item] = []
        self.spans: list[Span] = []
        self._keys: list[_Key] = []
        self._known: dict[str, Cursor] = {}
        self._drafts: dict[str, _Key] = {}
        self._gaps: dict[_Key, Gap] = {}
        self._draft_count = 0

    # ------------------------------------------------------------ questions

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._known

    @property
    def newest(self) -> Cursor | None:
        """The newest confirmed message in memory."""
        for item in reversed(self.items):
            if isinstance(item, Message) and item.id in self._known:
                return item.cursor
        return None

    @property
    def oldest(self) -> Cursor | None:
        for item in self.items:
            if isinstance(item, Message) and item.id in self._known:
                return item.cursor
        return None

    @property
    def complete_to(self) -> Cursor | None:
        """The end of the newest stretch: what lies after it has not been asked for yet.

        A message that was only heard is a stretch of its own and says nothing about its neighbours.
        """
        return next((high for low, high in reversed(self.spans) if low != high), None)

    @property
    def from_start(self) -> bool:
        """Whether the first message of the thread is known to be in the first span."""
        return bool(self.spans) and self.spans[0][0] == START

    def span_of(self, cursor: Cursor) -> Span | None:
        for low, high in self.spans:
            if low <= cursor <= high:
                return low, high
        return None

    def gaps(self) -> list[Gap]:
        """Oldest first."""
        return [self._gaps[key] for key in sorted(self._gaps)]

    def last_before(self, cursor: Cursor) -> Message | None:
        """The newest confirmed message in memory that is not after `cursor`."""
        index = bisect_left(self._keys, (cursor.at, cursor.id, _MESSAGE + 1))
        for item in reversed(self.items[:index]):
            if isinstance(item, Message):
                return item
        return None

    def foreign_after(self, cursor: Cursor) -> bool:
        """Whether somebody else wrote after `cursor`."""
        index = bisect_left(self._keys, (cursor.at, cursor.id, _MESSAGE + 1))
        return any(isinstance(item, Message) and not item.own for item in self.items[index:])

    # ------------------------------------------------------------ confirmed messages

    def put(self, messages: Sequence[Message], covers: Span | None = None) -> list[Splice]:
        """Merge confirmed messages; `covers` is the stretch in which they are all there are.

        A message that was a draft here stops being one. An older version never replaces a newer one.
        """
        splices: list[Splice] = []
        fresh: list[Message] = []
        for message in sorted({m.id: m for m in messages}.values(), key=lambda m: m.cursor):
            splices += self.drop_draft(message.id)
            if message.id not in self._known:
                fresh.append(message)
                self._known[message.id] = message.cursor
            elif (splice := self._refresh(message)) is not None:
                splices.append(splice)
        splices += self._insert(fresh)
        self.spans = merge_spans([*self.spans, *([covers] if covers else ()), *(_dot(m) for m in fresh)])
        return splices + self._regap()

    def forget(self, message_id: str) -> list[Splice]:
        """A row is gone: a tombstone stays in its place. An id that is not known is ignored."""
        cursor = self._known.get(message_id)
        if cursor is None:
            return []
        index = self._index(cursor)
        message = self.items[index]
        assert isinstance(message, Message)
        if message.deleted:
            return []
        return [self._replace(index, replace(message, raw="", body=type(message.body)(""), deleted=True))]

    def _refresh(self, message: Message) -> Splice | None:
        cursor = self._known[message.id]
        index = self._index(cursor)
        held = self.items[index]
        assert isinstance(held, Message)
        if held.deleted and not message.deleted:
            return None
        if (message.edited or 0) < (held.edited or 0) or message.cursor != cursor:
            return None
        changed = replace(message, seen_by=max(message.seen_by, held.seen_by))
        return None if changed == held else self._replace(index, changed)

    def _insert(self, fresh: Sequence[Message]) -> list[Splice]:
        """Insert new messages in as few runs as there are places for them."""
        splices: list[Splice] = []
        position = 0
        while position < len(fresh):
            index = bisect_left(self._keys, _key(fresh[position]))
            ceiling = self._keys[index] if index < len(self._keys) else None
            end = position + 1
            while end < len(fresh) and (ceiling is None or _key(fresh[end]) < ceiling):
                end += 1
            run = tuple(fresh[position:end])
            self.items[index:index] = run
            self._keys[index:index] = [_key(message) for message in run]
            splices.append(Splice(index, 0, run))
            position = end
        return splices

    # ------------------------------------------------------------ gaps

    def cover(self, span: Span) -> list[Splice]:
        """`span` is known whole although no message of it came."""
        self.spans = merge_spans([*self.spans, span])
        return self._regap()

    def filling(self, gap: Gap, filling: bool) -> list[Splice]:
        key = _gap_key(gap)
        held = self._gaps.get(key)
        if held is None or held.filling == filling:
            return []
        return [self._set_gap(key, replace(held, filling=filling))]

    def _regap(self) -> list[Splice]:
        """Make the gap rows those that the spans imply, as far as the items reach."""
        oldest = self.oldest
        wanted = {
            _gap_key(gap): gap
            for (_, after), (before, _) in zip(self.spans, self.spans[1:], strict=False)
            if oldest is not None and after >= oldest
            for gap in [Gap(self.thread, after, before)]
        }
        splices: list[Splice] = []
        for key, held in list(self._gaps.items()):
            same = wanted.pop(key, None)
            if same is None:
                index = bisect_left(self._keys, key)
                del self.items[index], self._keys[index], self._gaps[key]
                splices.append(Splice(index, 1, ()))
            elif same.after != held.after:
                splices.append(self._set_gap(key, replace(same, filling=held.filling)))
        for key, gap in wanted.items():
            self._gaps[key] = gap
            index = bisect_left(self._keys, key)
            self.items.insert(index, gap)
            self._keys.insert(index, key)
            splices.append(Splice(index, 0, (gap,)))
        return splices

    def _set_gap(self, key: _Key, gap: Gap) -> Splice:
        self._gaps[key] = gap
        return self._replace(bisect_left(self._keys, key), gap)

    # ------------------------------------------------------------ drafts

    def put_draft(self, picture: Message) -> list[Splice]:
        """Show a draft at the end, or its new state in its place."""
        if picture.id in self._known:
            return []
        key = self._drafts.get(picture.id)
        if key is not None:
            index = bisect_left(self._keys, key)
            return [self._replace(index, picture)] if self.items[index] != picture else []
        self._draft_count += 1
        key = (_DRAFTS, f"{self._draft_count:012}", _MESSAGE)
        self._drafts[picture.id] = key
        self.items.append(picture)
        self._keys.append(key)
        return [Splice(len(self.items) - 1, 0, (picture,))]

    def drop_draft(self, draft_id: str) -> list[Splice]:
        key = self._drafts.pop(draft_id, None)
        if key is None:
            return []
        index = bisect_left(self._keys, key)
        del self.items[index], self._keys[index]
        return [Splice(index, 1, ())]

    # ------------------------------------------------------------ parts

    def _index(self, cursor: Cursor) -> int:
        return bisect_left(self._keys, (cursor.at, cursor.id, _MESSAGE))

    def _replace(self, index: int, item: Item) -> Splice:
        self.items[index] = item
        return Splice(index, 1, (item,))


def _key(message: Message) -> _Key:
    return message.at, message.id, _MESSAGE


def _gap_key(gap: Gap) -> _Key:
    """A gap stands right before the message that ends it."""
    return gap.before.at, gap.before.id, _GAP


def _dot(message: Message) -> Span:
    return message.cursor, message.cursor
