"""The items of a thread in blocks, so that a row finds its message among 100,000 without walking them.

Each block keeps how many rows its messages take; two lists of sums over the blocks are made when they
are asked for, and a search goes over those, then over at most `MOST` messages. Knows nothing of drawing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from supachat.domain.model import Item, Message

MOST = 128
"""Items in a block. Bigger ones make a search longer, smaller ones the sums."""
STRIDE = 1 << 32
"""Between the keys of two neighbours: room for what may come between them later."""
STEP = 1 << 12
"""At most between the keys of what comes between: most of it comes before the same one, a draft."""

Ident = str | tuple[str, str]
"""What stays the same when an item changes: a message's id, the two ends of a gap."""


def ident(item: Item) -> Ident:
    return item.id if isinstance(item, Message) else (item.after.id, item.before.id)


class Entry:
    """An item, its place in the order (`key`), its rows, and the generation in which those were exact."""

    __slots__ = ("item", "key", "rows", "stamp")

    def __init__(self, item: Item, key: int, rows: int) -> None:
        self.item = item
        self.key = key
        self.rows = rows
        self.stamp = -1


class _Block:
    __slots__ = ("entries", "rows")

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.rows = sum(entry.rows for entry in entries)


class Blocks:
    """A list of entries that also knows in which row each begins."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._counts: list[int] | None = [0]
        self._rows: list[int] | None = [0]
        self._where: dict[Ident, Entry] = {}

    def __len__(self) -> int:
        return self._count_sums()[-1]

    def __getitem__(self, index: int) -> Entry:
        number, within = self._locate(index)
        return self._blocks[number].entries[within]

    def __iter__(self) -> Iterator[Entry]:
        return (entry for block in self._blocks for entry in block.entries)

    @property
    def rows(self) -> int:
        """Of everything, those that are estimated included."""
        return self._row_sums()[-1]

    def find(self, wanted: Ident) -> Entry | None:
        return self._where.get(wanted)

    def top(self, index: int) -> int:
        """The row in which the entry begins; of `len`, the row after the last."""
        if index >= len(self):
            return self.rows
        number, within = self._locate(index)
        return self._row_sums()[number] + sum(e.rows for e in self._blocks[number].entries[:within])

    def at_row(self, row: int) -> int:
        """The index of the entry that covers `row`; the last one for rows below everything."""
        sums = self._row_sums()
        number = min(bisect_right(sums, row) - 1, len(self._blocks) - 1)
        if number < 0:
            return 0
        left = row - sums[number]
        entries = self._blocks[number].entries
        for within, entry in enumerate(entries):
            if left < entry.rows:
                return self._count_sums()[number] + within
            left -= entry.rows
        return self._count_sums()[number] + len(entries) - 1

    def at_key(self, key: int) -> int:
        """The index of the first entry whose key is not below `key`; `len` if there is none."""
        number = bisect_left(self._blocks, key, key=lambda block: block.entries[-1].key)
        if number == len(self._blocks):
            return len(self)
        within = bisect_left(self._blocks[number].entries, key, key=lambda entry: entry.key)
        return self._count_sums()[number] + within

    def measured(self, index: int, rows: int, stamp: int) -> None:
        """The entry's rows are known from now on, in generation `stamp`."""
        number, within = self._locate(index)
        entry = self._blocks[number].entries[within]
        entry.stamp = stamp
        if entry.rows != rows:
            self._blocks[number].rows += rows - entry.rows
            entry.rows = rows
            self._rows = None

    def replace(self, index: int, item: Item) -> Entry:
        """Another version of the same item; its rows are no longer exact."""
        entry = self[index]
        if ident(entry.item) != ident(item):
            del self._where[ident(entry.item)]
            self._where[ident(item)] = entry
        entry.item = item
        entry.stamp = -1
        return entry

    def splice(self, start: int, removed: int, items: Sequence[Item], rows: Callable[[Item], int]) -> None:
        """`entries[start:start + removed] = items`, each with the `rows` that it may take."""
        if not (removed or items):
            return
        first, low = self._edge(start)
        last, high = self._edge(start + removed)
        old = self._blocks[first : last + 1]
        before = old[0].entries[:low] if old else []
        after = old[-1].entries[high:] if old else []
        for entry in self._between(first, low, last, high):
            if self._where.get(ident(entry.item)) is entry:
                del self._where[ident(entry.item)]
        next_ = after[:1] or self._head(last + 1)
        keys = _keys(len(items), before[-1:] or self._tail(first), next_)
        fresh = [Entry(item, key, rows(item)) for item, key in zip(items, keys, strict=True)]
        self._where.update((ident(entry.item), entry) for entry in fresh)
        entries = [*before, *fresh, *after]
        self._blocks[first : last + 1] = [
            _Block(entries[at : at + MOST]) for at in range(0, len(entries), MOST)
        ]
        self._counts = self._rows = None
        if fresh and next_ and fresh[-1].key >= next_[0].key:
            self._renumber()

    def _renumber(self) -> None:
        """There was no room between two keys: all are given out anew. Takes some thousand splices."""
        for number, entry in enumerate(self):
            entry.key = number * STRIDE

    def _between(self, first: int, low: int, last: int, high: int) -> Iterator[Entry]:
        """The entries from one place to another."""
        for number in range(first, min(last + 1, len(self._blocks))):
            entries = self._blocks[number].entries
            yield from entries[low if number == first else 0 : high if number == last else None]

    def _edge(self, index: int) -> tuple[int, int]:
        """Block and place within it where something at `index` is put in: the end of a block before
        the start of the next, so that appending fills the last one."""
        if not self._blocks:
            return 0, 0
        if index == 0:
            return 0, 0
        number, within = self._locate(index - 1)
        return number, within + 1

    def _tail(self, number: int) -> list[Entry]:
        return self._blocks[number - 1].entries[-1:] if number else []

    def _head(self, number: int) -> list[Entry]:
        return self._blocks[number].entries[:1] if number < len(self._blocks) else []

    def _locate(self, index: int) -> tuple[int, int]:
        counts = self._count_sums()
        number = bisect_right(counts, index) - 1
        if not 0 <= index < counts[-1]:
            raise IndexError(index)
        return number, index - counts[number]

    def _count_sums(self) -> list[int]:
        if self._counts is None:
            self._counts = [0, *accumulate(len(block.entries) for block in self._blocks)]
        return self._counts

    def _row_sums(self) -> list[int]:
        if self._rows is None:
            self._rows = [0, *accumulate(block.rows for block in self._blocks)]
        return self._rows


def _keys(count: int, before: list[Entry], after: list[Entry]) -> Sequence[int]:
    """`count` rising keys between two neighbours, of which either may be missing."""
    if not before and not after:
        return range(0, count * STRIDE, STRIDE)
    if not after:
        low = before[0].key
        return range(low + STRIDE, low + STRIDE * (count + 1), STRIDE)
    high = after[0].key
    if not before:
        return range(high - STRIDE * count, high, STRIDE)
    low = before[0].key
    step = min(STEP, (high - low) // (count + 1)) or STEP
    return range(low + step, low + step * (count + 1), step)
