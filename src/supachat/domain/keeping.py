"""What is kept on this computer: the writes of a step, and what a later run finds of them.

A Write goes from the engine to the cache; those of one step are committed together. Frozen values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from supachat.domain.choices import Choices
from supachat.domain.feeds import FeedInfo, FeedRow, Tick
from supachat.domain.model import (
    Account,
    Cursor,
    Draft,
    Message,
    MessageKey,
    Person,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.values import dataclass

Span = tuple[Cursor, Cursor]
"""A stretch of a thread, both ends included, in which every message is known."""
TextKey = ThreadKey | MessageKey
"""What a text that is being typed is for: a new message of a thread, or a message that is edited."""


AHEAD = ThreadKey("", "")
"""What is typed before any thread is open is for the one that will be."""


def thread_of(key: TextKey) -> ThreadKey:
    return key.thread if isinstance(key, MessageKey) else key


@dataclass(frozen=True, slots=True)
class KeepThreads:
    threads: tuple[Thread, ...]


@dataclass(frozen=True, slots=True)
class KeepPeople:
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class KeepMessages:
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class KeepSpans:
    """The stretches of a thread in which every message is known, oldest first.

    Everything up to `verified` was read from the server, not only heard.
    """

    thread: ThreadKey
    spans: tuple[Span, ...]
    verified: Cursor | None = None


@dataclass(frozen=True, slots=True)
class KeepFollowed:
    """Every edit of the thread up to this place in their order has been read."""

    thread: ThreadKey
    to: Cursor


@dataclass(frozen=True, slots=True)
class DropThreads:
    """Threads that the source no longer lists, with everything known of them."""

    threads: tuple[ThreadKey, ...]


@dataclass(frozen=True, slots=True)
class KeepDraft:
    draft: Draft


@dataclass(frozen=True, slots=True)
class DropDraft:
    id: str


@dataclass(frozen=True, slots=True)
class KeepText:
    """What stands unsent in a composer; an empty text drops it."""

    key: TextKey
    text: str


@dataclass(frozen=True, slots=True)
class KeepAccount:
    account: Account
    sources: tuple[SourceInfo, ...]


@dataclass(frozen=True, slots=True)
class KeepOpen:
    """Which thread to show at the next start."""

    thread: ThreadKey


@dataclass(frozen=True, slots=True)
class KeepFeeds:
    """Which feeds a source has, whole."""

    source: str
    feeds: tuple[FeedInfo, ...]


@dataclass(frozen=True, slots=True)
class KeepFeedRows:
    """Rows of one feed. `whole` = these are all there are to be kept of it."""

    source: str
    feed: str
    rows: tuple[FeedRow, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class KeepTicks:
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class KeepChoices:
    choices: Choices


Write = (
    KeepThreads
    | KeepPeople
    | KeepMessages
    | KeepSpans
    | KeepFollowed
    | DropThreads
    | KeepDraft
    | DropDraft
    | KeepText
    | KeepAccount
    | KeepOpen
    | KeepFeeds
    | KeepFeedRows
    | KeepTicks
    | KeepChoices
)


def in_front(text: str, here: str) -> str:
    """A text that comes back to where another one stands: neither is lost."""
    return f"{text}\n{here}" if text and here and here != text else text or here


def written(writes: Iterable[Write]) -> tuple[str, ...]:
    """What a person wrote among these and none of them drops again, in order, as it was written."""
    found: dict[str | TextKey, str] = {}
    for write in writes:
        match write:
            case KeepDraft(draft):
                found[draft.id] = draft.raw
            case DropDraft(draft_id):
                found.pop(draft_id, None)
            case KeepText(key, text):
                found[key] = text
    return tuple(text for text in found.values() if text.strip())


@dataclass(frozen=True, slots=True)
class Memory:
    """What an earlier run left in the cache."""

    account: Account | None = None
    sources: tuple[SourceInfo, ...] = ()
    threads: tuple[Thread, ...] = ()
    people: tuple[Person, ...] = ()
    drafts: tuple[Draft, ...] = ()
    texts: tuple[tuple[TextKey, str], ...] = ()
    """Of the edits the last to be typed at comes last."""
    last_open: ThreadKey | None = None
    feeds: tuple[FeedInfo, ...] = ()
    feed_rows: tuple[FeedRow, ...] = ()
    ticks: tuple[Tick, ...] = ()
    choices: Choices = field(default_factory=Choices)
