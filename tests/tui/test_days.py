"""A day in a person's words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.tui.screens.days import parse_day

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-11-20"),
        ("Yesterday", "2026-11-19"),
        ("  the day  before yesterday ", "2026-11-18"),
        ("friday", "2026-11-20"),
        ("last friday", "2026-11-13"),
        ("Last Monday", "2026-11-16"),
        ("thu", "2026-11-19"),
        ("sat", "2026-11-14"),
        ("0 days ago", "2026-11-20"),
        ("3 days ago", "2026-11-17"),
        ("1 day ago", "2026-11-19"),
        ("a week ago", "2026-11-13"),
        ("two weeks ago", "2026-11-06"),
        ("a month ago", "2026-10-20"),
        ("9 months ago", "2026-02-20"),
        ("2 years ago", "2024-11-20"),
        ("last week", "2026-11-13"),
        ("last month", "2026-10-20"),
        ("last year", "2025-11-20"),
        ("2026-11-03", "2026-11-03"),
        ("2026-2-3", "2026-02-03"),
        ("2025-03", "2025-03-01"),
        ("3.11.2025", "2025-11-03"),
        ("3. 11. 2025", "2025-11-03"),
        ("3.11.", "2026-11-03"),
        ("24.12.", "2025-12-24"),
        ("3 nov", "2026-11-03"),
        ("3 November 2025", "2025-11-03"),
        ("Nov 3, 2025", "2025-11-03"),
        ("dec 24", "2025-12-24"),
        ("november", "2026-11-01"),
        ("mar 2025", "2025-03-01"),
        ("29 feb", "2024-02-29"),
        ("2030-01-01", "2030-01-01"),
        ("", None),
        ("soon", None),
        ("2026-13-01", None),
        ("2026-02-30", None),
        ("31 feb", None),
        ("03/11", None),
        ("3 4 nov", None),
        ("last", None),
        ("999999 years ago", None),
        ("99999 years ago", None),
        ("3 fortnights ago", None),
        ("٣ days ago", "2026-11-17"),
        ("fr", None),
        ("20261103", None),
        ("nov dec", None),
    ],
)
def test_days(text: str, expected: str | None) -> None:
    day = parse_day(text, FRIDAY)
    assert (day.isoformat() if day else None) == expected


def test_a_month_that_is_shorter_ends_earlier() -> None:
    assert parse_day("a month ago", date(2026, 3, 31)) == date(2026, 2, 28)
    assert parse_day("last year", date(2024, 2, 29)) == date(2023, 2, 28)


@given(st.text(max_size=30), st.dates())
def test_nothing_that_is_written_breaks_it(text: str, today: date) -> None:
    found = parse_day(text, today)
    assert found is None or isinstance(found, date)


@given(st.dates(), st.dates())
def test_a_whole_date_is_that_date(day: date, today: date) -> None:
    assert parse_day(day.isoformat(), today) == day
