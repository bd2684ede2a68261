"""What the reader is to others, and what others say of themselves.

Away by itself after five idle minutes; told on change, at most once in ten seconds. Must never make a
caller wait.
"""

from __future__ import annotations

from supachat.client.runner import Runner
from supachat.domain.changes import PresenceChanged
from supachat.domain.model import Presence, Sighting, ThreadKey
from supachat.sync.shelf import Outcome


class AttendanceFace:
    def __init__(self, run: Runner) -> None:
        self._run = run

    def mine(self) -> Presence:
        """What the reader is now."""
        return self._run.parts.attendance.mine(self._run.now())

    def by_hand(self) -> bool:
        """It was set by hand and stays so until it is set to online."""
        return self._run.parts.attendance.by_hand is not None

    def set(self, presence: Presence) -> None:
        """By hand: away or offline stay until online is set; online goes by the keys again."""

        def act(out: Outcome) -> None:
            self._run.parts.attendance.set(presence, self._run.now())
            out.changes.append(PresenceChanged())

        self._run.act(act)

    def touched(self) -> None:
        """A key: the reader is here. Cheap, for every key."""
        if self._run.parts.attendance.touched(self._run.now()):
            self._run.act(lambda out: out.changes.append(PresenceChanged()))

    def sighting(self, thread: ThreadKey, person: str) -> Sighting | None:
        """What somebody of the thread says of themselves there, and when they were last seen."""
        return self._run.parts.roster.people.sighting(thread, person)
