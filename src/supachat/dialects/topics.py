"""The realtime topics that a map wants joined, each once, with all that is asked of it. Pure."""

from __future__ import annotations

from dataclasses import replace

from supachat.dialects import changes
from supachat.dialects.calls import Topic, merged
from supachat.dialects.parts import THREAD, USER, Channel
from supachat.dialects.shape import Map


def of_thread(map_: Map, thread_id: str, me: str) -> tuple[Topic, ...]:
    """The topics of one thread, the ones that carry its rows first."""
    news = map_.news
    found: list[Topic] = []
    if news.rows:  # what a backend tells everybody in a thread, it tells where the rows are told
        told = map_.notices is not None and news.rows.sealed
        found.append(replace(_topic(news.rows, thread_id), replays=told))
    found += changes.topics(map_, THREAD, thread_id)
    if news.presence:
        found.append(_topic(news.presence, thread_id, presence_key=me))
    found += [_topic(part, thread_id) for part in (news.reads, news.moved, news.typing, news.hint) if part]
    found += [replace(_topic(news.hearsay, thread_id), acks=True)] if news.hearsay else []
    return merged(found)


def of_user(map_: Map, user_id: str) -> tuple[Topic, ...]:
    """The topics of the reader's own account."""
    found = [_topic(map_.news.notices, user_id)] if map_.news.notices else []
    if map_.notices:
        found.append(replace(_topic(map_.notices, user_id), replays=map_.notices.sealed))
    return merged(found + changes.topics(map_, USER, user_id))


def _topic(part: Channel, key: str, *, presence_key: str = "") -> Topic:
    return Topic(
        part.of(key), sealed=part.sealed, replication_ready=part.from_database, presence_key=presence_key
    )
