"""Timestamps: to the microsecond, both ways, in every form that PostgREST or PostgreSQL's JSON gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.dialects.moments import parse, show
from supachat.domain.model import Micros


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("1970-01-01T00:00:00+00:00", 0),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01 00:00:00+00", 0),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01T00:00", 0),
        ("1970-01-01T00:00:00.1", 100_000),
        ("1970-01-01T00:00:00.000001+00:00", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-11-20T11:57:58.152988+00:00", 1_795_175_878_152_988),
        ("2026-11-20T17:27:58.152988+05:30", 1_795_175_878_152_988),
        ("2026-11-20T03:57:58.152988-08", 1_795_175_878_152_988),
        ("1900-01-01T00:19:32+00:19:32", -2_208_988_800_000_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ],
)
def test_forms(text: str, micros: int) -> None:
    assert parse(text) == micros


@pytest.mark.parametrize(
    "text",
    [
        "", "infinity", "-infinity", "now", "2026-11-20", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
        "10000-01-01T00:00:00Z", "0044-03-15T00:00:00+00:00 BC", "2026-11-20T24:00:00Z",
        "2026-11-20T00:00:00.1234567Z", "2026-11-20T00:00:00Z\n", "２０２６-11-20T00:00:00Z", "1e9",
        "2026-11-20T00:00:00+", "0000-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_there_and_back(micros: int) -> None:
    assert parse(show(Micros(micros))) == micros


@given(st.lists(st.integers(0, 2_000_000_000_000_000), min_size=2, max_size=2))
def test_the_order_of_the_text_is_the_order_of_time(pair: list[int]) -> None:
    first, second = sorted(pair)
    assert show(Micros(first)) <= show(Micros(second))


def test_a_time_that_no_calendar_has() -> None:
    with pytest.raises(ValueError, match="9999"):
        show(Micros(10**18))
