"""The whole vocabulary between the rooms: what the world told us, what the screen must know, what we
ask of the server, what we keep.

Event    from the remote to the engine: here, and in `domain.answers` and `domain.beside`
Change   from the engine to the screen: see `domain.changes`
Request  from the engine to the remote: see `domain.requests`
Write    from the engine to the cache: see `domain.keeping`
"""

from __future__ import annotations

from dataclasses import field

from supachat.domain.answers import (
    DraftSought,
    DraftStored,
    EditsFetched,
    GapCounted,
    MentionsRead,
    PageFetched,
    PersonRead,
    Recalled,
    ThreadsListed,
    WindowReread,
)
from supachat.domain.beside import FeedHeard, FeedRead, FeedsKnown, PriceHeard, PricesRead
from supachat.domain.changes import (
    AccountChanged,
    Alerted,
    Change,
    Edge,
    EdgeChanged,
    EditRefused,
    FeedChanged,
    HealthChanged,
    Notice,
    PeopleChanged,
    PresenceChanged,
    PricesChanged,
    Sought,
    StandingChanged,
    ThreadsChanged,
    ThreadWaits,
    TimelineReset,
    TimelineSpliced,
    Vacated,
)
from supachat.domain.health import Link
from supachat.domain.keeping import Write
from supachat.domain.model import (
    Account,
    Cursor,
    Message,
    Person,
    Presence,
    Sighting,
    SourceInfo,
    ThreadKey,
)
from supachat.domain.requests import (
    Alter,
    CountGap,
    DeleteMessage,
    EditMessage,
    FetchEdits,
    FetchFeed,
    FetchMentions,
    FetchPage,
    FetchPrices,
    ListThreads,
    MarkRead,
    Recall,
    Request,
    Reread,
    SeekDraft,
    SendDraft,
    TakeFeedRow,
    TellPresence,
    TellTyping,
    Watch,
)
from supachat.domain.text import Safe
from supachat.domain.values import dataclass

__all__ = ["AccountChanged", "Change", "Edge", "EdgeChanged", "HealthChanged", "Notice", "PeopleChanged"]
__all__ += ["StandingChanged", "ThreadsChanged", "TimelineReset", "TimelineSpliced"]
__all__ += ["EditRefused", "Vacated"]
__all__ += ["DeleteMessage", "EditMessage", "FetchEdits", "FetchPage", "ListThreads", "MarkRead", "Recall"]
__all__ += ["Request", "Reread", "SeekDraft", "SendDraft", "TellTyping", "Watch"]
__all__ += ["DraftSought", "DraftStored", "EditsFetched", "MentionsRead", "PageFetched", "PersonRead"]
__all__ += ["Recalled", "ThreadsListed", "WindowReread"]
__all__ += ["FeedHeard", "FeedRead", "FeedsKnown", "PriceHeard", "PricesRead"]
__all__ += ["Alerted", "FeedChanged", "PresenceChanged", "PricesChanged", "Sought", "ThreadWaits"]
__all__ += ["CountGap", "GapCounted"]
__all__ += ["Alter", "FetchFeed", "FetchMentions", "FetchPrices", "TakeFeedRow", "TellPresence"]

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
    changed: bool = False
    """The row was known to be there before and has changed. Without it a known row stays as it is."""
    author: Person | None = None
    """Whoever wrote it, where the row itself names them."""


@dataclass(frozen=True, slots=True)
class MessageHinted:
    """Somebody says that something happened in the thread: read it, believe nothing."""

    thread: ThreadKey
    changed: bool = False
    """What is known there may have been edited or deleted: compare it."""


@dataclass(frozen=True, slots=True)
class MessageGone:
    """A row was deleted. The key is all that is known."""

    source: str
    id: str
    hint: bool = False
    """Nobody vouches for it: if the row is known, look whether it is there."""


@dataclass(frozen=True, slots=True)
class TypingHeard:
    thread: ThreadKey
    person: str


@dataclass(frozen=True, slots=True)
class PresenceHeard:
    """Who is on a thread's topic right now, whole: who is not named is not there."""

    thread: ThreadKey
    present: dict[str, Presence]
    sightings: dict[str, Sighting] = field(default_factory=dict)
    """What else they say of themselves, where the source knows more than that they are there."""


@dataclass(frozen=True, slots=True)
class PeopleUnheard:
    """The topic on which a thread's people are is joined no longer: who is there or types is not known."""

    thread: ThreadKey


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A row says this of one person. It counts only while the thread's topic says nothing."""

    thread: ThreadKey
    person: str
    sighting: Sighting
    age: float = 0.0
    """Seconds since it was written, where it was not told as it changed."""


@dataclass(frozen=True, slots=True)
class ListStale:
    """The thread list may have moved unheard: read it again."""

    source: str


@dataclass(frozen=True, slots=True)
class DraftKept:
    """The draft is on disk: from now on it may be sent, and the screen may say so."""

    id: str
    attempts: int = 0
    """Which of its versions: the one that has been tried this often."""


@dataclass(frozen=True, slots=True)
class ReadMarked:
    """The reader has read the thread up to here, on whichever device."""

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
    | PeopleUnheard
    | ThreadsListed
    | PageFetched
    | GapCounted
    | EditsFetched
    | MentionsRead
    | WindowReread
    | Recalled
    | ListStale
    | DraftKept
    | DraftStored
    | DraftSought
    | ReadMarked
    | PersonRead
    | PersonSeen
    | FeedsKnown
    | FeedRead
    | FeedHeard
    | PricesRead
    | PriceHeard
)

# ---------------------------------------------------------------- what it comes to


@dataclass(frozen=True, slots=True)
class Step:
    """What one input to the engine comes to. Writes are committed first, changes shown, requests sent."""

    changes: tuple[Change, ...] = ()
    requests: tuple[Request, ...] = ()
    writes: tuple[Write, ...] = ()
