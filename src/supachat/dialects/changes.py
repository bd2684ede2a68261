"""Rows that the database tells as they change (postgres_changes), as events.

No client can make such a frame, so on a private topic it is believed; on a topic that everybody may join
it is a hint. Nothing here raises: what does not fit is a hint too, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from supachat.dialects import asks, feeds, rows
from supachat.dialects.calls import Binding, Topic
from supachat.dialects.newsshape import Change
from supachat.dialects.shape import Map
from supachat.domain.events import (
    Event,
    FeedHeard,
    ListStale,
    MessageArrived,
    MessageGone,
    MessageHinted,
    PersonSeen,
    PriceHeard,
)
from supachat.domain.model import ThreadKey

_PLAIN = re.compile(r"[A-Za-z0-9_:@-]+")


def topics(map_: Map, slot: str, key: str) -> list[Topic]:
    """The topics of one thread or user on which rows are told, each with its bindings."""
    return [
        Topic(change.head + key, private=change.private, bindings=_bindings(map_, change, key))
        for change in map_.changes
        if change.slot == slot
    ]


def _bindings(map_: Map, change: Change, key: str) -> tuple[Binding, ...]:
    value = key if _PLAIN.fullmatch(key) else asks.quoted(key)
    filter_ = change.filter.replace(change.slot, value)
    events = ["*"] if len(set(change.events)) == 3 else change.events
    return tuple(Binding(event, change.table, map_.schema_, filter_) for event in events)


def told(map_: Map, topic: str, data: Mapping[str, Any], *, private: bool, me: str) -> tuple[Event, ...]:
    """The events of one frame, each once, whichever of the topic's bindings brought it."""
    found: list[Event] = []
    for change in map_.changes:
        key = change.key(topic)
        if key is None or not _is_of(map_, change, data):
            continue
        event = _meaning(map_, change, key, data, believed=private and change.private, me=me)
        if event is not None and event not in found:
            found.append(event)
    return tuple(found)


def _is_of(map_: Map, change: Change, data: Mapping[str, Any]) -> bool:
    place = (data.get("schema"), data.get("table"))
    return place == (map_.schema_, change.table) and data.get("type") in change.events


def _meaning(
    map_: Map, change: Change, key: str, data: Mapping[str, Any], *, believed: bool, me: str
) -> Event | None:
    if change.means == "list":
        return ListStale(map_.name)
    if change.means == "message":
        return _message(map_, change, key, data, believed=believed, me=me)
    if not believed or data.get("type") == "DELETE" or data.get("errors"):
        return None
    try:
        return _beside(map_, change, _record(data), me)
    except rows.Misfit:
        return None


def _beside(map_: Map, change: Change, record: Mapping[str, Any], me: str) -> Event | None:
    """A row that is no message. Raises Misfit."""
    if change.means == "price" and map_.prices is not None:
        return PriceHeard(feeds.tick(map_, map_.prices, record))
    if change.means == "presence" and map_.presence_row is not None:
        return seen(map_, record, me)
    feed = next(one for one in map_.feeds if one.name == change.feed)
    return FeedHeard(feeds.feed_row(map_, feed, record))


def seen(map_: Map, record: Mapping[str, Any], me: str) -> PersonSeen | None:
    """What a row of presence says of one person; nothing is told of oneself. Raises Misfit."""
    part = map_.presence_row
    person = rows.key(record, part.person) if part is not None else me
    if part is None or person == me:
        return None
    thread = ThreadKey(map_.name, rows.key(record, part.thread))
    return PersonSeen(thread, person, feeds.sighting(part, record))


def _message(
    map_: Map, change: Change, key: str, data: Mapping[str, Any], *, believed: bool, me: str
) -> Event | None:
    """A row that came whole is believed; one that did not (too long, or a text that was left out because
    nobody touched it) is read."""
    of = ThreadKey(map_.name, key) if change.slot == "{thread}" else None
    changed = data.get("type") == "UPDATE"
    try:
        if data.get("type") == "DELETE":
            return _gone(map_, data, believed=believed)
        record = _record(data)
        thread = ThreadKey(map_.name, rows.key(record, map_.messages.thread))
        if of is not None and thread != of:
            return None
        of = thread
        if not believed or data.get("errors"):
            return MessageHinted(thread, changed)
        message = rows.message(map_, record, me)
        return MessageArrived(message, changed=changed, author=rows.author(map_, record))
    except rows.Misfit:
        return MessageHinted(of, changed) if of is not None else None


def _gone(map_: Map, data: Mapping[str, Any], *, believed: bool) -> Event:
    """Of a deleted row the key is told, to everybody."""
    old = data.get("old_record")
    key = rows.key(old if isinstance(old, Mapping) else {}, map_.messages.key)
    return MessageGone(map_.name, key, hint=not believed)


def _record(data: Mapping[str, Any]) -> Mapping[str, Any]:
    record = data.get("record")
    return record if isinstance(record, Mapping) else {}
