"""The gap rows of one timeline, and what is known of each: that it is being filled, and of how many.

Must never decide where a gap is: the stretches do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from supachat.domain.model import Cursor, Gap
from supachat.sync.order import Key, Order, Splice, gap_key


class Gaps:
    """Writes into `order`, where they stand between the messages."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._gaps: dict[Key, Gap] = {}

    def __len__(self) -> int:
        return len(self._gaps)

    def all(self) -> list[Gap]:
        """Oldest first."""
        return [self._gaps[key] for key in sorted(self._gaps)]

    def renew(self, wanted: Iterable[Gap]) -> list[Splice]:
        """Make them these. What was known of a gap that has only become smaller stays true of it."""
        fresh = {gap_key(gap): gap for gap in wanted}
        splices: list[Splice] = []
        shrunk: dict[Cursor, Gap] = {}
        for key, held in list(self._gaps.items()):
            same = fresh.pop(key, None)
            if same is None:
                shrunk[held.after] = held
                del self._gaps[key]
                splices.append(self._order.remove(key))
            elif same.after != held.after:
                splices.append(self._put(key, replace(same, filling=held.filling)))
        for key, gap in fresh.items():
            before = shrunk.get(gap.after)
            known = gap if before is None else self._less(gap, before.before, before.about, before.filled)
            self._gaps[key] = known
            splices += self._order.insert([(key, known)])
        return splices

    def filling(self, gap: Gap, filling: bool) -> list[Splice]:
        key = gap_key(gap)
        held = self._gaps.get(key)
        if held is None or held.filling == filling:
            return []
        return [self._put(key, replace(held, filling=filling))]

    def counted(self, after: Cursor, before: Cursor, about: int) -> list[Splice]:
        """So many were missing between the two. Some of them may have come since that was asked."""
        inside = [gap for gap in self._gaps.values() if after <= gap.after and gap.before <= before]
        if len(inside) != 1 or inside[0].after != after:
            return []  # it is filled, or in two: nobody counted these
        held = inside[0]
        known = self._less(held, before, about)
        return [self._put(gap_key(held), known)] if known != held else []

    def _less(self, gap: Gap, upto: Cursor, about: int | None, filled: int = 0) -> Gap:
        """`gap`, of which `about` were missing when it reached up to `upto`. A guess that was too small is
        dropped: nothing is said then."""
        come = self._order.index(upto) - self._order.index(gap.before)
        if about is None or about <= come:
            return replace(gap, about=None, filled=0)
        return replace(gap, about=about - come, filled=filled + come)

    def _put(self, key: Key, gap: Gap) -> Splice:
        self._gaps[key] = gap
        return self._order.replace(self._order.at(key), gap)
