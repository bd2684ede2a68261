"""What can be done with threads beside writing in them: altering, searching, canned replies.

What returns at once is shown at once and rolled back with a Notice if the server refuses it; what is
awaited is for workers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from supachat.client.runner import Runner
from supachat.domain.errors import BadInput, SupachatError
from supachat.domain.feeds import Canned
from supachat.domain.model import Alteration, Feature, Message, Person, PersonKind, Thread, ThreadKey
from supachat.domain.requests import Alter
from supachat.sync.canned import filled


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
            raise BadInput("that cannot be changed here", text=value)
        if what is Alteration.STATUS and value not in info.statuses:
            raise BadInput(f"expected one of {', '.join(info.statuses)}", text=value)
        if what is Alteration.RENAME and not value.strip():
            raise BadInput("a title cannot be empty", text=value)
        self._run.act(lambda out: self._run.parts.alterer.alter(Alter(thread, what, value), out))

    async def search(self, text: str, source: str | None = None) -> Sequence[tuple[Thread, Message]]:
        """Messages in which the text stands, in every source that can search, or in one of them.

        A source that fails is left out while another answers; if none does, the first error is raised.
        """
        remote = self._run.need_remote()
        names = [
            info.name
            for info in self._run.parts.sources
            if Feature.SEARCH in info.features and source in (None, info.name)
        ]
        answers = await asyncio.gather(*(remote.search(n, text) for n in names), return_exceptions=True)
        found: list[tuple[Thread, Message]] = []
        errors: list[BaseException] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                errors.append(answer)
                continue
            known = ((self._run.thread(message.thread), message) for message in answer)
            found += [(thread, message) for thread, message in known if thread is not None]
        for error in errors:
            if len(errors) == len(answers) or not isinstance(error, SupachatError):
                raise error
        return found

    async def canned(self, source: str) -> Sequence[Canned]:
        """The replies that were written before, as they were written."""
        return await self._run.need_remote().canned(source)

    def filled(self, canned: Canned, thread: ThreadKey) -> str:
        """A canned reply with its placeholders filled in for a thread; those that are not known stay."""
        return filled(canned.text, {"customer": self._customer(thread), "me": self._me(thread.source)})

    async def create_thread(self, source: str, title: str) -> ThreadKey:
        """A new thread; it stands in the list at once. Raises `BadInput` for an empty title."""
        if not title.strip():
            raise BadInput("a title cannot be empty", text=title)
        thread = await self._run.need_remote().create_thread(source, title.strip())
        self._run.apply(self._run.engine.started(thread, (), self._run.now()))
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
