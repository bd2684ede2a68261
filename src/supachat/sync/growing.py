"""Messages that grow in place: at most ten paints a second, the last one always.

One that stops for half a minute is unfinished. Pure: `now` is monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Callable

from supachat.domain.model import Message, MessageKey

PAINT_EVERY = 0.1
UNFINISHED = 30.0
"""Seconds without a newer version after which nothing more is expected."""


def grows(message: Message | None) -> bool:
    return message is not None and message.extra is not None and message.extra.growing


class Growing:
    """`age`: for how many seconds a row that was read has not changed, as far as its server says."""

    def __init__(self, age: Callable[[Message], float] = lambda message: 0.0) -> None:
        self._age = age
        self._painted: dict[MessageKey, float] = {}
        self._held: dict[MessageKey, Message] = {}
        """The newest version of each that came too soon to be painted."""
        self._alive: dict[MessageKey, float] = {}
        """When each was last heard to grow."""

    def heard(self, message: Message, now: float) -> bool:
        """Whether this version is to be painted now. One that grows no more always is."""
        key = message.key
        if not grows(message):
            if key in self._alive:
                self._forget(key)
            return True
        self._alive[key] = now
        painted = self._painted.get(key)
        if painted is not None and now < painted + PAINT_EVERY:
            self._held[key] = message
            return False
        self._paint(key, now)
        return True

    def seen(self, message: Message, now: float) -> None:
        """A row that was read grows: from its last change on it has half a minute, unless one runs."""
        if grows(message):
            self._alive.setdefault(message.key, now - self._age(message))

    def due(self, now: float) -> list[Message]:
        """Versions that have waited long enough."""
        found = [m for key, m in self._held.items() if now >= self._painted[key] + PAINT_EVERY]
        for message in found:
            self._paint(message.key, now)
        return found

    def next_due(self) -> float | None:
        return min((self._painted[key] + PAINT_EVERY for key in self._held), default=None)

    def stopped(self, now: float) -> list[MessageKey]:
        """Those of which nothing came for half a minute. Each is told once."""
        found = [key for key, at in self._alive.items() if now - at >= UNFINISHED]
        for key in found:
            self._forget(key)
        return found

    def _paint(self, key: MessageKey, now: float) -> None:
        self._painted[key] = now
        self._held.pop(key, None)

    def _forget(self, key: MessageKey) -> None:
        self._alive.pop(key, None)
        self._held.pop(key, None)
        self._painted.pop(key, None)
