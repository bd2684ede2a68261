"""Requests carried out: the dialect says what to ask and what the answer means, `rows` asks.

Decides nothing: no request is made that was not asked for. Errors are `SupachatError`s.
"""

from __future__ import annotations

from collections.abc import Sequence

from supachat.dialects.grammar import Dialect
from supachat.domain import events as ev
from supachat.domain.errors import NotFound, Refused, Unreachable
from supachat.domain.model import Person, Thread
from supachat.remote.hearing import Known
from supachat.remote.rows import Rows


class Performer:
    def __init__(self, known: Known, rows: Rows) -> None:
        self._known, self._rows = known, rows

    def _source(self, name: str) -> tuple[Dialect, str]:
        """A source's dialect and who the reader is in it."""
        dialect = self._known.dialects.get(name)
        if dialect is None:
            raise NotFound(f"there is no source {name} in this workspace")
        me = self._known.me.get(name)
        if name in self._known.faults:
            raise self._known.faults[name]
        if me is None:
            raise Unreachable("the server has not been reached yet")
        return dialect, me

    async def me(self, dialect: Dialect, user_id: str) -> Person:
        return dialect.me(await self._rows.carry_out(dialect.me_call()), user_id)

    async def list_threads(self, request: ev.ListThreads) -> Sequence[ev.Event]:
        dialect, me = self._source(request.source)
        threads, people = dialect.threads(await self._rows.carry_out(dialect.list_call()), me)
        return [ev.ThreadsListed(request.source, threads, people)]

    async def fetch_page(self, request: ev.FetchPage) -> Sequence[ev.Event]:
        dialect, me = self._source(request.thread.source)
        answer = await self._rows.carry_out(dialect.page_call(request))
        messages = dialect.messages(answer, request.thread, me)
        return [ev.PageFetched(request, messages, whole=len(answer) < request.limit)]

    async def send_draft(self, request: ev.SendDraft) -> Sequence[ev.Event]:
        draft = request.draft
        dialect, me = self._source(draft.thread.source)
        call = dialect.send_call(draft, self._known.thread(draft.thread), me)
        message = dialect.stored(await self._rows.carry_out(call), draft, me)
        return [ev.DraftStored(draft, message)]

    async def mark_read(self, request: ev.MarkRead) -> Sequence[ev.Event]:
        """Where the source has no read cursor it is marked on this device only."""
        dialect, _ = self._source(request.thread.source)
        call = dialect.read_call(request)
        if call is not None:
            await self._rows.carry_out(call)
        return [ev.ReadMarked(request.thread, request.to)]

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        dialect, _ = self._source(source)
        call = dialect.find_call(text)
        return () if call is None else dialect.people(await self._rows.carry_out(call))

    async def ensure_thread(self, source: str, person: str) -> tuple[Thread, Sequence[Person]]:
        dialect, me = self._source(source)
        call = dialect.ensure_call(person, me)
        if call is None:
            raise Refused("a thread with that person cannot be made here")
        return dialect.ensured(await self._rows.carry_out(call), me)
