"""What stands in a realtime frame, as events. A stranger may have made it.

Nothing here raises: what does not fit is nothing. A row is believed on a sealed topic only; who types or
is present is believed only of the thread's own members; no name is ever taken from a payload.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from supachat.dialects import rows
from supachat.dialects.newsshape import Notices, Rows, Typing
from supachat.dialects.shape import Map
from supachat.domain.events import (
    Event,
    MessageArrived,
    MessageGone,
    MessageHinted,
    PresenceHeard,
    TypingHeard,
)
from supachat.domain.model import Presence, ThreadKey

Members = Callable[[ThreadKey], Collection[str]]
"""The person ids of a thread; empty for one that is not known."""

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
        if news.typing and news.typing.event == event and (id_ := news.typing.key(topic)):
            return _typing(map_, news.typing, id_, payload, me=me, members=members)
    except rows.Misfit:
        return ()
    return ()


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
    return PresenceHeard(thread, there) if belonging else None


def _row(
    map_: Map, part: Rows, id_: str, payload: Mapping[str, Any], *, sealed: bool, me: str
) -> tuple[Event, ...]:
    thread = ThreadKey(map_.name, id_)
    if not (sealed and part.sealed):
        return (MessageHinted(thread),)
    record = payload.get(part.record)
    if not isinstance(record, Mapping) or not _same_table(map_, payload):
        return ()
    message = rows.message(map_, record, me)
    return (MessageArrived(message),) if message.thread == thread else ()


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
    message = rows.message(map_, record, me)
    return (MessageArrived(message, changed=True),) if message.thread.id == id_ else ()


def _same_table(map_: Map, payload: Mapping[str, Any]) -> bool:
    """Another table's trigger may speak on the same topic: its rows are not messages."""
    return payload.get("table") == map_.messages.table and payload.get("schema") == map_.schema_


def _notice(map_: Map, part: Notices, payload: Mapping[str, Any]) -> tuple[Event, ...]:
    return (MessageHinted(ThreadKey(map_.name, rows.key(payload, part.thread))),)


def _typing(
    map_: Map, part: Typing, id_: str, payload: Mapping[str, Any], *, me: str, members: Members
) -> tuple[Event, ...]:
    thread, person = ThreadKey(map_.name, id_), rows.key(payload, part.person)
    if person == me or person not in members(thread):
        return ()
    return (TypingHeard(thread, person),)


def _status(payloads: object, column: str) -> Presence:
    """The liveliest of one person's connections; who does not say is online."""
    if isinstance(payloads, Mapping):
        payloads = payloads.get("metas")  # as it stands on the wire
    if not isinstance(payloads, Sequence) or isinstance(payloads, str):
        return Presence.ONLINE
    said = [payload.get(column) for payload in payloads[:MOST_CONNECTIONS] if isinstance(payload, Mapping)]
    heard = {_STATUS.get(word, Presence.ONLINE) for word in said if isinstance(word, str)}
    return next((rank for rank in _RANK if rank in heard), Presence.ONLINE)
