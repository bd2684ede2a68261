"""The switcher: unread first, then threads, feeds, people; somebody without a thread gets one.

People beyond those known are asked of the server after three letters. Dismisses with a thread or a feed to
open, or a person to start a thread with. Must never wait for the server before it shows what is known.
"""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Sequence
from typing import Final

from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.feeds import FeedInfo
from supachat.domain.model import NOTHING, Feature, Person, PersonKey, PersonKind, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.matching import Match, match
from supachat.tui.screens.overlay import Overlay
from supachat.tui.screens.sections import marked
from supachat.tui.screens.views import source_label
from supachat.tui.widgets.drawn import glyphs_of
from supachat.tui.widgets.list_entries import ThreadView
from supachat.tui.widgets.marks import of_presence, of_thread
from supachat.tui.widgets.results import Result

LETTERS = 3
"""Letters from which the server is asked for people."""
WAIT = 0.25
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What nobody calls anybody by: where people have no other handle there is none to show."""
Goal = ThreadKey | FeedInfo | PersonKey


class Switcher(Overlay[Goal]):
    """`starting`: people only, to begin a conversation."""

    PLACE = Place.SWITCHER
    ASK = Safe("Thread or person")
    ASK_STARTING = Safe("Name or app id")
    UNMET = Safe("no thread yet")
    """What is said of somebody without a thread, instead of their handle."""
    BINDINGS = bindings(Place.SWITCHER)

    def __init__(self, client: Client, *, starting: bool = False) -> None:
        super().__init__(self.ASK_STARTING if starting else self.ASK)
        self._client = client
        self._starting = starting
        self._others: dict[PersonKey, Person] = {}
        self._trouble = NOTHING
        self._goals: dict[str, Goal] = {}

    # ------------------------------------------------------------ what is known

    def find(self, query: str) -> tuple[Sequence[Result], int]:
        places = [] if self._starting else [*self._threads(query), *self._feeds(query)]
        people = self._people(query)
        self._goals = {result.id: goal for goal, result in (*places, *people)}
        total = len(self._everybody())
        if not self._starting:
            without = [key for key in self._everybody() if self._thread_with(key) is None]
            total = len(self._client.threads()) + len(without)
            total += len(self._client.feeds.all()) if query else 0
        return [result for _, result in (*places, *people)], total

    def _threads(self, query: str) -> list[tuple[Goal, Result]]:
        hits = [(thread, match(query, thread.title)) for thread in self._client.threads()]
        fitting = [(thread, hit) for thread, hit in hits if hit is not None]
        best = {True: 0, False: 0}  # of the unread, of the others: who is named better is meant
        for thread, hit in fitting:
            best[thread.unread > 0] = max(best[thread.unread > 0], hit.rank)
        fitting.sort(key=lambda each: (-best[each[0].unread > 0], not each[0].unread, -each[1].score))
        here = self._client.open_thread
        if not query:
            fitting.sort(key=lambda each: (not each[0].unread, each[0].key == here))
        return [self._thread_result(thread, hit) for thread, hit in fitting]

    def _feeds(self, query: str) -> list[tuple[Goal, Result]]:
        """By name; without one there are the sections of the list."""
        found: list[tuple[Goal, Result]] = []
        for info in self._client.feeds.all() if query else ():
            if (hit := match(query, info.label)) is not None:
                place, label = f"feed {info.source} {info.name}", source_label(self._client, info.source)
                found.append((info, Result(place, info.label, Safe("feeds"), hit.hits, right=label)))
        return found

    def _thread_result(self, thread: Thread, hit: Match) -> tuple[Goal, Result]:
        source = next((s for s in self._client.sources if s.name == thread.key.source), None)
        view = marked(self._client, source, thread) if source else ThreadView(thread)
        mark, look = of_thread(view, glyphs_of(self))
        label = source.label if source else NOTHING
        result = Result(
            f"thread {thread.key.source} {thread.key.id}",
            thread.title,
            Safe("unread" if thread.unread else "threads"),
            hit.hits,
            Safe(mark),
            look,
            Safe(f"{label}, archived") if thread.archived else label,
            count=thread.unread,
        )
        return thread.key, result

    # ------------------------------------------------------------ people

    def _everybody(self) -> dict[PersonKey, Person]:
        known = {
            person.key: person
            for source in self._client.sources
            if Feature.START in source.features
            for person in self._client.people(source.name)
            if person.key.id not in ("", source.me)
        }
        return known | self._others

    def _people(self, query: str) -> list[tuple[Goal, Result]]:
        if not query and not self._starting:
            return []
        hits = [(person, self._hit(query, person)) for person in self._everybody().values()]
        fitting = [(person, hit) for person, hit in hits if hit is not None]
        if not self._starting:  # whoever has a thread stands among the threads already
            fitting = [(person, hit) for person, hit in fitting if self._thread_with(person.key) is None]
        fitting.sort(key=lambda each: (-each[1].score, each[0].name.casefold()))
        return [self._person_result(person, hit) for person, hit in fitting]

    def _hit(self, query: str, person: Person) -> Match | None:
        """By name; by the whole handle; whoever the server found fits anyway."""
        by_name = match(query, person.name)
        if by_name is not None or person.handle == query.strip() or person.key in self._others:
            return by_name or Match(0, ())
        return None

    def _person_result(self, person: Person, hit: Match) -> tuple[Goal, Result]:
        source = person.key.source
        mark, look = of_presence(self._client.presence(source, person.key.id), glyphs_of(self))
        thread = self._thread_with(person.key)
        handle = NOTHING if _UUID.fullmatch(person.handle) else person.handle
        said = handle if thread else self.UNMET or handle
        if person.kind is not PersonKind.PERSON:
            said = Safe(person.kind.value)
        if len({key.source for key in self._everybody()}) > 1:  # the same person may be in several
            label = source_label(self._client, source)
            said = Safe(f"{label}, {said}" if said else label)
        place = f"person {source} {person.key.id}"
        result = Result(place, person.name, Safe("people"), hit.hits, Safe(mark), look, said)
        return thread or person.key, result

    def _thread_with(self, person: PersonKey) -> ThreadKey | None:
        return next(
            (
                t.key
                for t in self._client.threads()
                if t.key.source == person.source and t.other == person.id
            ),
            None,
        )

    # ------------------------------------------------------------ asking the server

    def on_text_area_changed(self) -> None:
        super().on_text_area_changed()
        self._trouble = NOTHING
        query = self.asked.strip()
        if len(query) >= LETTERS:
            self.run_worker(self._ask(query), group="people", exclusive=True)

    async def _ask(self, query: str) -> None:
        """Ask each source in which they can be written to: agents of an inbox are found for an assignment
        alone. A source that does not answer is named, not fatal."""
        await asyncio.sleep(WAIT)
        found: dict[PersonKey, Person] = {}
        for source in self._client.sources:
            if not source.features >= {Feature.FIND_PEOPLE, Feature.START}:
                continue
            try:
                people = await self._client.desk.find_people(source.name, query)
            except SupachatError as error:
                self._trouble = safe_line(str(error))
                continue
            found |= {person.key: person for person in people if person.key.id != source.me}
        self._others = found
        self.search(keep=True)

    def nothing(self, query: str) -> Sequence[Safe]:
        if self._trouble:
            return Safe("People could not be asked for"), self._trouble
        if not query.strip():
            return Safe("Nobody is known yet"), Safe("Type three letters of a name, or a whole app id.")
        titles = [thread.title for thread in self._client.threads()]
        nearest = difflib.get_close_matches(query, titles, n=1, cutoff=0.4)
        more = (
            Safe(f"Nearest: {nearest[0]}")
            if nearest
            else Safe("People are found by three letters or more.")
        )
        return Safe(f'Nothing is called "{safe_line(query, limit=40)}"'), more

    def picked(self, result_id: str) -> None:
        self.dismiss(self._goals.get(result_id))
