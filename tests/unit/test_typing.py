"""For how long somebody types who has said so once: as the map says, unless the person has set it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core_screen import CONNECTED, SIGNED_IN, THREAD, listed

from supachat.dialects.catalog import load
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import Pace
from supachat.sync.engine import Engine


@pytest.mark.parametrize(
    ("dialect", "seconds"),
    [("direct", 6.0), ("rooms", 6.0), ("inbox", 6.0), ("sessions", 3.0), ("portal", 6.0)],
)
def test_every_map_says_how_long(dialect: str, seconds: float) -> None:
    assert load(dialect).typing_lasts == seconds


@pytest.mark.parametrize(
    ("map_says", "set_to", "until"),
    [(6.0, None, 6.0), (3.0, None, 3.0), (3.0, 10.0, 10.0), (6.0, 1.0, 1.0)],
)
def test_typing_is_shown_until_then(map_says: float, set_to: float | None, until: float) -> None:
    engine = Engine(kp.Memory(), Pace(typing_lasts=set_to))
    sources = tuple(replace(source, typing_lasts=map_says) for source in SIGNED_IN.sources)
    for event in (replace(SIGNED_IN, sources=sources), CONNECTED, listed(THREAD)):
        engine.receive(event, 0.0)
    engine.receive(ev.TypingHeard(THREAD, "you"), 100.0)
    engine.tick(100.0 + until - 0.01)
    assert engine.typing(THREAD) == ("you",)
    step = engine.tick(100.0 + until)
    assert engine.typing(THREAD) == ()
    assert ev.PeopleChanged() in step.changes
