"""The link's waits, shorter or longer than they are."""

from __future__ import annotations

from dataclasses import fields, replace

from supachat.remote.waits import Waits

_NO_TIMES = frozenset({"attempts_max", "joins_in_flight", "topics_max", "token_share"})


def scaled(factor: float, **fixed: float) -> Waits:
    """The real waits times `factor`; `fixed` names those that are given outright."""
    waits = Waits()
    times = [field.name for field in fields(Waits) if field.name not in _NO_TIMES]
    return replace(waits, **{**{name: getattr(waits, name) * factor for name in times}, **fixed})
