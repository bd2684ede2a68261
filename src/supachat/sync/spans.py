"""Stretches of a thread in which every message is known, and what lies between them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from supachat.domain.keeping import Span
from supachat.domain.model import Cursor, Gap, Micros, ThreadKey

START = Cursor(Micros(-(2**62)), "")
"""Before the first message of any thread."""


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


def span_of(spans: Sequence[Span], cursor: Cursor) -> Span | None:
    """The stretch in which `cursor` lies."""
    return next(((low, high) for low, high in spans if low <= cursor <= high), None)


def gaps_between(thread: ThreadKey, spans: Sequence[Span], oldest: Cursor | None) -> list[Gap]:
    """What lies between the stretches, as far as the items in memory reach.

    What was only heard, a stretch of one message, divides no gap: after an outage each confirmed draft of
    one's own would make another, although all of it is one stretch that nobody has read yet.
    """
    gaps: list[Gap] = []
    for (low, after), (before, _) in pairwise(spans):
        if oldest is None or after < oldest:
            continue
        if gaps and low == after:
            after = gaps.pop().after
        gaps.append(Gap(thread, after, before))
    return gaps
