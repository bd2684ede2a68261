"""Who is there, who types, who is called what. Names come from profiles, never from a payload.

Time comes as an argument; a typing mark is gone by itself after `TYPING_LASTS` seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supachat.domain.model import Person, PersonKey, Presence, ThreadKey

TYPING_LASTS = 6.0

_RANK = {Presence.ONLINE: 3, Presence.AWAY: 2, Presence.OFFLINE: 1, Presence.UNKNOWN: 0}


class People:
    def __init__(self) -> None:
        self._people: dict[PersonKey, Person] = {}
        self._typing: dict[ThreadKey, dict[str, float]] = {}
        self._present: dict[ThreadKey, dict[str, Presence]] = {}

    def learn(self, people: Iterable[Person]) -> tuple[Person, ...]:
        """Remember profiles; the answer is those that are new or changed."""
        changed = tuple(p for p in people if self._people.get(p.key) != p)
        for person in changed:
            self._people[person.key] = person
        return changed

    def get(self, source: str, person_id: str) -> Person | None:
        return self._people.get(PersonKey(source, person_id))

    def all(self, source: str) -> list[Person]:
        return [person for key, person in self._people.items() if key.source == source]

    # ------------------------------------------------------------ typing

    def types(self, thread: ThreadKey, person: str, now: float) -> bool:
        """Whether that is news."""
        marks = self._typing.setdefault(thread, {})
        news = person not in marks
        marks[person] = now + TYPING_LASTS
        return news

    def stops(self, thread: ThreadKey, person: str) -> bool:
        return self._typing.get(thread, {}).pop(person, None) is not None

    def expire(self, now: float) -> frozenset[ThreadKey]:
        """Drop what is over; the answer is the threads in which somebody stopped."""
        stopped = set()
        for thread, marks in self._typing.items():
            for person in [p for p, until in marks.items() if until <= now]:
                del marks[person]
                stopped.add(thread)
        return frozenset(stopped)

    def typing(self, thread: ThreadKey) -> tuple[str, ...]:
        return tuple(self._typing.get(thread, ()))

    # ------------------------------------------------------------ presence

    def present(self, thread: ThreadKey, present: Mapping[str, Presence]) -> bool:
        news = self._present.get(thread) != present
        self._present[thread] = dict(present)
        return news

    def unheard(self, thread: ThreadKey) -> bool:
        """The topic is not joined any more: who is there is unknown, not nobody."""
        return self._present.pop(thread, None) is not None

    def presence(self, source: str, person_id: str, threads: Iterable[ThreadKey]) -> Presence:
        """The best that any joined topic of `threads` (those the person belongs to) says."""
        best = Presence.UNKNOWN
        for thread in threads:
            if thread.source == source and (heard := self._present.get(thread)) is not None:
                said = heard.get(person_id, Presence.OFFLINE)
                best = max(best, said, key=_RANK.__getitem__)
        return best
