"""What a person writes for a day, as a date: `2026-11-03`, `yesterday`, `last friday`, `3 days ago`.

Pure: the text and today in, a date or None out. English, whatever the locale. Days that could be meant
in two orders (03/11) are not guessed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_FEW: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_DAYS_IN: Final = {"day": 1, "week": 7}
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_DOTTED: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})?")
_AGO: Final = re.compile(r"(\w+) (day|week|month|year)s? ago")
_LAST: Final = re.compile(r"last (week|month|year)")


def parse_day(text: str, today: date) -> date | None:
    """The day that `text` names; None where it names none. Without a year it is the latest one that is
    not in the future.

    >>> parse_day("last friday", date(2026, 11, 20))
    datetime.date(2026, 11, 13)
    """
    words = " ".join(text.casefold().replace(",", " ").split())
    named = {"today": 0, "yesterday": 1, "the day before yesterday": 2}
    if words in named:
        return today - timedelta(days=named[words])
    return _weekday(words, today) or _ago(words, today) or _numbers(words, today) or _month(words, today)


def _weekday(words: str, today: date) -> date | None:
    """`friday` may be today, `last friday` is not."""
    last = words.startswith("last ")
    number = _named(words.removeprefix("last "), _WEEKDAYS)
    if number is None:
        return None
    back = (today.weekday() - number) % 7
    return today - timedelta(days=back or (7 if last else 0))


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """The place of a name that `word` is, or is the beginning of with three letters or more."""
    if len(word) < 3:
        return None
    return next((at for at, name in enumerate(names) if name.startswith(word)), None)


def _ago(words: str, today: date) -> date | None:
    found = _AGO.fullmatch(words)
    last = _LAST.fullmatch(words)
    if last is not None:
        return _back(1, last[1], today)
    if found is None:
        return None
    number = int(found[1]) if found[1].isdecimal() and len(found[1]) < 6 else _FEW.get(found[1])
    return None if number is None else _back(number, found[2], today)


def _back(number: int, unit: str, today: date) -> date | None:
    """So many days, weeks, months or years before today; the last of a shorter month."""
    try:
        if unit in _DAYS_IN:
            return today - timedelta(days=number * _DAYS_IN[unit])
        months = today.year * 12 + today.month - 1 - number * (12 if unit == "year" else 1)
        for day in range(today.day, 27, -1):
            if (made := _date(months // 12, months % 12 + 1, day)) is not None:
                return made
        return _date(months // 12, months % 12 + 1, min(today.day, 27))
    except OverflowError:
        return None


def _numbers(words: str, today: date) -> date | None:
    """`2026-11-03`, `2026-11` for its first day, `3.11.2026`, `3.11.`."""
    if (iso := _ISO.fullmatch(words)) is not None:
        return _date(int(iso[1]), int(iso[2]), int(iso[3] or 1))
    if (dotted := _DOTTED.fullmatch(words)) is not None:
        return _with_year(int(dotted[1]), int(dotted[2]), int(dotted[3]) if dotted[3] else None, today)
    return None


def _month(words: str, today: date) -> date | None:
    """`3 november`, `nov 3 2025`, `november 2025`, `november`."""
    month = day = year = None
    for word in words.split(" "):
        number = int(word) if word.isdecimal() and len(word) <= 4 else None
        if number is None and month is None:
            month = _named(word, _MONTHS)
            if month is None:
                return None
        elif number is not None and len(word) == 4 and year is None:
            year = number
        elif number is not None and len(word) <= 2 and day is None:
            day = number
        else:
            return None
    if month is None:
        return None
    return _with_year(day or 1, month + 1, year, today)


def _with_year(day: int, month: int, year: int | None, today: date) -> date | None:
    if year is not None:
        return _date(year, month, day)
    this = _date(today.year, month, day)
    if this is not None and this <= today:
        return this
    years = range(today.year - 1, max(0, today.year - 9), -1)  # the 29th of February is rare
    return next((made for each in years if (made := _date(each, month, day)) is not None), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
