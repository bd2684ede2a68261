"""Times and days in the words of this program: `09:31`, `Thu`, `9 Nov`, `3 Nov 2025`.

Pure: the moment, the zone's "today" and nothing else. English only, whatever the locale.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from supachat.domain.model import Micros
from supachat.domain.text import Safe

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(at: Micros, like: datetime) -> datetime:
    """The moment `at` in the zone of `like` (the system's, where that has none)."""
    return datetime.fromtimestamp(at // 1_000_000, like.tzinfo)


def clock(at: Micros, now: datetime) -> Safe:
    """`09:31`."""
    return Safe(f"{local(at, now):%H:%M}")


def short(at: Micros, now: datetime) -> Safe:
    """As short as the list needs it: the time today, the day within a week, else the date."""
    then = local(at, now)
    days = (now.date() - then.date()).days
    if days <= 0:
        return Safe(f"{then:%H:%M}")
    if days < 7:
        return Safe(_DAYS[then.weekday()])
    if then.year == now.year:
        return Safe(f"{then.day} {_MONTHS[then.month - 1]}")
    return date(at, now)


def date(at: Micros, now: datetime) -> Safe:
    """`3 Nov 2025`."""
    then = local(at, now)
    return Safe(f"{then.day} {_MONTHS[then.month - 1]} {then.year}")
