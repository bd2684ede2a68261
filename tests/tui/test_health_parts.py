"""What the health page is made of: lengths of time, ages, clocks and sparklines, as tables."""

from __future__ import annotations

import pytest

from supachat.tui.glyphs import ASCII
from supachat.tui.widgets.badge import skew_words
from supachat.tui.widgets.health_parts import ago
from supachat.tui.widgets.sparkline import levels, share, sparkline
from supachat.tui.widgets.when import span

CLOCK = 20_000.0


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (11_520, "3 h 12 min"),
    ],
)
def test_durations(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


def test_what_never_was_has_no_age() -> None:
    assert ago(None, CLOCK) == "none yet"
    assert ago(CLOCK + 5, CLOCK) == "0 s ago"


@pytest.mark.parametrize(
    ("skew", "expected"),
    [(0.0, ""), (30.0, ""), (-30.0, ""), (31.0, "31 s ahead"), (-3598.9, "1 h 0 min behind")],
)
def test_a_clock_that_is_off_is_said_from_thirty_seconds_on(skew: float, expected: str) -> None:
    assert skew_words(skew) == expected


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ((), []),
        ((0.0, 0.0), [0, 0]),
        ((0.012, 0.012, 0.012), [0, 0, 0]),
        ((0.01, 0.01, 0.01, 0.04), [0, 0, 0, 3]),
        ((0.01, 0.02, 0.03, 0.04, 0.1), [0, 0, 0, 1, 3]),
    ],
)
def test_levels_of_a_sparkline(samples: tuple[float, ...], expected: list[int]) -> None:
    assert levels(samples) == expected


def test_a_sparkline_is_as_wide_as_it_was_told_and_ends_with_the_newest() -> None:
    assert sparkline((), 4) == "⣀⣀⣀⣀"
    assert sparkline((1, 1, 1, 1, 9), 2) == "⣀⣸"
    assert sparkline((1, 1, 1, 9), 3, ASCII) == "__^"


@pytest.mark.parametrize(("part", "expected"), [(0.0, 1), (0.5, 3), (0.95, 5), (1.0, 5)])
def test_share(part: float, expected: float) -> None:
    assert share((5, 1, 3, 2, 4), part) == expected
