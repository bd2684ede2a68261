"""What is told of one topic: its fate in the words of the health panel. Pure."""

from __future__ import annotations

from math import isfinite

from supachat.domain.health import LinkState, TopicHealth, TopicState
from supachat.domain.text import safe_line
from supachat.remote.rules import Fate, Standing

OFTEN = 3
"""Failures in a row after which a topic is called broken and no longer on its way."""

_PLAIN = {
    Standing.JOINED: TopicState.CONNECTED,
    Standing.PARKED: TopicState.PARKED,
    Standing.LIMITED: TopicState.LIMITED,
}
_CUT = (LinkState.OFFLINE, LinkState.SIGNED_OUT, LinkState.DISCONNECTED)


def topic_health(name: str, fate: Fate, link: LinkState, heard_at: float | None) -> TopicHealth:
    """`link`: what the connection below says of itself; no topic is better than that."""
    waits = fate.standing in (Standing.WAITING, Standing.LIMITED)
    return TopicHealth(
        safe_line(name),
        _state(fate, link),
        heard_at,
        fate.reason,
        fate.error_at,
        fate.next_at if waits and isfinite(fate.next_at) else None,
    )


def _state(fate: Fate, link: LinkState) -> TopicState:
    if fate.standing in _PLAIN:
        return _PLAIN[fate.standing]
    if link in _CUT:
        return TopicState.DISCONNECTED
    if link is LinkState.ERROR or fate.failures > OFTEN:
        return TopicState.ERROR
    if fate.known or fate.failures:
        return TopicState.RECONNECTING
    return TopicState.CONNECTING
