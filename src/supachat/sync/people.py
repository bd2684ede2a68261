"""Who is there, who types, who is called what. Names come from profiles, never from a payload.

Time comes as an argument; a typing mark is gone by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supachat.domain.model import Person, PersonKey, PersonKind, Presence, Sighting, ThreadKey

_HERE = frozenset({PersonKind.PERSON, PersonKind.AGENT})
"""Who comes by a client such as this one. That a customer or an assistant is on no topic says nothing."""

_RANK = {Presence.ONLINE: 3, Presence.AWAY: 2, Presence.OFFLINE: 1, Presence.UNKNOWN: 0}


class People:
    """`silent`: seconds after which somebody of whom only a row speaks is offline."""

    def __init__(self, silent: float = 30.0) -> None:
        self._silent = silent
        self._people: dict[PersonKey, Person] = {}
        self._typing: dict[ThreadKey, dict[str, float]] = {}
        self._present: dict[ThreadKey, dict[str, Presence]] = {}
        self._sightings: dict[ThreadKey, dict[str, Sighting]] = {}
        """What the topic says of those who are there, beside that they are."""
        self._rows: dict[ThreadKey, dict[str, Sighting]] = {}
        """What rows say: it counts only while the topic says nothing."""
        self._fresh: dict[tuple[ThreadKey, str], float] = {}
        """Of whom a row speaks: when something was heard of them last. Nothing for who fell silent."""

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

    def types(self, thread: ThreadKey, person: str, now: float, lasts: float = 6.0) -> bool:
        """They do for `lasts` seconds, unless they say so again. Whether that is news."""
        marks = self._typing.setdefault(thread, {})
        news = person not in marks
        marks[person] = now + lasts
        return self.lives(thread, person, now) or news

    def lives(self, thread: ThreadKey, person: str, now: float) -> bool:
        """Something was heard of somebody: whom a row speaks of is not silent. Whether that is news."""
        if person not in self._rows.get(thread, {}):
            return False
        news = (thread, person) not in self._fresh
        self._fresh[thread, person] = now
        return news

    def stops(self, thread: ThreadKey, person: str) -> bool:
        return self._typing.get(thread, {}).pop(person, None) is not None

    def expire(self, now: float) -> frozenset[ThreadKey]:
        """Drop what is over; the answer is the threads in which somebody stopped, or fell silent."""
        stopped = set()
        for thread, marks in self._typing.items():
            for person in [p for p, until in marks.items() if until <= now]:
                del marks[person]
                stopped.add(thread)
        for thread, person in [who for who, at in self._fresh.items() if now - at >= self._silent]:
            del self._fresh[thread, person]
            stopped.add(thread)
        return frozenset(stopped)

    def typing(self, thread: ThreadKey) -> tuple[str, ...]:
        return tuple(self._typing.get(thread, ()))

    # ------------------------------------------------------------ presence

    def present(
        self,
        thread: ThreadKey,
        present: Mapping[str, Presence],
        sightings: Mapping[str, Sighting] | None = None,
    ) -> bool:
        said = dict(sightings or {})
        news = self._present.get(thread) != present or self._sightings.get(thread, {}) != said
        self._present[thread], self._sightings[thread] = dict(present), said
        return news

    def seen(self, thread: ThreadKey, person: str, sighting: Sighting, heard: float) -> bool:
        """A row speaks of one person, since `heard`. Whether that is news."""
        rows = self._rows.setdefault(thread, {})
        held = rows.get(person)
        if held is not None and (held.at or 0) > (sighting.at or 0):
            return False  # it was read while a newer one was told
        news = thread not in self._present and (held != sighting or (thread, person) not in self._fresh)
        rows[person] = sighting
        self._fresh[thread, person] = max(heard, self._fresh.get((thread, person), heard))
        return news

    def sighting(self, thread: ThreadKey, person: str) -> Sighting | None:
        """What is said of somebody in a thread, the topic first."""
        said = self._sightings.get(thread, {}).get(person)
        return said or self._rows.get(thread, {}).get(person)

    def unheard(self, thread: ThreadKey) -> bool:
        """The topic is not joined any more: who is there is unknown, not nobody. Whether that is news."""
        self._sightings.pop(thread, None)
        there, typing = self._present.pop(thread, None), self._typing.pop(thread, None)
        return there is not None or bool(typing)

    def deaf(self, thread: ThreadKey) -> bool:
        """Its rows pass unheard: nobody's silence says anything, nor would a message end what they type.
        Whether that is news."""
        rows, typing = self._rows.pop(thread, None), self._typing.pop(thread, None)
        self._fresh = {who: at for who, at in self._fresh.items() if who[0] != thread}
        return bool(rows or typing)

    def all_unheard(self) -> None:
        """No topic is joined: of nobody anything is known but what they are called."""
        for held in (self._typing, self._present, self._sightings, self._rows, self._fresh):
            held.clear()

    def presence(self, source: str, person_id: str, threads: Iterable[ThreadKey]) -> Presence:
        """The best that any joined topic of `threads` (those the person belongs to) says. Of whoever
        stands there under the thread's own id absence is not known: they may be nobody."""
        known = self.get(source, person_id)
        absent = Presence.OFFLINE if known is None or known.kind in _HERE else Presence.UNKNOWN
        best = Presence.UNKNOWN
        for thread in threads:
            if thread.source != source:
                continue
            heard, row = self._present.get(thread), self._rows.get(thread, {}).get(person_id)
            if heard is not None:
                there = heard.get(person_id, Presence.UNKNOWN if person_id == thread.id else absent)
                best = max(best, there, key=_RANK.__getitem__)
            elif row is not None:
                silent = (thread, person_id) not in self._fresh
                best = max(best, Presence.OFFLINE if silent else row.presence, key=_RANK.__getitem__)
        return best
