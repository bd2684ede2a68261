"""Every wait and limit of the realtime server, with the real server's value as default.

A test scales them; nobody else reads a clock constant. Also the averages that the rate limits are made
of. Pure: time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from supachat.server.context import Limits


@dataclass(frozen=True, slots=True)
class RealtimeLimits:
    """Seconds, bytes and counts."""

    refused_join_pause: float = 5.0  # the whole socket stands still meanwhile
    refused_handshake_pause: float = 2.0
    idle: float = 60.0
    ready_wait: float = 60.0  # for `replication_ready`
    token_check: float = 300.0  # a token is looked at again at least this often
    database_wait: float = 15.0  # for a connection in a join check
    frame_bytes: int = 5_000_000
    body_bytes: int = 8_000_000
    payload_kb: int = 3_000
    unsent_bytes: int = 48_000_000  # kept for a socket that does not read; over it the socket is cut
    users: int = 200
    channels_per_socket: int = 100
    joins_per_second: float = 100
    events_per_second: float = 100
    presence_per_second: float = 1_000
    presence_calls: int = 5
    presence_window: float = 30.0
    rate_bucket: float = 5.0
    rate_buckets: int = 12
    stream_status: float = 0.25
    stream_stall: float = 5.0  # sent position behind and not moving for so long: connect anew
    stream_retry: float = 0.25
    stream_retry_cap: float = 5.0
    changes_waiting: int = 5_000  # table changes not worked off yet; over it they are skipped
    change_bytes: int = 1_048_576  # a postgres_changes record over it loses its long values

    @classmethod
    def of(cls, limits: Limits) -> RealtimeLimits:
        """These limits with what the whole gateway was told."""
        return cls(
            refused_join_pause=limits.join_pause,
            refused_handshake_pause=limits.refuse_pause,
            idle=limits.idle,
            token_check=limits.token_check,
            frame_bytes=limits.frame,
            payload_kb=limits.payload // 1000,
            users=limits.users,
            channels_per_socket=limits.channels,
            joins_per_second=limits.joins_per_second,
            events_per_second=limits.events_per_second,
            presence_per_second=limits.presence_per_second,
            presence_calls=limits.presence_calls,
            presence_window=limits.presence_window,
        )

    @property
    def payload_bytes(self) -> int:
        """The largest broadcast, in bytes of Erlang's external term format."""
        return self.payload_kb * 1000 + 500


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
    """Bytes of a JSON value in Erlang's external term format, the unit of the payload limit."""
    if isinstance(value, str):
        return 5 + len(value.encode())
    if isinstance(value, bool) or value is None:
        return 2 + len({True: "true", False: "false", None: "nil"}[value])
    if isinstance(value, int):
        return (
            2 if 0 <= value < 256 else 5 if -(2**31) <= value < 2**31 else 3 + (value.bit_length() + 7) // 8
        )
    if isinstance(value, dict):
        return 5 + sum(term_size(key) + term_size(item) for key, item in value.items())
    if isinstance(value, list):
        return 6 + sum(term_size(item) for item in value) if value else 1
    return 9


def too_large(payload: object, wire_bytes: int, limit: int) -> bool:
    """Whether a broadcast is over the limit. A term is at most thrice its JSON: most need no measure."""
    return wire_bytes * 3 > limit and term_size(payload) > limit
