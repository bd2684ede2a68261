"""Requests carried out: the dialect says what to ask and what the answer means, `rows` asks.

Decides nothing: no request is made that was not asked for. Errors are `SupachatError`s.
"""

from __future__ import annotations

from collections.abc import Sequence

from supachat.dialects.grammar import Dialect
from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, NotFound, Refused, Unreachable
from supachat.domain.feeds import FeedInfo
from supachat.domain.model import Act, Draft, Person, Thread
from supachat.remote.hearing import Known
from supachat.remote.rows import Rows


class Performer:
    def __init__(self, known: Known, rows: Rows) -> None:
        self._known, self._rows = known, rows

    def source(self, name: str) -> tuple[Dialect, str]:
        """A source's dialect and who the reader is in it."""
        dialect = self._known.dialects.get(name)
        if dialect is None:
            raise NotFound(f"there is no source {name} in this workspace")
        me = self._known.me.get(name)
        if name in self._known.faults:
            raise self._known.faults[name]
        if me is None:
            raise Unreachable("the server has not been reached yet", arrived=False)
        return dialect, me

    async def perform(self, request: ev.Request) -> Sequence[ev.Event]:
        """A request about threads and messages."""
        match request:
            case ev.ListThreads():
                return [await self.list_threads(request)]
            case ev.FetchPage():
                return await self.fetch_page(request)
            case ev.FetchEdits():
                return await self.fetch_edits(request)
            case ev.FetchMentions():
                return await self.mentions(request)
            case ev.Reread():
                return await self.reread(request)
            case ev.SendDraft():
                return await self.send_draft(request)
            case ev.SeekDraft():
                return await self.seek_draft(request)
            case ev.EditMessage(draft) | ev.DeleteMessage(draft):
                return await self.change(draft)
            case ev.MarkRead():
                return await self.mark_read(request)
            case _:
                raise Refused("that is nothing to ask a server")

    async def me(self, dialect: Dialect, user_id: str) -> tuple[Person, tuple[FeedInfo, ...]]:
        """Who has the account in a source, and which of its feeds are for them."""
        answer = await self._rows.carry_out(dialect.me_call(user_id))
        return dialect.me(answer, user_id), dialect.beside.feeds(answer)

    async def list_threads(self, request: ev.ListThreads) -> ev.ThreadsListed:
        dialect, me = self.source(request.source)
        answer = await self._rows.carry_out(dialect.list_call())
        threads, people = dialect.threads(answer, me)
        return ev.ThreadsListed(request.source, threads, people, dialect.reads(answer))

    async def mentions(self, request: ev.FetchMentions) -> Sequence[ev.Event]:
        dialect, me = self.source(request.source)
        call = dialect.mentions_call(request)
        answer = await self._rows.carry_out(call) if call is not None else ()
        return [ev.MentionsRead(request, dialect.any_messages(answer, me))]

    async def fetch_page(self, request: ev.FetchPage) -> Sequence[ev.Event]:
        dialect, me = self.source(request.thread.source)
        answer = await self._rows.carry_out(dialect.page_call(request))
        messages = dialect.messages(answer, request.thread, me)
        people = dialect.authors(answer)
        return [ev.PageFetched(request, messages, people, whole=len(answer) < request.limit)]

    async def fetch_edits(self, request: ev.FetchEdits) -> Sequence[ev.Event]:
        dialect, me = self.source(request.thread.source)
        call = dialect.edits_call(request)
        answer = await self._rows.carry_out(call) if call is not None else []
        messages = dialect.messages(answer, request.thread, me)
        reached, whole = dialect.edited_to(answer), len(answer) < request.limit
        return [ev.EditsFetched(request, messages, reached, whole)]

    async def reread(self, request: ev.Reread) -> Sequence[ev.Event]:
        dialect, me = self.source(request.thread.source)
        answer = await self._rows.carry_out(dialect.window_call(request))
        messages = dialect.messages(answer, request.thread, me)
        inside = tuple(m for m in messages if m.cursor <= request.upto)
        return [ev.WindowReread(request, inside, whole=len(answer) < request.limit)]

    async def seek_draft(self, request: ev.SeekDraft) -> Sequence[ev.Event]:
        draft = request.draft
        dialect, me = self.source(draft.thread.source)
        answer = await self._rows.carry_out(dialect.acts.sought_call(draft, me))
        return [ev.DraftSought(draft, dialect.messages(answer, draft.thread, me))]

    async def change(self, draft: Draft) -> Sequence[ev.Event]:
        """An edit or a delete. Rights that hide a row make it a change of no rows: that is looked into."""
        dialect, me = self.source(draft.thread.source)
        call = dialect.acts.change_call(draft, me)
        answer = await self._rows.carry_out(call)
        message = dialect.acts.stored(answer, draft, me)
        if message is None:
            there = await self._rows.carry_out(dialect.acts.target_call(draft))
            message = dialect.acts.stored(there, draft, me)
            done = message is None or message.deleted
            if draft.act is Act.EDIT:
                done = message is not None and message.raw == draft.raw
            if not done:
                raise NotAllowed("it is not there any more, or not yours to change")
        return [ev.DraftStored(draft, None if draft.act is Act.DELETE else message)]

    async def send_draft(self, request: ev.SendDraft) -> Sequence[ev.Event]:
        draft = request.draft
        dialect, me = self.source(draft.thread.source)
        call = dialect.acts.send_call(draft, self._known.thread(draft.thread), me, self._known.user)
        message = dialect.acts.stored(await self._rows.carry_out(call), draft, me)
        return [ev.DraftStored(draft, message)]

    async def mark_read(self, request: ev.MarkRead) -> Sequence[ev.Event]:
        """Where the source has no read cursor it is marked on this device only."""
        dialect, _ = self.source(request.thread.source)
        call = dialect.acts.read_call(request)
        if call is not None:
            await self._rows.carry_out(call)
        return [ev.ReadMarked(request.thread, request.to)]

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        dialect, _ = self.source(source)
        call = dialect.find_call(text)
        return () if call is None else dialect.people(await self._rows.carry_out(call))

    async def ensure_thread(self, source: str, person: str) -> tuple[Thread, Sequence[Person]]:
        dialect, me = self.source(source)
        call = dialect.ensure_call(person, me)
        if call is None:
            raise Refused("a thread with that person cannot be made here")
        return dialect.ensured(await self._rows.carry_out(call), me)
