"""What a source can do beside its messages, in the words of the domain: a `Dialect`'s other half.

Pure, like it: calls come out, answers go in. None, or nothing, is what a map that names no way says.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from supachat.dialects import asks, changes, feeds, rows
from supachat.dialects.calls import Call, Row, Rpc, Select
from supachat.dialects.parts import THREAD, USER
from supachat.dialects.shape import Map
from supachat.domain.events import PersonSeen
from supachat.domain.feeds import Canned, FeedAct, FeedInfo, FeedRow, Tick
from supachat.domain.model import Alteration, Micros, Presence
from supachat.domain.requests import CountGap

MOST = 100
"""Rows of presence that are read of one thread."""


@dataclass(frozen=True)
class Beside:
    """One map and what it means beside its messages. Answers that do not fit it raise `rows.Misfit`."""

    map: Map

    def alter_call(self, thread_id: str, what: Alteration, value: str, me: str) -> Call | None:
        """A change to a thread; an empty value is null."""
        part = self.map.alter.get(what)
        if part is None:
            return None
        call = asks.rpc(self.map, part, {"thread": thread_id, "value": value, "me": me})
        said = part.values.get(value, value)
        given = {
            name: (None if said == "" else said) if part.params[name] == "$value" else one
            for name, one in call.params.items()
        }
        return Rpc(call.function, given, call.schema)

    def create_call(self, title: str) -> Call | None:
        part = self.map.create
        return asks.rpc(self.map, part, {"title": title.strip()}) if part else None

    def search_call(self, text: str) -> Call | None:
        """By the map's own function, which an index may help; else in the table, as far as RLS shows it."""
        part, words = self.map.search, text.strip()
        if part is None:
            return asks.holding(self.map, words) if words and self.map.stored is not None else None
        return asks.rpc(self.map, part, {"text": words}) if words else None

    def count_call(self, request: CountGap) -> Call | None:
        """None where the server stores no messages."""
        return asks.between(self.map, request) if self.map.stored is not None else None

    # ------------------------------------------------------------ written replies

    def canned_call(self) -> Call | None:
        part = self.map.canned
        if part is None:
            return None
        columns = ",".join(dict.fromkeys((part.name, part.text)))
        return Select(part.table, columns, order=((part.name, False),), limit=500, schema=self.map.schema_)

    def canned(self, answer: Sequence[Row]) -> tuple[Canned, ...]:
        part = self.map.canned
        return tuple(feeds.canned(part, row) for row in answer) if part else ()

    # ------------------------------------------------------------ feeds

    def feeds(self, reader: Sequence[Row]) -> tuple[FeedInfo, ...]:
        """Those that are for the reader; `reader` is what `me_call` answered."""
        return feeds.infos(self.map, reader)

    def feed_call(self, name: str) -> Call | None:
        """The newest rows of a feed; None for one that no table holds."""
        part = next((one for one in self.map.feeds if one.name == name), None)
        if part is None:
            return None
        order = ((part.at, True), (part.id, True))
        columns = ",".join(part.columns)
        return Select(part.table, columns, order=order, limit=feeds.MOST, schema=self.map.schema_)

    def feed(self, name: str, answer: Sequence[Row]) -> tuple[FeedRow, ...]:
        """Newest first."""
        part = next(one for one in self.map.feeds if one.name == name)
        return tuple(feeds.feed_row(self.map, part, row) for row in answer)

    def take_call(self, name: str, id_: str, act: FeedAct = FeedAct.TAKE) -> Call | None:
        feed = next((one for one in self.map.feeds if one.name == name), None)
        part = feed and {FeedAct.TAKE: feed.take, FeedAct.CLOSE: feed.close}[act]
        return asks.rpc(self.map, part, {"id": id_}) if part else None

    # ------------------------------------------------------------ prices

    def prices_call(self) -> Call | None:
        part = self.map.prices
        if part is None:
            return None
        if part.rpc is not None:
            return Rpc(part.rpc, {}, self.map.schema_)
        columns = ",".join((part.symbol, part.price, part.change, part.at))
        order = ((part.at, True),)
        return Select(part.table, columns, order=order, limit=feeds.MOST_PRICES, schema=self.map.schema_)

    def prices(self, answer: Sequence[Row]) -> tuple[Tick, ...]:
        part = self.map.prices
        return feeds.ticks(self.map, part, list(answer)) if part else ()

    # ------------------------------------------------------------ presence and audit

    def presence_call(self, thread_id: str, presence: Presence, me: str) -> Call | None:
        """Keep in the table what the reader is."""
        part = self.map.presence_row
        slots = {"thread": thread_id, "status": presence.value, "me": me}
        return asks.rpc(self.map, part, slots) if part else None

    def present_call(self, topic: str) -> Call | None:
        """The rows of those who are in the thread that a topic tells such rows of."""
        part = self.map.presence_row
        told = [one for one in self.map.changes if one.means == "presence" and one.slot == THREAD]
        key = next((key for one in told if (key := one.key(topic)) is not None), None)
        if part is None or key is None:
            return None
        columns = ",".join(dict.fromkeys((part.person, part.thread, part.status, part.seen)))
        newest = ((part.seen, True),)
        return Select(part.table, columns, ((part.thread, "eq", key),), "", newest, MOST, self.map.schema_)

    def present(self, answer: Sequence[Row], me: str, now: Micros) -> tuple[PersonSeen, ...]:
        """What each row says, with its age at `now`, by the server's clock. What fits no map is nobody."""
        found: list[PersonSeen] = []
        for row in answer:
            with suppress(rows.Misfit):
                seen = changes.seen(self.map, row, me)
                at = seen.sighting.at if seen is not None else None
                if seen is not None and at is not None:
                    found.append(replace(seen, age=max(0.0, (now - at) / 1_000_000)))
        return tuple(found)

    def audit_calls(self, topic: str) -> tuple[Call, ...]:
        """Notes that the reader listens to the tables of a topic of their own account."""
        part = self.map.audit
        mine = [one for one in self.map.changes if one.slot == USER and one.key(topic) is not None]
        tables = dict.fromkeys(one.table for one in mine)
        return tuple(asks.rpc(self.map, part, {"table": table}) for table in tables) if part else ()
