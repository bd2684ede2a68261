"""The rules of the link, pure: when to try again, when a socket is dead, what becomes of a topic.

Time is an argument (`now`, monotonic seconds), and so is chance (`luck`, 0 to 1). Must never read a
clock, sleep, or know of a socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf

from supachat.dialects.calls import Topic
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.remote.verdicts import Cure, Verdict
from supachat.remote.waits import Waits


def jittered(failures: int, luck: float, waits: Waits) -> float:
    """Full jitter: anything between nothing and the doubled wait. `failures` counts from 0."""
    return luck * min(waits.backoff_cap, waits.backoff_first * 2.0 ** min(failures, 30))


def to_tick(every: float, now: float) -> float:
    """Seconds to the next whole multiple of `every`. Whoever looks around at those has company: a computer
    that does nothing is woken once for all of them."""
    return every - now % every


# ---------------------------------------------------------------- the connection


@dataclass(frozen=True, slots=True)
class Backoff:
    """When to connect next. Forgets its failures only after a healthy connection."""

    failures: int = 0
    tried_at: float = -inf
    opened_at: float | None = None
    next_at: float = -inf
    not_before: float = -inf
    """What the server asked for: not even a poke goes below it."""

    def trying(self, now: float) -> Backoff:
        return replace(self, tried_at=now, opened_at=None)

    def opened(self, now: float) -> Backoff:
        return replace(self, opened_at=now)

    def lost(self, now: float, luck: float, waits: Waits, *, floor: float = 0.0) -> Backoff:
        """The attempt failed or the connection ended; `floor` is the least wait. A server that takes
        every connection and drops it is left alone sooner than one that is not there."""
        lived = now - self.opened_at if self.opened_at is not None else None
        failures = 0 if lived is not None and lived >= waits.healthy else self.failures
        steps = 2 * failures if lived is not None and lived < waits.brief else failures
        wait = max(floor, jittered(steps, luck, waits))
        return Backoff(failures + 1, self.tried_at, None, now + wait, now + floor)

    def poked(self, now: float, waits: Waits) -> Backoff:
        """A sign of life: try now, but not sooner than `poke_gap` after the last attempt."""
        soonest = max(now, self.tried_at + waits.poke_gap, self.not_before)
        return replace(self, next_at=min(self.next_at, soonest))


@dataclass(slots=True)
class Budget:
    """Never more than `most` attempts within any `window` seconds, whatever pokes, naps or a person's
    hand ask for: a project can be suspended for a reconnection loop."""

    most: int
    window: float
    _tried: deque[float] = field(default_factory=deque)

    def soonest(self) -> float:
        """The earliest time of the next attempt."""
        return self._tried[0] + self.window if len(self._tried) >= self.most else -inf

    def spent(self, now: float) -> None:
        self._tried.append(now)
        while len(self._tried) > self.most:
            self._tried.popleft()


def silent_since(heard_at: float, oldest_join: float | None) -> float:
    """From when silence counts. A join that the server refuses stops the whole socket, so while one
    is unanswered the count starts at that join."""
    return heard_at if oldest_join is None else max(heard_at, oldest_join)


def dead_at(heard_at: float, oldest_join: float | None, waits: Waits) -> float:
    """When the socket is dead if nothing more is received."""
    limit = waits.silence if oldest_join is None else waits.join
    return silent_since(heard_at, oldest_join) + limit


# ---------------------------------------------------------------- a topic's fate


class Standing(StrEnum):
    WAITING = "waiting"
    JOINING = "joining"
    JOINED = "joined"
    PARKED = "parked"
    """Refused for want of a right: until the token or the membership changes."""
    LIMITED = "limited"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one topic. One topic's fate never touches another's."""

    standing: Standing = Standing.WAITING
    failures: int = 0
    refused: bool = False
    """Its last join was answered with a no: it is joined last, and alone."""
    next_at: float = -inf
    since: float = -inf
    """When it began to join, or was joined."""
    reason: Safe = NOTHING
    """Why it ended last; kept when it is joined again."""
    error_at: float | None = None
    known: bool = False
    """It was joined before."""
    stale: bool = False
    """Its token has ended: it waits a moment for another."""

    def joining(self, now: float) -> Fate:
        return replace(self, standing=Standing.JOINING, since=now)

    def joined(self, now: float) -> Fate:
        return replace(self, standing=Standing.JOINED, since=now, refused=False, known=True, stale=False)

    def ended(self, verdict: Verdict, now: float, luck: float, waits: Waits, *, answered: bool) -> Fate:
        """Its join failed, or it was joined and the server closed it. `answered`: by a refusal."""
        healthy = self.standing is Standing.JOINED and now - self.since >= waits.healthy
        failures = 0 if healthy else self.failures
        wait, standing = jittered(failures, luck, waits), Standing.WAITING
        stale = verdict.cure is Cure.RENEW
        if verdict.cure is Cure.PARK:
            standing = Standing.PARKED
        elif verdict.cure in (Cure.LIMIT, Cure.HALT):
            wait, standing = max(wait, waits.limited), Standing.LIMITED
        elif stale:
            wait = max(wait, waits.renewal)
        return Fate(
            standing, failures + 1, answered, now + wait, now, verdict.words, now, self.known, stale
        )

    def dropped(self) -> Fate:
        """The connection went away, through no fault of this topic."""
        if self.standing in (Standing.JOINING, Standing.JOINED):
            return replace(self, standing=Standing.WAITING, next_at=-inf)
        return self

    def left(self, now: float, luck: float, waits: Waits) -> Fate:
        """We left it to join it anew, a little later: not all at one moment."""
        return replace(self, standing=Standing.WAITING, next_at=now + jittered(0, luck, waits))

    def renewed(self) -> Fate:
        """The token or the membership changed: a parked topic may try again, as its first time, and
        one that waits for a token need not wait any more."""
        if self.stale and self.standing is Standing.WAITING:
            return replace(self, next_at=-inf, stale=False)
        return Fate() if self.standing is Standing.PARKED else self

    def due(self, now: float) -> bool:
        return self.standing in (Standing.WAITING, Standing.LIMITED) and now >= self.next_at


