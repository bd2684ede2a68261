"""The whole vocabulary between the rooms: what the world told us, what the screen must know, what we
ask of the server, what we keep.

Event    from the remote to the engine
Change   from the engine to the screen; complete in itself, to be applied in order
Request  from the engine to the remote, carried out by `Remote.perform`
Write    from the engine to the cache: see `domain.keeping`
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from supachat.domain.health import Health, Link
from supachat.domain.keeping import Span, Write
from supachat.domain.model import (
    NOTHING,
    Account,
    Cursor,
    Draft,
    Item,
    Message,
    Person,
    Presence,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe

# ---------------------------------------------------------------- events: the world told us


@dataclass(frozen=True, slots=True)
class SignedIn:
    account: Account
    sources: tuple[SourceInfo, ...]


@dataclass(frozen=True, slots=True)
class SessionLost:
    """The session is over (revoked, or the refresh token is spent). Nothing local is dropped."""

    reason: Safe


@dataclass(frozen=True, slots=True)
class SessionUnkept:
    """Signed in, but not beyond this run, though that was wanted."""

    reason: Safe


@dataclass(frozen=True, slots=True)
class LinkMoved:
    link: Link


@dataclass(frozen=True, slots=True)
class ThreadReady:
    """The thread's topics are joined and its rows flow from now on: fetch what was missed."""

    thread: ThreadKey


@dataclass(frozen=True, slots=True)
class ThreadDeaf:
    """The thread's topics are no longer joined: rows may pass unheard until the next ThreadReady."""

    thread: ThreadKey


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """A row, whole, from a sealed topic: to be believed."""

    message: Message
    client_sent_at: float | None = None


@dataclass(frozen=True, slots=True)
class MessageHinted:
    """Somebody says that something happened in the thread: read it, believe nothing."""

    thread: ThreadKey


@dataclass(frozen=True, slots=True)
class MessageGone:
    """A row was deleted. The key is all that is known."""

    source: str
    id: str


@dataclass(frozen=True, slots=True)
class TypingHeard:
    thread: ThreadKey
    person: str


@dataclass(frozen=True, slots=True)
class PresenceHeard:
    """Who is on a thread's topic right now, whole: who is not named is not there."""

    thread: ThreadKey
    present: dict[str, Presence]


@dataclass(frozen=True, slots=True)
class ThreadsListed:
    """The thread list of one source, whole."""

    source: str
    threads: tuple[Thread, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class PageFetched:
    """The answer to a FetchPage. `whole` = the server had no more on that side."""

    request: FetchPage
    messages: tuple[Message, ...]
    """Oldest first."""
    people: tuple[Person, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the cache had, oldest first. `spans` and `verified` come with the first page only."""

    request: Recall
    messages: tuple[Message, ...]
    spans: tuple[Span, ...] = ()
    verified: Cursor | None = None


@dataclass(frozen=True, slots=True)
class ListStale:
    """The thread list may have moved unheard: read it again."""

    source: str


@dataclass(frozen=True, slots=True)
class DraftKept:
    """The draft is on disk: from now on it may be sent, and the screen may say so."""

    id: str


@dataclass(frozen=True, slots=True)
class DraftStored:
    """The server has the row. `message` is None where it only said so."""

    draft: Draft
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class ReadMarked:
    thread: ThreadKey
    to: Cursor


Event = (
    SignedIn
    | SessionLost
    | SessionUnkept
    | LinkMoved
    | ThreadReady
    | ThreadDeaf
    | MessageArrived
    | MessageHinted
    | MessageGone
    | TypingHeard
    | PresenceHeard
    | ThreadsListed
    | PageFetched
    | Recalled
    | ListStale
    | DraftKept
    | DraftStored
    | ReadMarked
)

# ---------------------------------------------------------------- changes: the screen must know


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
    START = "start"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EdgeChanged:
    thread: ThreadKey
    edge: Edge
    reason: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Names, typing or presence of these threads: ask the client. Empty = anybody's."""

    threads: frozenset[ThreadKey] = frozenset()


@dataclass(frozen=True, slots=True)
class HealthChanged:
    health: Health


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """Signed in (`account`), or out (None) with the reason in words."""

    account: Account | None
    reason: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class TextReturned:
    """A text goes back to the composer of its thread: it was not sent and is not lost."""

    thread: ThreadKey
    text: str
    reason: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class Notice:
    """A toast. `grade` is info, warning or error."""

    title: Safe
    details: Safe = NOTHING
    grade: str = "info"


Change = (
    ThreadsChanged
    | TimelineReset
    | TimelineSpliced
    | EdgeChanged
    | PeopleChanged
    | HealthChanged
    | AccountChanged
    | TextReturned
    | Notice
)

# ---------------------------------------------------------------- requests: asked of the server


@dataclass(frozen=True, slots=True)
class ListThreads:
    source: str


@dataclass(frozen=True, slots=True)
class FetchPage:
    """Up to `limit` messages: before a cursor (newest first on the wire), after one, or the newest."""

    thread: ThreadKey
    before: Cursor | None = None
    after: Cursor | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class SendDraft:
    draft: Draft


@dataclass(frozen=True, slots=True)
class MarkRead:
    thread: ThreadKey
    to: Cursor


@dataclass(frozen=True, slots=True)
class Watch:
    """The threads whose topics should be joined, the most wanted first."""

    threads: tuple[ThreadKey, ...]


@dataclass(frozen=True, slots=True)
class TellTyping:
    thread: ThreadKey


@dataclass(frozen=True, slots=True)
class Recall:
    """Asked of the cache, not of the server: messages from `since` to before `before`, or the newest."""

    thread: ThreadKey
    before: Cursor | None = None
    since: Cursor | None = None
    limit: int = 50


Request = ListThreads | FetchPage | SendDraft | MarkRead | Watch | TellTyping | Recall

# ---------------------------------------------------------------- what it comes to


@dataclass(frozen=True, slots=True)
class Step:
    """What one input to the engine comes to. Writes are committed first, changes shown, requests sent."""

    changes: tuple[Change, ...] = ()
    requests: tuple[Request, ...] = ()
    writes: tuple[Write, ...] = ()
