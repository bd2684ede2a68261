"""What realtime's limits are measured by: averages, sliding windows, the size of a payload.

Pure: time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

from collections import deque


class Rate:
    """An average per second over closed buckets, judged only when a bucket closes."""

    def __init__(self, limit: float, bucket: float, keep: int, now: float) -> None:
        self._limit = limit
        self._bucket = bucket
        self._closed: deque[int] = deque(maxlen=keep)
        self._open = 0
        self._ends = now + bucket

    def add(self, now: float, count: int = 1) -> None:
        """Count so many events at `now`."""
        self._roll(now)
        self._open += count

    def average(self, now: float) -> float:
        """Events per second over the closed buckets."""
        self._roll(now)
        return sum(self._closed) / (len(self._closed) * self._bucket) if self._closed else 0.0

    def tripped(self, now: float) -> bool:
        """Whether the limit is reached."""
        return self.average(now) >= self._limit

    def _roll(self, now: float) -> None:
        if now < self._ends:
            return
        missed = int((now - self._ends) // self._bucket)
        self._closed.append(self._open)
        self._closed.extend([0] * min(missed, self._closed.maxlen or 0))
        self._open = 0
        self._ends += (missed + 1) * self._bucket


class Window:
    """At most so many calls within a sliding window."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._times: deque[float] = deque()

    def allows(self, now: float) -> bool:
        """Whether one more call may happen at `now`."""
        while self._times and now - self._times[0] >= self._seconds:
            self._times.popleft()
        return len(self._times) < self._calls

    def count(self, now: float) -> None:
        """One call happened."""
        self._times.append(now)


def term_size(value: object) -> int:
    """Bytes of a JSON value in Erlang's external term format, the unit of the payload limit.

    Without recursion: a stranger may nest what is read more deeply than Python's functions may call.
    """
    total, left = 0, [value]
    while left:
        item = left.pop()
        total += _own_size(item)
        if isinstance(item, dict):
            left += [*item, *item.values()]
        elif isinstance(item, list):
            left += item
    return total


def _own_size(value: object) -> int:
    """Without what is inside."""
    if isinstance(value, str):
        return 5 + len(value.encode())
    if isinstance(value, bool) or value is None:
        return 2 + len({True: "true", False: "false", None: "nil"}[value])
    if isinstance(value, int):
        return (
            2 if 0 <= value < 256 else 5 if -(2**31) <= value < 2**31 else 3 + (value.bit_length() + 7) // 8
        )
    if isinstance(value, dict):
        return 5
    if isinstance(value, list):
        return 6 if value else 1
    return 9


def too_large(payload: object, wire_bytes: int, limit: int) -> bool:
    """Whether a broadcast is over the limit. A term is at most thrice its JSON: most need no measure."""
    return wire_bytes * 3 > limit and term_size(payload) > limit
