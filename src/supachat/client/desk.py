"""What can be done with threads beside writing in them: altering, making, searching, canned replies.

What returns at once is shown at once and rolled back with a Notice if the server refuses it; what is
awaited is for workers.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import NamedTuple

from supachat.client.runner import Runner
from supachat.domain.answers import PageFetched
from supachat.domain.errors import BadInput, SupachatError
from supachat.domain.feeds import Canned
from supachat.domain.model import Alteration, Feature, Message, Person, PersonKind, Thread, ThreadKey
from supachat.domain.requests import Alter, FetchPage
from supachat.domain.text import Safe, safe_line
from supachat.sync.neighbours import neighbours

_PLACE = re.compile(r"\{([a-z_]+)\}")


class Answers(NamedTuple):
    """What a search came to: messages with their threads; and the sources that did not answer, by what
    people call them, each with why."""

    found: tuple[tuple[Thread, Message], ...] = ()
    failed: tuple[tuple[Safe, Safe], ...] = ()


class Desk:
    """What is awaited raises `SupachatError`s, `Unreachable` where there is no way to the server yet."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    def alter(self, thread: ThreadKey, what: Alteration, value: str = "") -> None:
        """Change something about a thread, `value` as its `Alteration` says: shown at once, in order.

        Raises `BadInput` where the source cannot do that, or the value is none of its words.
        """
        info = self._run.parts.info(thread.source)
        if info is None or Feature(what.value) not in info.features:
            raise BadInput("that cannot be changed here")
        if what is Alteration.STATUS and value not in info.statuses:
            raise BadInput(f"expected one of {', '.join(info.statuses)}")
        if what is Alteration.RENAME and not value.strip():
            raise BadInput("a title cannot be empty")
        self._run.act(lambda out: self._run.parts.alterer.alter(Alter(thread, what, value), out))

    async def search(self, text: str, source: str | None = None) -> Answers:
        """Messages in which the text stands, in every source that can search, or in one of them.

        A source that fails is named in the answer while another answers; if none does, the first error is
        raised.
        """
        remote = self._run.need_remote()
        asked = [
            info
            for info in self._run.parts.sources
            if Feature.SEARCH in info.features and source in (None, info.name)
        ]
        answers = await asyncio.gather(
            *(remote.search(i.name, text) for i in asked), return_exceptions=True
        )
        none_answered = all(isinstance(answer, BaseException) for answer in answers)
        found: list[tuple[Thread, Message]] = []
        failed: list[tuple[Safe, Safe]] = []
        for info, answer in zip(asked, answers, strict=True):
            if isinstance(answer, BaseException):
                if none_answered or not isinstance(answer, SupachatError):
                    raise answer
                failed.append((info.label, safe_line(answer.message)))
                continue
            known = ((self._run.thread(message.thread), message) for message in answer)
            found += [(thread, message) for thread, message in known if thread is not None]
        return Answers(tuple(found), tuple(failed))

    async def around(self, message: Message) -> tuple[Message | None, Message | None]:
        """What was said right before and right after a message: what is known here, else read, one row on
        each side; None where nothing was. Nothing of it enters the thread, whose gaps stay as they are."""
        reading = self._run.parts.shelf.known(message.thread)
        before, after = neighbours(reading.timeline, message) if reading is not None else (None, None)
        thread, at = message.thread, message.cursor
        read_before, read_after = await asyncio.gather(
            self._next(FetchPage(thread, before=at, limit=1, aside=True), before),
            self._next(FetchPage(thread, after=at, limit=1, aside=True), after),
        )
        return read_before, read_after

    async def _next(self, request: FetchPage, known: Message | None) -> Message | None:
        if known is not None:
            return known
        answer = await self._run.need_remote().perform(request)
        rows = [row for page in answer if isinstance(page, PageFetched) for row in page.messages]
        return rows[0] if rows else None

    async def canned(self, source: str) -> Sequence[Canned]:
        """The replies that were written before, as they were written."""
        return await self._run.need_remote().canned(source)

    def filled(self, canned: Canned, thread: ThreadKey) -> str:
        """A canned reply with its placeholders filled in for a thread; those that are not known stay."""
        me = self._me(thread.source)
        known = {"customer": self._customer(thread), "me": me, "agent": me}
        # each once: what is put in may look like a placeholder
        return _PLACE.sub(lambda place: known.get(place[1]) or place[0], canned.text)

    async def create_thread(self, source: str, title: str) -> ThreadKey:
        """A new thread; it stands in the list at once. Raises `BadInput` for an empty title."""
        if not title.strip():
            raise BadInput("a title cannot be empty")
        thread = await self._run.need_remote().create_thread(source, title.strip())
        self._run.apply(self._run.engine.started(thread, (), self._run.now()))
        return thread.key

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        """Whom the source knows under these letters of a name, or this app id."""
        return await self._run.need_remote().find_people(source, text)

    async def start_thread(self, source: str, person: str) -> ThreadKey:
        """The thread with that person, made if it is new."""
        thread, people = await self._run.need_remote().ensure_thread(source, person)
        self._run.apply(self._run.engine.started(thread, people, self._run.now()))
        return thread.key

    def _me(self, source: str) -> str:
        person = self._run.parts.roster.people.get(source, self._run.parts.me(source))
        account = self._run.engine.account
        return str(person.name if person is not None else account.name if account is not None else "")

    def _customer(self, key: ThreadKey) -> str:
        """The customer among the members, else the other one of two, else what the thread is called."""
        roster, me = self._run.parts.roster, self._run.parts.me(key.source)
        found = (roster.people.get(key.source, m) for m in roster.threads.members(key) if m != me)
        others: list[Person] = [person for person in found if person is not None]
        customers = [person for person in others if person.kind is PersonKind.CUSTOMER]
        if customers or len(others) == 1:
            return str((customers or others)[0].name)
        thread = roster.threads.get(key)
        return str(thread.title) if thread is not None else ""
