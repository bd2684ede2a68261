"""Apps whose pilot knows when they are idle."""

from __future__ import annotations

import pytest
from tests.tui import idle

from supachat.cache.store import Cache
from supachat.sync import looking


@pytest.fixture(autouse=True)
def _known_idleness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cache, "_do", idle.counted)
    for where in ("app", "pilot"):
        monkeypatch.setattr(f"textual.{where}.wait_for_idle", idle.wait_for_idle)


@pytest.fixture(autouse=True)
def _looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is opened is looked at, so that nobody has to wait for what follows from that."""
    monkeypatch.setattr(looking, "REST", 0.0)
