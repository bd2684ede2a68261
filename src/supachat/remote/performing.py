"""Requests carried out: the dialect says what to ask and what the answer means, `rows` asks.

Decides nothing: no request is made that was not asked for, but for one row more where an answer may have
been cut short (see `maxrows`). Errors are `SupachatError`s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from supachat.dialects.asks import MOST_SOUGHT
from supachat.dialects.calls import Call, Row, Rpc, Select
from supachat.dialects.grammar import Dialect
from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, NotFound, Refused, Unreachable
from supachat.domain.feeds import FeedInfo
from supachat.domain.model import Act, Draft, Message, Person, Thread
from supachat.remote.hearing import Known
from supachat.remote.maxrows import MaxRows
from supachat.remote.rows import Rows

LONG = 100
"""Rows from which on a list is looked at for more, on a server of which nothing is known yet."""
MOST_LISTED = 10_000
"""Rows of a list that a function gives, in all."""


class Performer:
    def __init__(self, known: Known, rows: Rows) -> None:
        self._known, self._rows, self._max_rows = known, rows, MaxRows()

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
        """A request about messages."""
        match request:
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
        answer = await self.whole_list(dialect.list_call())
        threads, people = dialect.threads(answer, me)
        return ev.ThreadsListed(request.source, threads, people, dialect.reads(answer))

    async def whole_list(self, call: Rpc | Select) -> Sequence[Row]:
        """A list, read on where an answer may have been cut. A short one keeps nobody waiting for that, but
        where this server is known to cut. Where it moved meanwhile rows stand twice: what came to the top
        was never where we looked, and is read at last."""
        most = MOST_LISTED if isinstance(call, Rpc) or call.limit is None else call.limit
        rows = list(await self._rows.carry_out(call))
        got, moved = len(rows), False
        while len(rows) < most:
            whole = self._max_rows.whole(got, most)
            if whole or (whole is None and got < LONG):
                break
            more = await self._rows.carry_out(replace(call, offset=len(rows)))
            if more or isinstance(call, Select):  # a function may give one array, which is never cut
                self._max_rows.learn(got, whole=not more)
            moved = moved or (bool(more) and more[0] in rows)
            if not more or more[-1] in rows:
                break
            rows, got = rows + more, len(more)
        return rows if not moved else [*rows, *await self._rows.carry_out(call)]

    async def mentions(self, request: ev.FetchMentions) -> Sequence[ev.Event]:
        dialect, me = self.source(request.source)
        call = dialect.mentions_call(request)
        answer = await self._rows.carry_out(call) if call is not None else ()
        return [ev.MentionsRead(request, dialect.any_messages(answer, me))]

    async def fetch_page(self, request: ev.FetchPage) -> Sequence[ev.Event]:
        dialect, me = self.source(request.thread.source)
        answer = await self._rows.carry_out(dialect.page_call(request))
        messages = dialect.messages(answer, request.thread, me)
        beyond = dialect.page_call(_beyond(request, messages))
        whole = await self._whole(len(messages), request.limit, beyond)
        return [ev.PageFetched(request, messages, dialect.authors(answer), whole)]

    async def fetch_edits(self, request: ev.FetchEdits) -> Sequence[ev.Event]:
        dialect, me = self.source(request.thread.source)
        call = dialect.edits_call(request)
        answer = await self._rows.carry_out(call) if call is not None else []
        messages, reached = dialect.messages(answer, request.thread, me), dialect.edited_to(answer)
        beyond = dialect.edits_call(replace(request, after=reached or request.after, limit=1))
        whole = await self._whole(len(messages), request.limit, beyond)
        return [ev.EditsFetched(request, messages, reached, whole)]

    async def reread(self, request: ev.Reread) -> Sequence[ev.Event]:
        dialect, me = self.source(request.thread.source)
        found: list[Message] = []
        after = request.after
        while True:
            call = dialect.window_call(replace(request, after=after))
            answer = dialect.messages(await self._rows.carry_out(call), request.thread, me)
            found += answer
            # of a text column's numbers of one time the last may be there before the others
            if not answer or (len(answer) < request.limit and answer[-1].cursor >= request.upto):
                break
            after = answer[-1].cursor
            beyond = dialect.window_call(replace(request, after=after, limit=1))
            if await self._whole(len(answer), request.limit, beyond):
                break
        return [ev.WindowReread(request, tuple(m for m in found if m.cursor <= request.upto))]

    async def _whole(self, count: int, limit: int, beyond: Call | None) -> bool:
        """Whether the server has no more than the `count` rows it gave. Where that cannot be known by their
        number, `beyond` asks for the one after them."""
        whole = self._max_rows.whole(count, limit)
        if whole is None and beyond is not None:
            whole = not await self._rows.carry_out(beyond)
            self._max_rows.learn(count, whole=whole)
        return whole is not False

    async def seek_draft(self, request: ev.SeekDraft) -> Sequence[ev.Event]:
        draft = sought = request.draft
        dialect, me = self.source(draft.thread.source)
        found: list[Message] = []
        while True:
            answer = await self._rows.carry_out(dialect.acts.sought_call(sought, me))
            messages = dialect.messages(answer, draft.thread, me)
            found += messages
            one = draft.anchor is None or dialect.own_ids
            if one or self._max_rows.whole(len(messages), MOST_SOUGHT):
                return [ev.DraftSought(draft, tuple(found))]
            sought = replace(sought, anchor=messages[-1].cursor)

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


def _beyond(request: ev.FetchPage, messages: Sequence[Message]) -> ev.FetchPage:
    """What asks for the one message after the last of a page, whichever way it went."""
    if not messages:
        return request
    if request.after is not None:
        return replace(request, after=messages[-1].cursor, limit=1)
    return replace(request, before=messages[0].cursor, limit=1)
