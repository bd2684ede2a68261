"""What stands in the thread list: sections, feeds, threads, what is archived, in their order. Pure.

Knows which entry stands where and which ones are left out; how one looks is `thread_rows`' affair.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Literal

from supachat.domain.feeds import FeedInfo
from supachat.domain.model import NOTHING, Micros, Presence, Thread, ThreadKey
from supachat.domain.text import Safe
from supachat.domain.values import dataclass


class StatusKind(StrEnum):
    """What a thread's status comes to, whatever its source calls it."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread and what the list says of it beside the thread's own facts."""

    thread: Thread
    presence: Presence | None = None
    """Of the other one, in a thread of two."""
    author: Safe = NOTHING
    """Who wrote the preview; empty in a thread of two."""
    typing: Safe = NOTHING
    standing: StatusKind | None = None
    """None where the source has no status."""
    assistant: bool = False
    """Somebody who is no human answers here."""
    mentions: int = 0
    """Unread messages that mean the reader, as far as is known."""
    assignee: Safe = NOTHING
    """`you`, initials or `-`; empty where the source knows no such thing."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed as a row of its section. `waiting`: rows that nobody has taken."""

    info: FeedInfo
    waiting: int = 0
    last: Micros | None = None
    preview: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class SourceView:
    """A section: one source, its feeds and its threads, in the order to be shown."""

    name: str
    label: Safe
    threads: tuple[ThreadView, ...] = ()
    feeds: tuple[FeedView, ...] = ()
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the list that the cursor can stand on, or a blank row."""

    kind: Literal["source", "feed", "thread", "archived", "blank"]
    id: str
    """The source's name; for a thread its key's id, for a feed its name, within the source."""
    source: SourceView | None = None
    view: ThreadView | None = None
    folded: bool = False
    count: int = 0
    mentions: int = 0
    feed: FeedView | None = None

    @property
    def key(self) -> ThreadKey | None:
        return self.view.thread.key if self.view else None

    @property
    def place(self) -> tuple[str, str, str]:
        """What stays the same when the list is arranged anew."""
        return self.kind, self.source.name if self.source else "", self.id


def entries(sources: Iterable[SourceView], folded: Collection[str], *, tall: bool) -> list[Entry]:
    """The list from top to bottom. `folded` holds source names, and `name/archived` for those unfolded."""
    found: list[Entry] = []
    for source in sources:
        if tall:
            found.append(Entry("blank", source.name))
        shut = source.name in folded
        shown = [view for view in source.threads if not view.thread.archived]
        count = _sum(shown) + sum(feed.waiting for feed in source.feeds)
        meant = sum(view.mentions for view in shown)
        found.append(Entry("source", source.name, source, folded=shut, count=count, mentions=meant))
        if shut:
            continue
        found += [Entry("feed", feed.info.name, source, feed=feed) for feed in source.feeds]
        found += [Entry("thread", view.thread.key.id, source, view) for view in shown]
        found += _archived(source, folded)
    return found


def _archived(source: SourceView, folded: Collection[str]) -> list[Entry]:
    views = [view for view in source.threads if view.thread.archived]
    if not views:
        return []
    shut = f"{source.name}/archived" not in folded
    head = Entry("archived", source.name, source, folded=shut, count=len(views))
    return (
        [head] if shut else [head, *(Entry("thread", view.thread.key.id, source, view) for view in views)]
    )


def _sum(views: Iterable[ThreadView]) -> int:
    return sum(view.thread.unread for view in views if not view.thread.muted)


def keep_order(shown: Sequence[ThreadKey], views: Sequence[ThreadView]) -> tuple[ThreadView, ...]:
    """`views` in the order in which they are on the screen; new ones at the end. For a list in use."""
    place = {key: number for number, key in enumerate(shown)}
    return tuple(sorted(views, key=lambda view: place.get(view.thread.key, len(place))))


def arranged(views: Iterable[ThreadView], *, unread_first: bool) -> tuple[ThreadView, ...]:
    """What means the reader first, what is closed last; between them by time, which is the order they
    come in, or the unread first."""

    def rank(view: ThreadView) -> tuple[bool, bool, bool]:
        read = unread_first and (not view.thread.unread or view.thread.muted)
        return not view.mentions, view.standing is StatusKind.CLOSED, read

    return tuple(sorted(views, key=rank))


# ------------------------------------------------------------ filtering

_TESTS: dict[str, Callable[[ThreadView], bool]] = {
    "unread": lambda view: view.thread.unread > 0,
    "mentions": lambda view: view.mentions > 0,
    "mine": lambda view: view.assignee == "you",
    "nobody": lambda view: view.assignee == "-",
    "muted": lambda view: view.thread.muted,
    "archived": lambda view: view.thread.archived,
}


def fits(view: ThreadView, words: Iterable[str]) -> bool:
    """Whether every word is in the title or the preview, or is a thing that the thread is: its status,
    `unread`, `mentions`, `mine`, `nobody`, `muted`, `archived`."""
    said = f"{view.thread.title}\n{view.thread.preview}".casefold()
    return all(
        word in said or word == view.thread.status or (word in _TESTS and _TESTS[word](view))
        for word in words
    )


def narrowed(sources: Iterable[SourceView], query: str) -> tuple[SourceView, ...]:
    """Only what fits the query, and only sections in which something does; all of it for no query.

    What is archived stands among the others then: whoever asks for it has not to unfold it.
    """
    words = query.casefold().split()
    if not words:
        return tuple(sources)
    found = []
    for source in sources:
        threads = tuple(view for view in source.threads if fits(view, words))
        feeds = tuple(feed for feed in source.feeds if all(w in feed.info.label.casefold() for w in words))
        if threads or feeds:
            found.append(replace(source, threads=threads, feeds=feeds))
    return tuple(found)
