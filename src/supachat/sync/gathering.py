"""A burst of alerts comes to a few: the first ones as they are, all that follow gathered into one.

However many come, whoever looks sees `ALONE` and one more in as many seconds as a toast stands, and a
terminal without notices rings as often. Nothing is dropped: what is gathered is counted. Time comes as an
argument. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from supachat.domain.changes import Alerted
from supachat.domain.text import Safe, safe_line

BURST = 5.0
"""Seconds without an alert after which the next one stands alone again. As long as a toast stands."""
ALONE = 2
"""Alerts of a burst that are told one by one."""
HOLD = 1.0
"""Seconds for which the first gathered ones wait for more. While a burst lasts the next wait `BURST`."""


class Gatherer:
    """`label` names a source as the person knows it."""

    def __init__(self, label: Callable[[str], Safe]) -> None:
        self._label = label
        self._heard_at = -inf
        self._alone = 0
        self._held: list[Alerted] = []
        self._due_at = -inf

    def take(self, alert: Alerted, now: float) -> bool:
        """An alert comes. Whether it is told as it is; else `due` tells of it later."""
        if now - self._heard_at >= BURST and not self._held:
            self._alone, self._due_at = 0, now + HOLD
        self._heard_at = now
        if self._alone < ALONE:
            self._alone += 1
            return True
        if not self._held:
            self._due_at = max(self._due_at, now + HOLD)
        self._held.append(alert)
        return False

    def due(self, now: float) -> Alerted | None:
        """What was gathered, once its time has come."""
        if not self._held or now < self._due_at:
            return None
        held, self._held, self._due_at = self._held, [], now + BURST
        return gathered(held, self._label)


def gathered(alerts: Sequence[Alerted], label: Callable[[str], Safe]) -> Alerted:
    """Several alerts as one; a single one is itself.

    >>> one = Alerted(Safe("New message from Mira"), source="inbox")
    >>> gathered([one, one], lambda source: Safe("Inbox")).title
    '2 more, in Inbox'
    """
    last = alerts[-1]
    if len(alerts) == 1:
        return last
    labels = [label(source) for source in dict.fromkeys(alert.source for alert in alerts)]
    threads = [alert.thread for alert in alerts]
    feeds = {(alert.source, alert.feed) for alert in alerts}
    source, feed = feeds.pop() if len(feeds) == 1 and last.feed else ("", "")
    return Alerted(
        safe_line(f"{len(alerts)} more, in {' and '.join(labels) if len(labels) < 3 else 'several chats'}"),
        safe_line(f"the last: {last.title}"),
        source,
        feed=feed,
        urgent=any(alert.urgent for alert in alerts),
        among=tuple(dict.fromkeys(one for one in threads if one)) if all(threads) else (),
    )
