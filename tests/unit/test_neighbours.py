"""What stands next to a message, as far as it is known: never across what may be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.test_timeline import THREAD, cursor, message

from supachat.domain.model import Extra, MessageKind
from supachat.sync.neighbours import neighbours
from supachat.sync.timeline import Timeline


def known() -> Timeline:
    """Two stretches, 1 to 3 and 7 to 9, and what lies between them is missing."""
    timeline = Timeline(THREAD)
    timeline.put([message(1), message(2), message(3)], (cursor(1), cursor(3)))
    timeline.put([message(7), message(8), message(9)], (cursor(7), cursor(9)))
    return timeline


@pytest.mark.parametrize(
    ("at", "before", "after"),
    [
        (2, "m0001", "m0003"),
        (8, "m0007", "m0009"),
        (3, "m0002", None),  # the gap follows
        (7, None, "m0008"),  # the gap is before it
        (1, None, "m0002"),
        (9, "m0008", None),
        (5, None, None),  # not known at all
    ],
)
def test_the_neighbours_of_a_message(at: int, before: str | None, after: str | None) -> None:
    found = neighbours(known(), message(at))
    assert tuple(one.id if one is not None else None for one in found) == (before, after)


def test_what_was_told_beside_the_messages_and_what_is_not_sent_are_no_neighbours() -> None:
    timeline = known()
    told = replace(message(25, "notice:1"), extra=Extra(MessageKind.NOTICE))
    timeline.put([replace(told, at=message(2).at, id="m0002x")])
    timeline.put_draft(message(99, "draft"))
    before, after = neighbours(timeline, message(2))
    assert (before, after) == (message(1), message(3))
    assert neighbours(timeline, message(9)) == (message(8), None)
