"""What the reader is to others: online, away by itself after five idle minutes, or as set by hand. Pure.

Told on change only, and at most once in ten seconds: a row is written for it.
"""

from __future__ import annotations

from supachat.domain.model import Presence

TELL_EVERY = 10.0


class Attendance:
    """`idle` is in seconds."""

    def __init__(self, idle: float) -> None:
        self.by_hand: Presence | None = None
        """What was set by hand; None while it goes by the keys."""
        self._idle = idle
        self._touched = 0.0
        self._told: Presence | None = None
        self._told_at = -TELL_EVERY

    def mine(self, now: float) -> Presence:
        if self.by_hand is not None:
            return self.by_hand
        return Presence.AWAY if now - self._touched >= self._idle else Presence.ONLINE

    def set(self, presence: Presence, now: float) -> None:
        """By hand. Online means: by the keys again."""
        self.by_hand = None if presence is Presence.ONLINE else presence
        self._touched = now

    def touched(self, now: float) -> bool:
        """A key. True if that changes what the reader is."""
        before = self.mine(now)
        self._touched = now
        return self.mine(now) is not before

    def due(self, now: float) -> Presence | None:
        """What is to be told now, marked as told; None for nothing."""
        mine = self.mine(now)
        if mine is self._told or now - self._told_at < TELL_EVERY:
            return None
        self._told, self._told_at = mine, now
        return mine

    def untold(self) -> None:
        """Whoever was told may have forgotten it: tell it again."""
        self._told = None
