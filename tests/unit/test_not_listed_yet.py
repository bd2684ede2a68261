"""A thread that is open before any list has shown it: what is refused there stays a draft."""

from __future__ import annotations

from tests.unit.core_screen import CONNECTED, OTHER, SIGNED_IN, THREAD, Screen, listed

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed
from supachat.domain.model import Micros


def test_a_refusal_there_takes_no_draft_back() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(OTHER))
    screen.take(screen.engine.open(THREAD, 0))
    for draft in ("one", "two"):
        screen.take(screen.engine.send(draft, THREAD, draft, Micros(1), 0))
        screen.hear(ev.DraftKept(draft))
    (request,) = screen.asked(ev.SendDraft)
    screen.take(screen.engine.failed(request, NotAllowed("you may not do that here"), 0))
    assert screen.engine.outbox.counts() == (1, 1)
    assert screen.engine.text(THREAD) == ""
