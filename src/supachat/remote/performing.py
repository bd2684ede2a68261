"""Requests carried out: the dialect says what to ask and what the answer means, `rows` asks.

Decides nothing: no request is made that was not asked for, but that a list, a window or a search is read on
where an answer may have been cut short (see `maxrows`). Errors are `SupachatError`s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from supachat.dialects.calls import Row, Rpc, Select
from supachat.dialects.grammar import Dialect
from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, NotFound, Refused, Unreachable
from supachat.domain.feeds import FeedInfo
from supachat.domain.model import Act, Cursor, Draft, Message, Person, Thread, ThreadKey
from supachat.remote.hearing import Known
from supachat.remote.maxrows import Listed, MaxRows, read_on
from supachat.remote.rows import Rows

MOST_LISTED = 10_000
"""Rows of a list that a function gives, in all."""


class Performer:
    def __init__(self, known: Known, rows: Rows) -> None:
        self._known, self._rows, self._max_rows = known, rows, MaxRows()
        self._listed: dict[str, int] = {}
        """How long each source's list was."""

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
        answer = await self.whole_list(dialect.list_call(), self._listed.get(request.source, 0))
        self._listed[request.source] = len(answer)
        threads, people = dialect.threads(answer, me)
        return ev.ThreadsListed(request.source, threads, people, dialect.reads(answer))

    async def whole_list(self, call: Rpc | Select, before: int = 0) -> Sequence[Row]:
        """A list, read on until its end is known: what is missing in it is taken for gone. One that is
        shorter than `before` is not believed at once. Of one that moved meanwhile the top is read again."""
        most = MOST_LISTED if isinstance(call, Rpc) or call.limit is None else call.limit
        listed = Listed()
        while not listed.ended and len(listed.rows) < most:
            part = await self._rows.carry_out(replace(call, offset=len(listed.rows)))
            if isinstance(call, Select):  # a function may give one array, which is never cut
                self._max_rows.gave(len(part))
            whole = len(part) >= before and self._max_rows.whole(len(part), most)
            listed = read_on(listed, part, whole=whole)
        return [*listed.rows, *(await self._rows.carry_out(call) if listed.moved else ())]

    async def mentions(self, request: ev.FetchMentions) -> Sequence[ev.Event]:
        dialect, me = self.source(request.source)
        call = dialect.mentions_call(request)
        answer = await self._rows.carry_out(call) if call is not None else ()
        return [ev.MentionsRead(request, dialect.any_messages(answer, me))]

    async def fetch_page(self, request: ev.FetchPage) -> Sequence[ev.Event]:
        """Where the end is not known to be reached it is not called so. The next page settles that, and
        nobody waits for it to see this one."""
        dialect, me = self.source(request.thread.source)
        answer = await self._rows.carry_out(dialect.page_call(request))
        messages = dialect.messages(answer, request.thread, me)
        whole = self._whole(answer, request.limit)
        return [ev.PageFetched(request, messages, dialect.authors(answer), whole)]

    async def fetch_edits(self, request: ev.FetchEdits) -> Sequence[ev.Event]:
        """The same of edits."""
        dialect, me = self.source(request.thread.source)
        call = dialect.edits_call(request)
        answer = await self._rows.carry_out(call) if call is not None else []
        messages, reached = dialect.messages(answer, request.thread, me), dialect.edited_to(answer)
        return [ev.EditsFetched(request, messages, reached, self._whole(answer, request.limit))]

    def _whole(self, answer: Sequence[Row], limit: int) -> bool:
        self._max_rows.gave(len(answer))
        return self._max_rows.whole(len(answer), limit)

    async def reread(self, request: ev.Reread) -> Sequence[ev.Event]:
        dialect = self.source(request.thread.source)[0]
        found = await self._read_on(
            request.thread,
            request.after,
            lambda after: dialect.window_call(replace(request, after=after)),
            # of a text column's numbers of one time the last may be there before the others
            enough=lambda answer: len(answer) < request.limit and answer[-1].cursor >= request.upto,
        )
        return [ev.WindowReread(request, tuple(m for m in found if m.cursor <= request.upto))]

    async def seek_draft(self, request: ev.SeekDraft) -> Sequence[ev.Event]:
        draft = request.draft
        dialect, me = self.source(draft.thread.source)
        if draft.anchor is None or dialect.own_ids:
            answer = await self._rows.carry_out(dialect.acts.sought_call(draft, me))
            return [ev.DraftSought(draft, tuple(dialect.messages(answer, draft.thread, me)))]
        found = await self._read_on(
            draft.thread,
            draft.anchor,
            lambda after: dialect.acts.sought_call(replace(draft, anchor=after), me),
        )
        return [ev.DraftSought(draft, tuple(found))]

    async def _read_on(
        self,
        thread: ThreadKey,
        after: Cursor,
        call: Callable[[Cursor], Select],
        enough: Callable[[Sequence[Message]], bool] = lambda answer: False,
    ) -> list[Message]:
        """Answer after answer, until one is enough or empty: what is not among them counts as not there, so
        that none is believed to be the last for its length."""
        dialect, me = self.source(thread.source)
        found: list[Message] = []
        short = 0
        while True:
            asked = call(after)
            rows = await self._rows.carry_out(asked)
            if rows and short:
                self._max_rows.cut(short)
            answer = dialect.messages(rows, thread, me)
            found += answer
            if not answer or enough(answer) or answer[-1].cursor == after:
                return found
            after, short = answer[-1].cursor, len(rows) if len(rows) < (asked.limit or 0) else 0

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
