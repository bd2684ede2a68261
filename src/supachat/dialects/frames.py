"""What stands in a realtime frame, as events. A stranger may have made it.

Nothing here raises: what does not fit is nothing. A row is believed on a sealed topic only; who types or
is present is believed only of the thread's own members; no name is ever taken from a payload.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from supachat.dialects import feeds, moments, rows
from supachat.dialects.newsshape import Attendance, Hearsay, Notices, Reads, Rows, Told, Typing
from supachat.dialects.shape import Map
from supachat.domain.events import (
    Event,
    FeedHeard,
    ListStale,
    MessageArrived,
    MessageGone,
    MessageHinted,
    PersonRead,
    PresenceHeard,
    TypingHeard,
)
from supachat.domain.feeds import FeedRow, Severity
from supachat.domain.model import (
    NOTHING,
    Cursor,
    Draft,
    Extra,
    Message,
    MessageKind,
    Micros,
    PersonKind,
    Presence,
    Sighting,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line

Members = Callable[[ThreadKey], Collection[str]]
"""The person ids of a thread; empty for one that is not known."""

NOTICE = "notice:"
"""Stands before a notice's id, so that it is no message's; alone where the notice has none."""
MOST_CONNECTIONS = 100
"""Payloads looked at under one presence key; more is somebody's joke."""

_STATUS = {"online": Presence.ONLINE, "away": Presence.AWAY, "offline": Presence.OFFLINE}
_RANK = (Presence.ONLINE, Presence.AWAY, Presence.OFFLINE)


def hear(
    map_: Map, topic: str, event: str, payload: object, *, sealed: bool, me: str, members: Members
) -> tuple[Event, ...]:
    """The events of one broadcast; none where it says nothing that we may believe."""
    if not isinstance(payload, Mapping):
        return ()
    news = map_.news
    try:
        if news.rows and news.rows.event == event and (id_ := news.rows.key(topic)):
            return _row(map_, news.rows, id_, payload, sealed=sealed, me=me)
        if news.rows and event in (news.rows.changed, news.rows.gone) and (id_ := news.rows.key(topic)):
            return _changed(map_, news.rows, id_, event, payload, sealed=sealed, me=me)
        if news.notices and news.notices.event == event and news.notices.key(topic):
            return _notice(map_, news.notices, payload)
        if news.reads and news.reads.event == event and (id_ := news.reads.key(topic)):
            return _read(map_, news.reads, id_, payload, sealed=sealed)
        if news.moved and news.moved.event == event and news.moved.key(topic):
            return (ListStale(map_.name),)
        if news.typing and news.typing.event == event and (id_ := news.typing.key(topic)):
            return _typing(map_, news.typing, id_, payload, me=me, members=members)
        if news.hint and news.hint.event == event and (id_ := news.hint.key(topic)):
            return (MessageHinted(ThreadKey(map_.name, id_)),)
        if news.hearsay and news.hearsay.event == event and (id_ := news.hearsay.key(topic)):
            return _hearsay(map_, news.hearsay, id_, payload, members=members)
        if map_.notices and map_.notices.key(topic):
            return _told(map_, map_.notices, event, payload, me=me, members=members)
        if map_.notices and news.rows and sealed and news.rows.sealed and (id_ := news.rows.key(topic)):
            return _told_in(map_, map_.notices, id_, event, payload)
    except rows.Misfit:
        return ()
    return ()


def saying(map_: Map, draft: Draft, me: str, now: Micros) -> tuple[str, str, dict[str, Any]] | None:
    """Topic, event and payload of a message that is stored nowhere."""
    part = map_.news.hearsay
    if part is None:
        return None
    payload: dict[str, Any] = {part.id: draft.id, part.author: me, part.body: draft.raw}
    if part.at is not None:
        payload[part.at] = moments.show(now)
    return part.of(draft.thread.id), part.event, payload


def _hearsay(
    map_: Map, part: Hearsay, id_: str, payload: Mapping[str, Any], *, members: Members
) -> tuple[Event, ...]:
    """A message that nobody can check: kept as heard, if its author belongs to the thread.

    One in the reader's own name is somebody else's doing, or came from another of their devices: it is
    shown as heard, never as their own.
    """
    thread, author = ThreadKey(map_.name, id_), rows.key(payload, part.author)
    if author not in members(thread):
        return ()
    said = rows.text(payload, part.body)
    key, unsaid = rows.key(payload, part.id), Micros(0)  # a stranger's clock orders nothing
    message = Message(thread, key, author, unsaid, said, safe(said), extra=Extra(hearsay=True))
    return (MessageArrived(message),)


def _told(
    map_: Map, part: Told, event: str, payload: Mapping[str, Any], *, me: str, members: Members
) -> tuple[Event, ...]:
    """What the project's backend says to the reader, on a topic of their own."""
    found: list[Event] = [ListStale(map_.name)] if event in part.lists else []
    if part.sealed and event not in part.quiet:
        row = feeds.notice(map_, part, event, payload)
        found.append(FeedHeard(row))
        id_ = payload.get(part.thread) if part.thread else None
        if isinstance(id_, str) and me in members(thread := ThreadKey(map_.name, id_)):
            found.append(_in_thread(thread, row))
    return tuple(found)


