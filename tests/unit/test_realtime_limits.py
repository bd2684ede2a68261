"""Averages, windows and sizes, with time as an argument."""

from __future__ import annotations

from typing import Any

import pytest

from supachat.server.context import RealtimeLimits
from supachat.server.realtime.limits import Rate, Window, term_size, too_large
from supachat.server.trouble import ServerTrouble


def test_each_limit_can_be_set_and_the_others_stand() -> None:
    given = ["users=500", "joins_per_second=0.5", "idle=2"]
    limits = RealtimeLimits().with_given(given)
    assert (limits.users, limits.joins_per_second, limits.idle) == (500, 0.5, 2.0)
    assert limits == RealtimeLimits(users=500, joins_per_second=0.5, idle=2.0)
    assert RealtimeLimits().with_given([]) == RealtimeLimits()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nobody=5", "nobody is no limit of realtime.*There are: .*users, channels_per_socket"),
        ("rate_bucket=0", "rate_bucket=0 is no limit. Nothing was started. Write it as rate_bucket=5.0."),
        ("token_check=0.0", "token_check=0.0 is no limit."),
        ("users", "users is no limit. Nothing was started. Write it as users=200."),
        ("users=1.5", "users=200"),
        ("users=-1", "users=200"),
        ("idle=nan", "idle=60.0"),
        ("idle=inf", "idle=60.0"),
    ],
)
def test_what_is_no_limit_is_said(given: str, words: str) -> None:
    with pytest.raises(ServerTrouble, match=words):
        RealtimeLimits().with_given([given])


def test_a_rate_is_judged_when_a_bucket_closes() -> None:
    rate = Rate(limit=5, bucket=5.0, keep=12, now=0.0)
    rate.add(0.1, 200)
    assert not rate.tripped(4.9)
    assert rate.tripped(5.0)
    assert rate.average(5.0) == 40


def test_a_rate_falls_as_quiet_buckets_pass() -> None:
    rate = Rate(limit=5, bucket=5.0, keep=12, now=0.0)
    rate.add(0.1, 200)
    assert rate.average(10.0) == 20
    assert rate.tripped(39.9)
    assert not rate.tripped(45.0)
    assert rate.average(1000.0) == 0


def test_a_rate_forgets_after_its_last_bucket() -> None:
    rate = Rate(limit=1, bucket=1.0, keep=2, now=0.0)
    rate.add(0.5, 10)
    assert rate.tripped(1.0)
    assert not rate.tripped(3.0)


def test_a_window_slides() -> None:
    window = Window(calls=2, seconds=30.0)
    for moment in (0.0, 10.0):
        assert window.allows(moment)
        window.count(moment)
    assert not window.allows(29.9)
    assert window.allows(30.0)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("", 5),
        ("ö", 7),
        (0, 2),
        (255, 2),
        (256, 5),
        (-1, 5),
        (2**31, 7),
        (1.5, 9),
        (None, 5),
        (True, 6),
        (False, 7),
        ([], 1),
        ([0], 8),
        ({}, 5),
        ({"a": 0}, 13),
    ],
)
def test_sizes_in_the_external_term_format(value: Any, size: int) -> None:
    assert term_size(value) == size


def test_a_value_may_be_nested_as_deeply_as_it_is_read() -> None:
    value: list[Any] = []
    for _ in range(900):
        value = [value]
    assert term_size(value) == 900 * 6 + 1


def test_the_payload_limit_is_the_recorded_one() -> None:
    limit = RealtimeLimits().payload_bytes
    fits = {"type": "broadcast", "event": "b", "payload": {"s": "x" * 3_000_300}}
    assert not too_large(fits, 3_000_446, limit)
    assert too_large({**fits, "payload": {"s": "x" * 3_001_000}}, 3_001_146, limit)