def picks(wanted: Sequence[Topic], fates: Mapping[str, Fate], now: float, waits: Waits) -> list[Topic]:
    """The topics to join now, in the order wanted: at most `joins_in_flight` at once, and those that
    were refused before only when no other is left, one at a time."""
    flying = sum(1 for topic in wanted if _fate(fates, topic).standing is Standing.JOINING)
    due = [topic for topic in wanted if _fate(fates, topic).due(now)]
    clean = [topic for topic in due if not _fate(fates, topic).refused]
    if clean:
        if any(
            _fate(fates, topic).refused and _fate(fates, topic).standing is Standing.JOINING
            for topic in wanted
        ):
            return []
        return clean[: max(0, waits.joins_in_flight - flying)]
    return due[:1] if flying == 0 else []


def next_due(wanted: Iterable[Topic], fates: Mapping[str, Fate]) -> float:
    """When a waiting topic will be due; infinity when none waits."""
    open_ = (_fate(fates, topic) for topic in wanted)
    return min(
        (fate.next_at for fate in open_ if fate.standing in (Standing.WAITING, Standing.LIMITED)),
        default=inf,
    )


def _fate(fates: Mapping[str, Fate], topic: Topic) -> Fate:
    return fates.get(topic.name, _FRESH)


_FRESH = Fate()

# ---------------------------------------------------------------- throttles


@dataclass(slots=True)
class Throttle:
    """At most once in `every` seconds for each key."""

    every: float
    _last: dict[str, float] = field(default_factory=dict)

    def wait(self, key: str, now: float) -> float:
        """Seconds until this key may go; 0 when it may go now."""
        return max(0.0, self._last.get(key, -inf) + self.every - now)

    def went(self, key: str, now: float) -> None:
        self._last[key] = now

    def forget(self, key: str) -> None:
        self._last.pop(key, None)