def _told_in(map_: Map, part: Told, id_: str, event: str, payload: Mapping[str, Any]) -> tuple[Event, ...]:
    """What it says to everybody in a thread, on the thread's own sealed topic."""
    if event in part.quiet:
        return ()
    row = feeds.notice(map_, part, event, payload)
    return (FeedHeard(row), _in_thread(ThreadKey(map_.name, id_), row))


def _in_thread(thread: ThreadKey, row: FeedRow) -> MessageArrived:
    """The same row as it stands among a thread's messages. Whoever heard it knows when."""
    words = f"{row.title}\n{row.body}" if row.body else row.title
    extra = Extra(MessageKind.NOTICE, PersonKind.SYSTEM, urgent=row.severity is not Severity.INFO)
    id_ = NOTICE if row.id == row.kind else NOTICE + row.id
    author = PersonKind.SYSTEM.value
    told = Message(thread, id_, author, row.at, words, safe(words), extra=extra)
    return MessageArrived(told)


def present(map_: Map, topic: str, state: object, me: str, members: Members) -> PresenceHeard | None:
    """Who of the thread's members is on `topic`; None where that is no topic of a thread we know.

    `state` is each presence key with the payloads tracked under it; a key is a person's id.
    """
    part = map_.news.presence
    id_ = part.key(topic) if part else None
    if part is None or id_ is None or not isinstance(state, Mapping):
        return None
    thread = ThreadKey(map_.name, id_)
    belonging = frozenset(members(thread))
    there = {
        person: _status(state[person], part.status) for person in belonging if state.get(person) is not None
    }
    seen = {
        person: one
        for person, presence in there.items()
        if (one := _sighting(state[person], part, presence)) is not None
    }
    return PresenceHeard(thread, there, seen) if belonging else None


def _row(
    map_: Map, part: Rows, id_: str, payload: Mapping[str, Any], *, sealed: bool, me: str
) -> tuple[Event, ...]:
    thread = ThreadKey(map_.name, id_)
    if not (sealed and part.sealed):
        return (MessageHinted(thread),)
    record = payload.get(part.record)
    if not isinstance(record, Mapping) or not _same_table(map_, payload):
        return ()
    message, author = rows.message(map_, record, me), rows.author(map_, record)
    return (MessageArrived(message, author=author),) if message.thread == thread else ()


def _changed(
    map_: Map, part: Rows, id_: str, event: str, payload: Mapping[str, Any], *, sealed: bool, me: str
) -> tuple[Event, ...]:
    """A row was edited or deleted. Of a deleted one only the key is taken."""
    if not (sealed and part.sealed):
        return (MessageHinted(ThreadKey(map_.name, id_), changed=True),)
    record = payload.get(part.record if event == part.changed else part.old)
    if not isinstance(record, Mapping) or not _same_table(map_, payload):
        return ()
    if event == part.gone:
        return (MessageGone(map_.name, rows.key(record, map_.messages.key)),)
    message, author = rows.message(map_, record, me), rows.author(map_, record)
    return (MessageArrived(message, changed=True, author=author),) if message.thread.id == id_ else ()


def _same_table(map_: Map, payload: Mapping[str, Any]) -> bool:
    """Another table's trigger may speak on the same topic: its rows are not messages."""
    return payload.get("table") == map_.messages.table and payload.get("schema") == map_.schema_


def _notice(map_: Map, part: Notices, payload: Mapping[str, Any]) -> tuple[Event, ...]:
    return (MessageHinted(ThreadKey(map_.name, rows.key(payload, part.thread))),)


def _read(
    map_: Map, part: Reads, id_: str, payload: Mapping[str, Any], *, sealed: bool
) -> tuple[Event, ...]:
    if not (sealed and part.sealed):
        return (ListStale(map_.name),)
    to = Cursor(rows.moment(payload, part.at), rows.key(payload, part.id))
    return (PersonRead(ThreadKey(map_.name, id_), rows.key(payload, part.person), to),)


def _typing(
    map_: Map, part: Typing, id_: str, payload: Mapping[str, Any], *, me: str, members: Members
) -> tuple[Event, ...]:
    thread, person = ThreadKey(map_.name, id_), rows.key(payload, part.person)
    if person == me or person not in members(thread):
        return ()
    return (TypingHeard(thread, person),)


def _sighting(payloads: object, part: Attendance, presence: Presence) -> Sighting | None:
    """What somebody says of themselves, where the map knows of more than that they are there."""
    if isinstance(payloads, Mapping):
        payloads = payloads.get("metas")
    if not isinstance(payloads, Sequence) or isinstance(payloads, str):
        return None
    last = next((one for one in reversed(payloads[:MOST_CONNECTIONS]) if isinstance(one, Mapping)), {})
    name, action = (
        safe_line(value, limit=80) if key and isinstance(value := last.get(key), str) else NOTHING
        for key in (part.name, part.action)
    )
    return Sighting(presence, name, action) if name or action else None


def _status(payloads: object, column: str) -> Presence:
    """The liveliest of one person's connections; who does not say is online."""
    if isinstance(payloads, Mapping):
        payloads = payloads.get("metas")  # as it stands on the wire
    if not isinstance(payloads, Sequence) or isinstance(payloads, str):
        return Presence.ONLINE
    said = [payload.get(column) for payload in payloads[:MOST_CONNECTIONS] if isinstance(payload, Mapping)]
    heard = {_STATUS.get(word, Presence.ONLINE) for word in said if isinstance(word, str)}
    return next((rank for rank in _RANK if rank in heard), Presence.ONLINE)
