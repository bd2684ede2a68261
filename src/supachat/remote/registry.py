"""Which topic is wanted by whom: one registry for the whole workspace. Pure.

A topic is joined once, and what it says goes to every source that asked for it. A thread is ready when
all of its topics that carry rows are. Threads that are no longer watched keep their topics while there
is room: leaving and joining again is what the server limits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from supachat.dialects.calls import Topic, merged
from supachat.domain.events import Event, ListStale, PeopleUnheard, ThreadDeaf, ThreadReady
from supachat.domain.model import ThreadKey


@dataclass(frozen=True, slots=True)
class Asker:
    """A source that wants a topic, for one of its threads or (None) for its reader."""

    source: str
    thread: ThreadKey | None
    topic: Topic


class Registry:
    """`topics_of` gives a thread's topics, the one with its rows first."""

    def __init__(self, most: int, topics_of: Callable[[ThreadKey], Sequence[Topic]]) -> None:
        self._most, self._topics_of = most, topics_of
        self._user: list[Asker] = []
        self._threads: dict[ThreadKey, tuple[Asker, ...]] = {}
        self._by_name: dict[str, list[Asker]] = {}
        self._ready: set[str] = set()
        """What flows, by the link's word alone: what nobody asks for any more is left a moment later."""
        self.watched: tuple[ThreadKey, ...] = ()

    def user_topics(self, source: str, topics: Iterable[Topic]) -> None:
        """The topics of the reader's own account in one source."""
        self._user = [asker for asker in self._user if asker.source != source]
        self._user += [Asker(source, None, topic) for topic in topics]
        self._index()

    def watch(self, threads: Sequence[ThreadKey], *, without: Collection[ThreadKey] = ()) -> list[Event]:
        """These are wanted now, the most wanted first; none of `without`, which are nobody's any more.
        The events: those that are ready already."""
        before = set(self.watched)
        threads = [key for key in threads if key not in without]
        older = [key for key in self._threads if key not in threads and key not in without]
        self.watched = tuple(threads)
        self._threads = {key: self._askers_of(key) for key in [*threads, *older]}
        self._trim()
        self._index()
        new = [key for key in threads if key not in before]
        return [ThreadReady(key) for key in new if self.is_ready(key)]

    def _askers_of(self, key: ThreadKey) -> tuple[Asker, ...]:
        known = self._threads.get(key)
        return known or tuple(Asker(key.source, key, topic) for topic in self._topics_of(key))

    def _trim(self) -> None:
        """Forget the threads that find no room, the least wanted first."""
        room = self._most - len(self._user)
        kept: dict[ThreadKey, tuple[Asker, ...]] = {}
        for key, askers in self._threads.items():
            room -= len(askers)
            if room < 0 and kept:
                break
            kept[key] = askers
        self._threads = kept

    def _index(self) -> None:
        self._by_name = {}
        for asker in [*self._user, *(a for askers in self._threads.values() for a in askers)]:
            self._by_name.setdefault(asker.topic.name, []).append(asker)

    def wanted(self) -> tuple[Topic, ...]:
        """Every topic once, the most wanted first: the open thread's, the reader's own, then what
        carries rows in the others, then the rest."""
        threads = list(self._threads.values())
        first = [asker for askers in threads[:1] for asker in askers]
        rows = [asker for askers in threads[1:] for asker in _rows(askers)]
        rest = [asker for askers in threads[1:] for asker in askers]
        names = dict.fromkeys(asker.topic.name for asker in [*first, *self._user, *rows, *rest])
        return tuple(self._merged(name) for name in names)

    def _merged(self, name: str) -> Topic:
        """What several sources ask of one topic, as one join."""
        (topic,) = merged(asker.topic for asker in self._by_name[name])
        return topic

    def is_private(self, name: str) -> bool:
        """How the topic is joined."""
        return any(asker.topic.private for asker in self.askers(name))

    def askers(self, name: str) -> tuple[Asker, ...]:
        return tuple(self._by_name.get(name, ()))

    def is_ready(self, key: ThreadKey) -> bool:
        rows = _rows(self._threads.get(key, ()))
        return bool(rows) and all(asker.topic.name in self._ready for asker in rows)

    def deaf_sources(self) -> tuple[str, ...]:
        """Sources whose tables do not tell the reader their changes, though they should."""
        mine = [asker for asker in self._user if asker.topic.bindings]
        return tuple(dict.fromkeys(a.source for a in mine if a.topic.name not in self._ready))

    def ready(self, name: str) -> list[Event]:
        """A topic's rows flow. A reader's own topic may have missed news of the list meanwhile."""
        self._ready.add(name)
        events: list[Event] = []
        for asker in self.askers(name):
            if asker.thread is None:
                events.append(ListStale(asker.source))
            elif self.is_ready(asker.thread) and asker in _rows(self._threads[asker.thread]):
                events.append(ThreadReady(asker.thread))
        return events

    def lost(self, name: str) -> list[Event]:
        """A topic is joined no longer."""
        were = [a for a in self.askers(name) if a.thread is not None and self.is_ready(a.thread)]
        self._ready.discard(name)
        deaf = [a.thread for a in were if a.thread is not None and not self.is_ready(a.thread)]
        people = [a.thread for a in self.askers(name) if a.thread is not None and a.topic.presence_key]
        return [
            *(ThreadDeaf(thread) for thread in dict.fromkeys(deaf)),
            *(PeopleUnheard(thread) for thread in dict.fromkeys(people)),
        ]

    def clear(self) -> None:
        self._user, self._threads, self._by_name, self._ready = [], {}, {}, set()
        self.watched = ()


def _rows(askers: Sequence[Asker]) -> tuple[Asker, ...]:
    """The askers whose topic carries rows. Where none is known to, any of them may."""
    carrying = tuple(asker for asker in askers if asker.topic.carries_rows)
    return carrying or tuple(askers)
