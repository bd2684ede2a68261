"""The thread list, the people and the unsent texts, told to the screen and the cache alike.

No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import USUAL
from supachat.domain.model import Person, Presence, Thread, ThreadKey
from supachat.sync.people import People
from supachat.sync.shelf import Outcome
from supachat.sync.threads import Threads


class Roster:
    """`me` names the reader's person id in a source, `typing` for how many seconds somebody types there who
    has said so once, `silent` as for `People`."""

    def __init__(
        self,
        memory: kp.Memory,
        me: Callable[[str], str],
        typing: Callable[[str], float],
        silent: float = USUAL.silent,
    ) -> None:
        self.threads = Threads()
        self.people = People(silent)
        self._typing = typing
        self.texts = dict(memory.texts)
        self._hears = True
        """Whether the link would bring what people do. Without that nothing is said of it."""
        self.left: set[ThreadKey] = set()
        """Threads that were the reader's and are no more."""
        self._me = me
        self.threads.restore(memory.threads)
        self.people.learn(memory.people)

    def listed(self, event: ev.ThreadsListed, as_of: int, out: Outcome) -> None:
        """`as_of`: the turn in which the list was asked for."""
        self.learn(event.people, out)
        changed, gone = self.threads.listed(event.source, event.threads, as_of)
        out.writes += [kp.KeepThreads(tuple(changed))] if changed else []
        out.writes += [kp.DropThreads(tuple(gone))] if gone else []
        self.left = (self.left | set(gone)) - {thread.key for thread in event.threads}
        begun = self._begun()
        for thread in event.threads:
            self.note(self.threads.mark_draft(thread.key, thread.key in begun), out)
        out.changes.append(ev.ThreadsChanged())

    def started(self, thread: Thread, people: Iterable[Person], turn: int, out: Outcome) -> None:
        """A thread that was made or found in that turn."""
        self.learn(people, out)
        if self.threads.add(thread, turn):
            out.writes.append(kp.KeepThreads((thread,)))
            out.changes.append(ev.ThreadsChanged())

    def note(self, thread: Thread | None, out: Outcome) -> None:
        """A row of the list changed, if it did."""
        if thread is not None:
            out.writes.append(kp.KeepThreads((thread,)))
            if ev.ThreadsChanged() not in out.changes:
                out.changes.append(ev.ThreadsChanged())

    def learn(self, people: Iterable[Person], out: Outcome) -> None:
        if changed := self.people.learn(people):
            out.writes.append(kp.KeepPeople(changed))
            out.changes.append(ev.PeopleChanged())

    def heard(
        self,
        event: ev.TypingHeard | ev.PresenceHeard | ev.PeopleUnheard | ev.PersonSeen,
        now: float,
        out: Outcome,
    ) -> None:
        """Believed only of people who belong to the thread, and never about oneself."""
        members = set(self.threads.members(event.thread)) - {self._me(event.thread.source)}
        match event:
            case ev.TypingHeard(thread, person):
                news = person in members and self.people.types(
                    thread, person, now, self._typing(thread.source)
                )
            case ev.PresenceHeard(thread, present, said):
                there = {p: s for p, s in present.items() if p in members}
                news = self.people.present(thread, there, {p: s for p, s in said.items() if p in there})
            case ev.PeopleUnheard(thread):
                news = self.people.unheard(thread)
            case ev.PersonSeen(thread, person, sighting, age):
                news = person in members and self.people.seen(thread, person, sighting, now - age)
        if news:
            out.changes.append(ev.PeopleChanged())

    def listens(self, hears: bool, out: Outcome) -> None:
        """The link brings what people do, or may not."""
        if hears != self._hears:
            self._hears = hears
            out.changes.append(ev.PeopleChanged())

    def presence(self, source: str, person: str) -> Presence:
        """Whether somebody is there, by the best of the threads to which they belong."""
        if not self._hears:
            return Presence.UNKNOWN
        return self.people.presence(source, person, self.threads.with_person(source, person))

    def typing(self, thread: ThreadKey) -> tuple[str, ...]:
        return self.people.typing(thread) if self._hears else ()

    def keep_text(self, key: kp.TextKey, text: str, out: Outcome) -> None:
        if self.texts.get(key, "") == text:
            return
        self.texts.pop(key, None)
        if text:
            self.texts[key] = text  # the last to be typed at is the last
        out.writes.append(kp.KeepText(key, text))
        thread = kp.thread_of(key)
        self.note(self.threads.mark_draft(thread, thread in self._begun()), out)

    def _begun(self) -> set[ThreadKey]:
        """Where a text waits."""
        return {kp.thread_of(key) for key, text in self.texts.items() if text.strip()}
