"""The prompt that takes a day in a person's words and says at once how it was understood.

Dismisses with the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar, Final

from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.days import parse_day
from supachat.tui.screens.overlay import Overlay
from supachat.tui.widgets.results import Result

_OFFERED: Final = ("today", "yesterday", "last monday", "a week ago", "a month ago", "a year ago")


class DateJump(Overlay[date]):
    """With an empty query it offers the usual days."""

    PLACE: ClassVar[Place] = Place.DATE
    BINDINGS = bindings(Place.DATE)
    ASK = Safe("2026-11-03, yesterday, last friday, 3 days ago")

    def __init__(self, today: date) -> None:
        super().__init__(self.ASK)
        self._today = today

    def find(self, query: str) -> tuple[Sequence[Result], int]:
        if not query.strip():
            offered = [(words, parse_day(words, self._today)) for words in _OFFERED]
            results = [self._result(day, words) for words, day in offered if day is not None]
            return results, len(results)
        day = parse_day(query, self._today)
        found = [] if day is None else [self._result(day, _distance(day, self._today))]
        return found, len(found)

    def _result(self, day: date, words: str) -> Result:
        return Result(day.isoformat(), day_words(day), right=Safe(words))

    def nothing(self, query: str) -> Sequence[Safe]:
        return Safe("That is no day"), Safe(f"It can be {self.ASK}.")

    def picked(self, result_id: str) -> None:
        self.dismiss(date.fromisoformat(result_id))


def day_words(day: date) -> Safe:
    """`Tuesday 3 November 2026`."""
    return Safe(f"{day:%A} {day.day} {day:%B} {day.year}")


def _distance(day: date, today: date) -> str:
    """How far away it is."""
    days = (today - day) // timedelta(days=1)
    if days < 0:
        return "still to come"
    return {0: "today", 1: "yesterday"}.get(days, f"{days:,} days ago")
