"""The gap rows of one timeline, and what is known of each: that it is being filled, and of how many.

Must never decide where a gap is: the stretches do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from supachat.domain.model import Cursor, Gap, Message
from supachat.domain.values import dataclass
from supachat.sync.order import Key, Order, Splice, gap_key


@dataclass(frozen=True, slots=True)
class _Count:
    """What the server guessed to lie before `upto`, what is known of it included."""

    upto: Cursor
    about: int


class Gaps:
    """Writes into `order`, where they stand between the messages."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._gaps: dict[Key, Gap] = {}
        self._counts: dict[Key, _Count] = {}

    def __len__(self) -> int:
        return len(self._gaps)

    def all(self) -> list[Gap]:
        """Oldest first."""
        return [self._gaps[key] for key in sorted(self._gaps)]

    def renew(self, wanted: Iterable[Gap]) -> list[Splice]:
        """Make them these, oldest first. What was known of a gap that has only changed its size stays true
        of it."""
        fresh = {gap_key(gap): gap for gap in wanted}
        busy = [_newest_in(held, fresh) for held in self._gaps.values() if held.filling]
        splices: list[Splice] = []
        for key in self._gaps.keys() - fresh.keys():
            del self._gaps[key]
            splices.append(self._order.remove(key))
        self._counts = {key: count for key, count in self._counts.items() if _is_of(key, count, fresh)}
        for key, gap in fresh.items():
            splices += self._put(key, self._told(key, replace(gap, filling=key in busy)))
        return splices

    def filling(self, gap: Gap, filling: bool) -> list[Splice]:
        key = gap_key(gap)
        held = self._gaps.get(key)
        return self._put(key, replace(held, filling=filling)) if held is not None else []

    def counted(self, after: Cursor, before: Cursor, about: int) -> list[Splice]:
        """So many lie between the two, what is known of them included."""
        inside = [gap for gap in self._gaps.values() if after <= gap.after and gap.before <= before]
        if len(inside) != 1 or inside[0].after != after:
            return []  # it is filled, or in two, or has grown: nobody counted these
        key = gap_key(inside[0])
        self._counts[key] = _Count(before, about)
        return self._put(key, self._told(key, inside[0]))

    def _told(self, key: Key, gap: Gap) -> Gap:
        """The gap with how many are missing. A guess that was too small says nothing and is dropped."""
        count = self._counts.get(key)
        missing = 0 if count is None else count.about - self._known(gap.after, count.upto)
        if count is None or missing <= 0:
            return replace(gap, about=None, filled=0)
        came = self._known(gap.before, count.upto) + (gap.before < count.upto)
        return replace(gap, about=missing, filled=came)

    def _known(self, after: Cursor, before: Cursor) -> int:
        """Messages here between the two."""
        between = self._order.items[self._order.end(after) : self._order.index(before)]
        return sum(isinstance(item, Message) for item in between)

    def _put(self, key: Key, gap: Gap) -> list[Splice]:
        held = self._gaps.get(key)
        self._gaps[key] = gap
        if held is None:
            return self._order.insert([(key, gap)])
        return [self._order.replace(self._order.at(key), gap)] if held != gap else []


def _newest_in(held: Gap, fresh: Mapping[Key, Gap]) -> Key | None:
    """Where a gap that is being filled goes on: it is read from its newer side."""
    left = [key for key, gap in fresh.items() if gap.after < held.before and held.after < gap.before]
    return left[-1] if left else None


def _is_of(key: Key, count: _Count, fresh: Mapping[Key, Gap]) -> bool:
    """Whether the gap there is all that is still missing of what was counted, and no more than that."""
    gap = fresh.get(key)
    if gap is None or gap.before > count.upto:
        return False
    return not any(gap.before <= other.after < count.upto for other in fresh.values())
