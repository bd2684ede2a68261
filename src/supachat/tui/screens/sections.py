"""What the client knows, as the sections of the thread list. Reads the client, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from supachat.client import Client
from supachat.domain.feeds import FeedInfo
from supachat.domain.model import NOTHING, Feature, PersonKind, SourceInfo, Thread
from supachat.domain.text import Safe, safe_line
from supachat.tui.widgets.list_entries import FeedView, SourceView, StatusKind, ThreadView, arranged
from supachat.tui.widgets.typing_line import typing_words


def sections(client: Client, *, unread_first: bool = False) -> list[SourceView]:
    """Every source of the workspace: its feeds, then its threads, in the client's order."""
    sources = client.sources or _guessed(client.threads())
    threads = client.threads()
    return [_section(client, each, threads, unread_first=unread_first) for each in sources]


def _guessed(threads: Iterable[Thread]) -> tuple[SourceInfo, ...]:
    """Sections for cached threads whose source is not known yet."""
    names = dict.fromkeys(thread.key.source for thread in threads)
    return tuple(SourceInfo(name, safe_line(name.capitalize()), frozenset(), "") for name in names)


def _section(
    client: Client, source: SourceInfo, threads: Iterable[Thread], *, unread_first: bool
) -> SourceView:
    views = (_thread(client, source, each) for each in threads if each.key.source == source.name)
    infos = sorted(
        (info for info in client.feeds.all() if info.source == source.name), key=lambda i: not i.urgent
    )
    return SourceView(
        source.name,
        source.label,
        arranged(views, unread_first=unread_first),
        tuple(_feed(client, info) for info in infos),
        muted=client.telling.is_muted(source.name),
    )


def _feed(client: Client, info: FeedInfo) -> FeedView:
    rows = client.feeds.rows(info.source, info.name)
    newest = max(rows, key=lambda row: row.at, default=None)
    waiting = sum(row.waits for row in rows) if info.acts else 0
    return FeedView(info, waiting, newest.at if newest else None, newest.title if newest else NOTHING)


def _thread(client: Client, source: SourceInfo, thread: Thread) -> ThreadView:
    typing = tuple(person.name for person in client.typing(thread.key))
    return replace(
        marked(client, source, thread),
        author=NOTHING if thread.other else _author(client, thread),
        typing=typing_words(typing),
        mentions=client.telling.mentions(thread),
        assignee=_assignee(client, thread),
    )


def marked(client: Client, source: SourceInfo, thread: Thread) -> ThreadView:
    """A thread, with what its mark depends on."""
    return ThreadView(
        thread,
        presence=client.presence(source.name, thread.other) if thread.other else None,
        standing=status_kind(thread.status, source),
        assistant=source.assisted or _assisted(client, thread),
    )


def status_kind(status: str, source: SourceInfo) -> StatusKind | None:
    """What a status comes to: the first of its source's words needs somebody, the last one nobody."""
    if Feature.STATUS not in source.features or status not in source.statuses:
        return None
    at = source.statuses.index(status)
    if at == 0:
        return StatusKind.OPEN
    return StatusKind.CLOSED if at == len(source.statuses) - 1 else StatusKind.WAITING


def _assisted(client: Client, thread: Thread) -> bool:
    found = (client.person(thread.key.source, member) for member in thread.members)
    return any(person is not None and person.kind is PersonKind.ASSISTANT for person in found)


def _assignee(client: Client, thread: Thread) -> Safe:
    """`you`, somebody's initials, `-` for nobody; empty where there is no such thing."""
    if thread.assignee is None:
        return NOTHING
    if not thread.assignee:
        return Safe("-")
    if thread.assignee == client.me(thread.key.source):
        return Safe("you")
    person = client.person(thread.key.source, thread.assignee)
    return initials(person.name if person else safe_line(thread.assignee))


def initials(name: Safe) -> Safe:
    """The first letters of the first and the last word, two at most.

    >>> initials(Safe("Jonas van der Lind"))
    'JL'
    """
    words = [word for word in name.split() if word[0].isalnum()]
    return Safe("".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?")


def _author(client: Client, thread: Thread) -> Safe:
    author = thread.preview_author
    if author is None:
        return NOTHING
    if author == client.me(thread.key.source):
        return Safe("You")
    person = client.person(thread.key.source, author)
    return Safe(person.name.split(" ")[0]) if person else NOTHING
