"""Times and days in the words of this program: `09:31`, `Thu`, `9 Nov`, `3 Nov 2025`, `12 min`.

Pure: the moment, the zone's "today" and nothing else. English only, whatever the locale.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from supachat.domain.model import Micros
from supachat.domain.text import Safe

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NEAR: Final = {-1: "yesterday", 0: "today", 1: "tomorrow"}
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


def appointed(at: Micros, until: Micros | None, now: datetime) -> Safe:
    """`today, 14:00 to 14:30`, `Mon 30 Nov, 09:00`; with the year where it is another."""
    begin = local(at, now)
    words = f"{_day(begin, now)}, {begin:%H:%M}"
    if until is None or until <= at:
        return Safe(words)
    end = local(until, now)
    day = "" if end.date() == begin.date() else f"{_day(end, now)}, "
    return Safe(f"{words} to {day}{end:%H:%M}")


def _day(then: datetime, now: datetime) -> str:
    days = (then.date() - now.date()).days
    if days in _NEAR:
        return _NEAR[days]
    year = "" if then.year == now.year else f" {then.year}"
    return f"{_DAYS[then.weekday()]} {then.day} {_MONTHS[then.month - 1]}{year}"


def date(at: Micros, now: datetime) -> Safe:
    """`3 Nov 2025`."""
    then = local(at, now)
    return Safe(f"{then.day} {_MONTHS[then.month - 1]} {then.year}")


def span(seconds: float) -> Safe:
    """A duration: `2 s`, `12 min`, `3 h 12 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return Safe(f"{whole} s")
    if whole < 3600:
        return Safe(f"{whole // 60} min")
    return Safe(f"{whole // 3600:,} h {whole % 3600 // 60} min")
