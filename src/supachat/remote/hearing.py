"""What the link hears, as events: the dialects say what a payload means, the registry says for whom.

Everything here returns at once and never raises: it runs between a frame and the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from supachat.dialects.grammar import Dialect
from supachat.domain.errors import SupachatError
from supachat.domain.events import Event, FeedHeard, LinkMoved, MessageArrived
from supachat.domain.health import Link
from supachat.domain.model import Micros, Thread, ThreadKey
from supachat.remote.frames import Broadcast, Present, RowChanged
from supachat.remote.measures import Measures
from supachat.remote.registry import Registry
from supachat.remote.skew import Skew

_log = logging.getLogger(__name__)


class Known:
    """What a frame is judged by: who the reader is in each source, and who belongs to a thread."""

    def __init__(self, dialects: Mapping[str, Dialect]) -> None:
        self.dialects = dialects
        self.user = ""
        """The reader's auth id."""
        self.me: dict[str, str] = {}
        self.faults: dict[str, SupachatError] = {}
        """Sources that cannot be used, and why: their tables are not there, or we may not read them."""
        self._threads: dict[ThreadKey, Thread] = {}
        self._listed: dict[str, frozenset[ThreadKey]] = {}
        self.gone: frozenset[ThreadKey] = frozenset()
        """Threads that were the reader's and are no more."""

    def learn(self, threads: Sequence[Thread]) -> bool:
        """True where a thread is new, or its members changed."""
        old = {thread.key: self._threads.get(thread.key) for thread in threads}
        self._threads.update({thread.key: thread for thread in threads})
        return any(was is None or was.members != self._threads[key].members for key, was in old.items())

    def listed(self, source: str, threads: Sequence[Thread]) -> bool:
        """The list of one source, whole. What was in the last one and is not in this is nobody's: it is
        `gone`, and nothing that is heard of it is believed. Answers as `learn`."""
        now = {thread.key for thread in threads}
        gone = self._listed.get(source, frozenset()) - now
        self._listed[source] = frozenset(now)
        self.gone = (self.gone | gone) - now
        for key in gone:
            self._threads.pop(key, None)
        return self.learn(threads)

    def thread(self, key: ThreadKey) -> Thread | None:
        return self._threads.get(key)

    def members(self, key: ThreadKey) -> Collection[str]:
        thread = self._threads.get(key)
        return thread.members if thread else ()

    def forget(self) -> None:
        self.me.clear()
        self.faults.clear()
        self._threads.clear()
        self._listed.clear()
        self.gone = frozenset()


class Hearing:
    """The supervisor's `Ears`, and the one queue of events."""

    def __init__(self, known: Known, registry: Registry, measures: Measures | None = None) -> None:
        self.measures = measures or Measures(Skew())
        self.queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self.doubt: Callable[[], None] = lambda: None
        self.began: Callable[[str], None] = lambda topic: None
        """A topic's rows flow from now on."""
        self.overlay: Callable[[Link], Link] = lambda link: link
        """What the poller has to say of the link."""
        self._known, self._registry = known, registry
        self._present: dict[str, Present] = {}

    def say(self, *events: Event) -> None:
        for event in events:
            self.queue.put_nowait(event)

    def end(self) -> None:
        self.queue.put_nowait(None)

    # ------------------------------------------------------------ Ears

    def topic_ready(self, name: str) -> None:
        self.say(*self._registry.ready(name))
        self.began(name)

    def topic_lost(self, name: str) -> None:
        self._present.pop(name, None)
        self.say(*self._registry.lost(name))

    def link_moved(self, link: Link) -> None:
        self.say(LinkMoved(self.measures.on(self.overlay(link))))

    def token_doubted(self) -> None:
        self.doubt()

    def broadcast(self, heard: Broadcast) -> None:
        """What one source knows the meaning of is no notice of another's."""
        said = [
            (source, self._said(source, sealed, heard))
            for source, sealed in self._sources(heard.topic).items()
        ]
        known = {source for source, events in said if any(not isinstance(e, FeedHeard) for e in events)}
        for source, events in said:
            others = known - {source}
            at = self.measures.server_time()
            self.say(*(_stamped(e, at) for e in events if not (others and isinstance(e, FeedHeard))))

    def _said(self, source: str, sealed: bool, heard: Broadcast) -> Sequence[Event]:
        dialect, me = self._known.dialects[source], self._known.me.get(source)
        if me is None:
            return ()
        try:
            events = dialect.hear(
                heard.topic,
                heard.event,
                heard.payload,
                sealed=sealed,
                me=me,
                members=self._known.members,
            )
        except SupachatError as error:
            _log.warning("a broadcast to %s does not fit its map: %s", source, error.message)
            return ()
        if heard.replayed:  # rows and hints have better ways, and may have changed since
            return [event for event in events if _is_notice(event)]
        self._measure(events, me)
        return events

    def changed(self, heard: RowChanged) -> None:
        """A row that a table's change brought. Believed as the topic was joined, not as a source wished."""
        private = self._registry.is_private(heard.topic)
        for source in self._sources(heard.topic):
            me = self._known.me.get(source)
            if me is not None:
                dialect = self._known.dialects[source]
                events = dialect.told(heard.topic, heard.data, private=private, me=me)
                self._measure(events, me)
                self.say(*events)

    def _measure(self, events: Sequence[Event], me: str) -> None:
        for event in events:
            if isinstance(event, MessageArrived) and event.message.at:
                members = self._known.members(event.message.thread)
                self.measures.row(event, stray=bool(members) and me not in members)

    def members_learned(self) -> None:
        """Who was present before we knew the thread's members can be told only now."""
        for heard in list(self._present.values()):
            self.present(heard)

    def present(self, heard: Present) -> None:
        self._present[heard.topic] = heard
        for source in self._sources(heard.topic):
            me = self._known.me.get(source)
            if me is None:
                continue
            event = self._known.dialects[source].present(heard.topic, heard.state, me, self._known.members)
            if event is not None:
                self.say(event)

    def _sources(self, topic: str) -> dict[str, bool]:
        """Each source that asked for the topic, once, and whether it says that the topic is sealed."""
        return {asker.source: asker.topic.sealed for asker in self._registry.askers(topic)}


def _is_notice(event: Event) -> bool:
    """Whether it tells what stands in no table."""
    match event:
        case FeedHeard():
            return True
        case MessageArrived(message):
            return message.is_notice
        case _:
            return False


def _stamped(event: Event, now: Micros) -> Event:
    """What is stored nowhere has the time at which it was heard, by the server's clock."""
    match event:
        case FeedHeard(row) if row.at == 0:
            return FeedHeard(replace(row, at=now, id=f"{row.id}@{now}" if row.id == row.kind else row.id))
        case MessageArrived(message) if message.at == 0:
            id_ = f"{message.id}@{now}" if message.id.endswith(":") else message.id
            return replace(event, message=replace(message, at=now, id=id_))
        case _:
            return event
