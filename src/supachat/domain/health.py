"""What the link to the server says of itself, and how complete what is on the screen is. Frozen values."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from supachat.domain.model import NOTHING, Act, DraftState, ThreadKey
from supachat.domain.text import Safe
from supachat.domain.values import dataclass


class LinkState(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    DISCONNECTED = "disconnected"
    POLLING = "polling"
    SIGNED_OUT = "signed_out"
    OFFLINE = "offline"
    """The person asked for it: nothing reconnects until they say so."""
    ERROR = "error"


class Grade(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class TopicState(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    DISCONNECTED = "disconnected"
    ERROR = "error"
    PARKED = "parked"
    """Refused for lack of a right: not tried again until the token or the membership changes."""
    LIMITED = "limited"
    """Refused by a rate limit: tried again, but not soon."""


@dataclass(frozen=True, slots=True)
class TopicHealth:
    """One topic of the link. Times ending in `_at` are monotonic seconds, None = never."""

    name: Safe
    state: TopicState
    active_at: float | None = None
    """When something was last heard on it."""
    error: Safe = NOTHING
    error_at: float | None = None
    next_try_at: float | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What the connection says of itself. Times ending in `_at` are monotonic seconds."""

    state: LinkState = LinkState.CONNECTING
    round_trip: float | None = None
    """Seconds, of the last heartbeat."""
    connect_time: float | None = None
    """Seconds from the start of the last connect to its socket being open."""
    attempt: int = 0
    next_try_at: float | None = None
    reason: Safe = NOTHING
    """Why it is not live, in words that a person can use."""
    joined: int = 0
    wanted: int = 0
    parked: int = 0
    topics: tuple[TopicHealth, ...] = ()
    """Every topic that is wanted, the most wanted first."""
    clock_skew: float = 0.0
    """Seconds by which this computer's clock is ahead of the server's, as far as its answers show."""
    latency: float | None = None
    """Seconds from the time in the last row that was heard (a column that the server sets as it is
    written) to its being heard, by the server's clock."""
    strays: int = 0
    """Rows that were heard of threads in which the reader is no member: RLS should have hidden them."""
    polled: bool = False
    """Topics are joined, but not all that are near: what the others would bring is asked for instead."""
    mute: bool = False
    """The socket is up, and its last heartbeat is overdue: nobody knows whether anything comes."""
    silent: bool = False
    """Topics are joined, but the tables do not answer: what is new is heard, and nothing can be sent."""


@dataclass(frozen=True, slots=True)
class Health:
    """The link, and how complete what is on the screen is."""

    link: Link = field(default_factory=Link)
    grade: Grade = Grade.YELLOW
    catching_up: int = 0
    """Threads whose missed rows are still being read."""
    heard_to: float | None = None
    """While not connected: up to when everything was heard. None where that never was so."""
    backlog: int | None = None
    """Messages that those are known to lack; None where nobody counts them."""
    whole: bool = True
    """The open thread lacks nothing and hears what is new; so where none is open."""
    queued: int = 0
    failed: int = 0
    missed: int = 0
    """Rows of the last hour that a re-read found and realtime had not brought."""
    drops: int = 0
    """Connections lost within the last hour."""
    uptime: float | None = None
    """Share of the last hour connected, 0 to 1; None before it was connected at all. The time before that
    and the time that the person chose to be offline are not of it."""
    watched: float = 0.0
    """Seconds that the share is of, whole minutes: an hour at most."""
    latency: float | None = None
    """Seconds from the commit of the last heard row to its being known here, by the server's clock."""
    trips: tuple[float, ...] = ()
    """Round trips of the last heartbeats in seconds, oldest first: what the sparkline draws."""
    connected_since: float | None = None
    """Monotonic seconds; None while not connected."""
    last_event_at: float | None = None
    last_error: Safe = NOTHING
    last_error_at: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft that has not gone out, as the health page and the shell tell of it."""

    thread: ThreadKey
    title: Safe
    act: Act
    state: DraftState
    age: float
    """Seconds since it was written."""
    tries: int = 0
    reason: Safe = NOTHING
    """What the last try came to; empty where there was none."""
    words: Safe = NOTHING
    """The beginning of its text, for the screen alone: never in a log, nor in `--json`."""
