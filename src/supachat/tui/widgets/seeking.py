"""Finding the first message of a day among those that are loaded. Pure: the items and a frame's zone."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date

from supachat.domain.model import Delivery, Gap, Item, Micros
from supachat.tui.widgets.blocks import Blocks
from supachat.tui.widgets.frame import Frame

_UNSENT = (Delivery.QUEUED, Delivery.SENDING, Delivery.FAILED)


def _moment(item: Item) -> Micros:
    return item.before.at if isinstance(item, Gap) else item.at


def day_of(item: Item, frame: Frame) -> date:
    """The day of an item in the reader's zone; of a gap, that of its newer end."""
    return frame.day(_moment(item))


def first_on(items: Blocks, frame: Frame, day: date) -> int | None:
    """The index of the first item that was written on `day` or later; None if all are older.

    Drafts stand at the end whatever their time says, and do not count.
    """
    end = len(items)
    while end and _unsent(items[end - 1].item):
        end -= 1
    found = bisect_left(range(end), day, key=lambda index: day_of(items[index].item, frame))
    return found if found < end else None


def _unsent(item: Item) -> bool:
    return not isinstance(item, Gap) and item.delivery in _UNSENT


def oldest_day(items: Blocks, frame: Frame) -> date | None:
    """The day of the oldest item; None where there is none."""
    return day_of(items[0].item, frame) if len(items) else None
