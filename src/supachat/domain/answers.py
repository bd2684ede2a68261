"""Events that answer a request, and what they carry. All of them are in `domain.events` too.

Values only. What nobody asked for is no answer: that stands in `domain.events`.
"""

from __future__ import annotations

from supachat.domain.keeping import Span
from supachat.domain.model import Cursor, Draft, Message, Person, Thread, ThreadKey
from supachat.domain.requests import CountGap, FetchEdits, FetchMentions, FetchPage, Recall, Reread
from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class PersonRead:
    """Somebody else has read the thread up to here."""

    thread: ThreadKey
    person: str
    to: Cursor


@dataclass(frozen=True, slots=True)
class ThreadsListed:
    """The thread list of one source, whole."""

    source: str
    threads: tuple[Thread, ...]
    people: tuple[Person, ...]
    reads: tuple[PersonRead, ...] = ()


@dataclass(frozen=True, slots=True)
class PageFetched:
    """The answer to a FetchPage. `whole` = the server had no more on that side."""

    request: FetchPage
    messages: tuple[Message, ...]
    """Oldest first."""
    people: tuple[Person, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class GapCounted:
    """The answer to a CountGap. `about` is None where the server does not say."""

    request: CountGap
    about: int | None = None


@dataclass(frozen=True, slots=True)
class EditsFetched:
    """The answer to a FetchEdits, in the order of the edits. `whole` = there were no more."""

    request: FetchEdits
    messages: tuple[Message, ...]
    reached: Cursor | None = None
    """The last row's place in the order of edits; None where no row came."""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class MentionsRead:
    """The answer to a FetchMentions: messages that seem to mean the reader."""

    request: FetchMentions
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class WindowReread:
    """The answer to a Reread: all there are in the stretch, oldest first."""

    request: Reread
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the cache had, oldest first. All but the messages comes with the first page only."""

    request: Recall
    messages: tuple[Message, ...]
    spans: tuple[Span, ...] = ()
    verified: Cursor | None = None
    followed: Cursor | None = None
    lost: bool = False
    """It cannot be read, or is not what was kept: that a message is not here says nothing of it."""


@dataclass(frozen=True, slots=True)
class DraftStored:
    """The server did what the draft says. `message` is the row, None where it only said so."""

    draft: Draft
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class DraftSought:
    """The answer to a SeekDraft: the rows that may be it, oldest first."""

    draft: Draft
    found: tuple[Message, ...] = ()
