"""A thread's items in their order, and each change of them as the splice that whoever shows them needs.

Messages stand by their cursor, a gap right after the message that it begins with, drafts after everything.
Must never know why something is put here or taken away.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from supachat.domain.model import Cursor, Gap, Item, Message

Key = tuple[int, int, str, int]
"""The place of an item: a cursor's time, the length of its id and that, and whether it is a gap."""

_MESSAGE, _GAP = 0, 1
_DRAFTS = 2**62


class Splice(NamedTuple):
    """`items[start:start + removed] = inserted`."""

    start: int
    removed: int
    inserted: tuple[Item, ...]


def message_key(message: Message) -> Key:
    return message.at, len(message.id), message.id, _MESSAGE


def gap_key(gap: Gap) -> Key:
    return gap.after.at, len(gap.after.id), gap.after.id, _GAP


def draft_key(number: int) -> Key:
    """Drafts stand in the order of their numbers."""
    return _DRAFTS, 12, f"{number:012}", _MESSAGE


def _place(cursor: Cursor) -> Key:
    return cursor.at, len(cursor.id), cursor.id, _MESSAGE


class Order:
    """The items, each with its key. `items` is for reading; it is changed here alone."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._keys: list[Key] = []

    def index(self, cursor: Cursor) -> int:
        """How many items stand before the message with that cursor."""
        return bisect_left(self._keys, _place(cursor))

    def end(self, cursor: Cursor | None) -> int:
        """How many items stand up to that message, itself included; None: none."""
        return bisect_right(self._keys, _place(cursor)) if cursor is not None else 0

    def at(self, key: Key) -> int:
        """How many items stand before that key."""
        return bisect_left(self._keys, key)

    def insert(self, fresh: Sequence[tuple[Key, Item]]) -> list[Splice]:
        """Put in what is new, which comes in order, in as few runs as there are places for it."""
        splices: list[Splice] = []
        position = 0
        while position < len(fresh):
            index = self.at(fresh[position][0])
            ceiling = self._keys[index] if index < len(self._keys) else None
            end = position + 1
            while end < len(fresh) and (ceiling is None or fresh[end][0] < ceiling):
                end += 1
            run = tuple(item for _, item in fresh[position:end])
            self.items[index:index] = run
            self._keys[index:index] = [key for key, _ in fresh[position:end]]
            splices.append(Splice(index, 0, run))
            position = end
        return splices

    def remove(self, key: Key) -> Splice:
        """Take out the item with that key, which is here."""
        index = self.at(key)
        del self.items[index], self._keys[index]
        return Splice(index, 1, ())

    def replace(self, start: int, *items: Item) -> Splice:
        """Other items in the places of as many, with the keys of those."""
        self.items[start : start + len(items)] = items
        return Splice(start, len(items), items)
