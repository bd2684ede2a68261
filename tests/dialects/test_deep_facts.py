"""A stranger's object whose values are just not too deep to be read, and too deep to be written again."""

from __future__ import annotations

from typing import Any

from supachat.dialects.rows import facts
from supachat.domain.text import CUT


def test_a_fact_without_a_bottom_is_cut() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert facts({"order": 7, "well": deep}) == (("order", "7"), ("well", CUT))
    while isinstance(deep, list):  # by hand: freeing it all at once would be as deep
        deep = deep.pop()
