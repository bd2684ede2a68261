"""A link of which everything is known, and the drafts that wait for it: what the health page shows."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.street import LIVE

from supachat.domain.health import Grade, Health, TopicHealth, TopicState, Waiting
from supachat.domain.model import Act, DraftState, ThreadKey
from supachat.domain.text import Safe, safe_line

CLOCK = 20_000.0
CALM = (0.012, 0.013, 0.011, 0.012, 0.014, 0.012, 0.090, 0.031, 0.013, 0.012, 0.012, 0.011, 0.013, 0.012)
TOPICS = (
    TopicHealth(safe_line("chat:ana__mira"), TopicState.CONNECTED, active_at=CLOCK - 0.4),
    TopicHealth(safe_line("user:uid-ana"), TopicState.CONNECTED, active_at=CLOCK - 70),
    TopicHealth(safe_line("chat:ana__tom"), TopicState.CONNECTING),
    TopicHealth(safe_line("chat:ana__noa"), TopicState.RECONNECTING, CLOCK - 12, next_try_at=CLOCK + 4),
    TopicHealth(safe_line("chat:aiko__ana"), TopicState.DISCONNECTED, CLOCK - 700),
    TopicHealth(safe_line("chat:ana__relay"), TopicState.PARKED, error_at=CLOCK - 1080),
    TopicHealth(safe_line("chat:ana__renate"), TopicState.LIMITED, next_try_at=CLOCK + 21),
    TopicHealth(
        safe_line("typing:ana__mira"),
        TopicState.ERROR,
        error=safe_line("the server answered nothing"),
        error_at=CLOCK - 9,
    ),
)
FULL = Health(
    replace(LIVE, topics=TOPICS, joined=2, wanted=8, parked=1, clock_skew=-95.0),
    Grade.RED,
    queued=3,
    failed=1,
    missed=2,
    drops=2,
    uptime=0.972,
    watched=3600.0,
    latency=0.043,
    trips=CALM,
    connected_since=CLOCK - 11_520,
    last_event_at=CLOCK - 0.4,
    last_error=safe_line("the server closed the connection"),
    last_error_at=CLOCK - 2_460,
)

ROOM = ThreadKey("direct", "ana__mira")
WAITING = (
    Waiting(ROOM, Safe("Mira Kovač"), Act.SEND, DraftState.SENDING, 4.0, 1, words=Safe("Starting now.")),
    Waiting(
        ROOM, Safe("Mira Kovač"), Act.EDIT, DraftState.QUEUED, 75.0, 3,
        Safe("the server has trouble"), Safe("Dashboards are open"),
    ),
    Waiting(ROOM, Safe("Mira Kovač"), Act.DELETE, DraftState.QUEUED, 2.0),
    Waiting(
        ThreadKey("inbox", "1"), Safe("Customers"), Act.SEND, DraftState.FAILED, 3700.0, 1,
        Safe("you may not do that here"), Safe("Merged"),
    ),
)  # fmt: skip  # one draft a row or two
