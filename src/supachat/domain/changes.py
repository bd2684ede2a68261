"""What the screen must know: each Change is complete in itself, and they are applied in order.

Frozen values.
"""

from __future__ import annotations

from enum import StrEnum

from supachat.domain.health import Health
from supachat.domain.model import NOTHING, Account, Draft, Item, Standing, ThreadKey
from supachat.domain.text import Safe
from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class ThreadsChanged:
    """The list's rows or their order: ask `client.threads()`."""


@dataclass(frozen=True, slots=True)
class TimelineReset:
    """The open thread's items, whole. Replaces whatever the pane held."""

    thread: ThreadKey
    items: tuple[Item, ...]
    new_after: str | None = None
    """The id after which the line "n new" stands; None for no line."""


@dataclass(frozen=True, slots=True)
class TimelineSpliced:
    """Of the open thread: `items[start:start + removed] = inserted`."""

    thread: ThreadKey
    start: int
    removed: int
    inserted: tuple[Item, ...]


class Edge(StrEnum):
    """What is known about the older end of the open thread's items."""

    MORE = "more"
    LOADING = "loading"
    WAITING = "waiting"
    """Older ones are asked for once there is a way to the server."""
    START = "start"
    HEARD = "heard"
    """Nothing older was heard on this computer, and the server keeps none."""
    FAILED = "failed"

    @property
    def is_end(self) -> bool:
        """Whether there is nothing older to be had."""
        return self in (Edge.START, Edge.HEARD)


@dataclass(frozen=True, slots=True)
class EdgeChanged:
    thread: ThreadKey
    edge: Edge
    reason: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class Sought:
    """The message that was sought is in the timeline, with the page around it; or why it is not."""

    thread: ThreadKey
    message: str
    found: bool
    reason: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """How complete the open thread is. While it is complete, a newer end alone is not told."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Names, typing or presence: ask the client."""


@dataclass(frozen=True, slots=True)
class HealthChanged:
    health: Health


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """Signed in (`account`), or out (None) with the reason in words."""

    account: Account | None
    reason: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class Vacated:
    """The account whose threads were shown has left: nothing of it stays on the screen, and no thread is
    open any more."""


@dataclass(frozen=True, slots=True)
class EditRefused:
    """The server refused an edit: the message is as it was. The draft waits in the outbox until somebody
    takes its text back."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Notice:
    """A toast. `grade` is info, warning or error."""

    title: Safe
    details: Safe = NOTHING
    grade: str = "info"


@dataclass(frozen=True, slots=True)
class FeedChanged:
    """The rows of a feed, or which feeds there are: ask `client.feeds`."""


@dataclass(frozen=True, slots=True)
class PricesChanged:
    """Ask `client.prices`. Told as often as prices come: paint at most twice a second."""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """What the reader is to others: ask `client.attendance`."""


@dataclass(frozen=True, slots=True)
class Alerted:
    """To be told wherever the person looks: a toast, and a notice of the desktop. Already weighed: it is
    never of the thread that is looked at, of a muted thread or source, or in quiet hours."""

    title: Safe
    details: Safe = NOTHING
    source: str = ""
    thread: ThreadKey | None = None
    feed: str = ""
    """The feed that the row is of, if it is one's."""
    urgent: bool = False
    """A critical alert: quiet hours do not hold it back."""
    among: tuple[ThreadKey, ...] = ()
    """Of several in one: the threads that they are of, if each is of one."""


@dataclass(frozen=True, slots=True)
class ThreadWaits:
    """A conversation that nobody has taken has got its first message, and no thread is open."""

    thread: ThreadKey


Change = (
    ThreadsChanged
    | TimelineReset
    | TimelineSpliced
    | EdgeChanged
    | StandingChanged
    | PeopleChanged
    | HealthChanged
    | AccountChanged
    | Vacated
    | EditRefused
    | Notice
    | FeedChanged
    | PricesChanged
    | PresenceChanged
    | Alerted
    | ThreadWaits
    | Sought
)
