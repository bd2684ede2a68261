"""Requests about what stands beside messages, carried out: threads altered, feeds, prices, search.

Decides nothing, like `performing`. Errors are `SupachatError`s.
"""

from __future__ import annotations

from collections.abc import Sequence

from supachat.dialects.calls import Call
from supachat.dialects.fitting import Fitting
from supachat.domain import events as ev
from supachat.domain.errors import Refused
from supachat.domain.feeds import Canned
from supachat.domain.model import Message, Person, Thread
from supachat.remote.performing import Performer
from supachat.remote.rows import Rows

Asked = ev.Alter | ev.CountGap | ev.FetchFeed | ev.TakeFeedRow | ev.FetchPrices


class Side:
    def __init__(self, performer: Performer, rows: Rows) -> None:
        self._performer, self._rows = performer, rows

    async def perform(self, request: Asked) -> Sequence[ev.Event]:
        match request:
            case ev.Alter():
                return await self._alter(request)
            case ev.CountGap():
                return await self._count(request)
            case ev.FetchFeed(source, feed):
                return await self._feed(source, feed)
            case ev.TakeFeedRow():
                return await self._take(request)
            case ev.FetchPrices(source):
                return await self._prices(source)

    async def _alter(self, request: ev.Alter) -> Sequence[ev.Event]:
        """What became of it stands in the list, for everybody who sees the thread."""
        dialect, me = self._performer.source(request.thread.source)
        call = dialect.beside.alter_call(request.thread.id, request.what, request.value, me)
        await self._rows.carry_out(_able(call))
        return [ev.ListStale(request.thread.source)]

    async def _count(self, request: ev.CountGap) -> Sequence[ev.Event]:
        call = self._performer.source(request.thread.source)[0].beside.count_call(request)
        answer = await self._rows.carry_out(call) if call is not None else []
        found = [row["count"] for row in answer if isinstance(row.get("count"), int)]
        return [ev.GapCounted(request, found[0] if found else None)]

    async def _feed(self, source: str, feed: str) -> Sequence[ev.Event]:
        """Nothing for a feed that is only told: what was heard of it is all there is."""
        beside = self._performer.source(source)[0].beside
        call = beside.feed_call(feed)
        if call is None:
            return ()
        answer = await self._rows.carry_out(call)
        with Fitting(source):
            return [ev.FeedRead(source, feed, beside.feed(feed, answer))]

    async def _take(self, request: ev.TakeFeedRow) -> Sequence[ev.Event]:
        beside = self._performer.source(request.source)[0].beside
        call = beside.take_call(request.feed, request.id, request.act)
        await self._rows.carry_out(_able(call))
        return ()

    async def _prices(self, source: str) -> Sequence[ev.Event]:
        beside = self._performer.source(source)[0].beside
        call = beside.prices_call()
        if call is None:
            return ()
        answer = await self._rows.carry_out(call)
        with Fitting(source):
            return [ev.PricesRead(source, beside.prices(answer))]

    # ------------------------------------------------------------ asked by a person, who waits

    async def search(self, source: str, text: str) -> Sequence[Message]:
        dialect, me = self._performer.source(source)
        call = dialect.beside.search_call(text)
        return () if call is None else dialect.any_messages(await self._rows.carry_out(call), me)

    async def canned(self, source: str) -> Sequence[Canned]:
        beside = self._performer.source(source)[0].beside
        call = beside.canned_call()
        answer = await self._rows.carry_out(call) if call is not None else []
        with Fitting(source):
            return beside.canned(answer)

    async def create_thread(self, source: str, title: str) -> tuple[Thread, Sequence[Person]]:
        dialect, me = self._performer.source(source)
        call = _able(dialect.beside.create_call(title))
        return dialect.ensured(await self._rows.carry_out(call), me)


def _able(call: Call | None) -> Call:
    if call is None:
        raise Refused("this source has no way to do that")
    return call
