"""The rows of feeds: newest first, open alerts before all others, a take shown before it is confirmed.

What was read is the truth as of the turn in which it was asked for; what was heard later stands until
the next read. Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from supachat.domain.feeds import FeedAct, FeedInfo, FeedRow, Severity

MOST = 200
"""Rows of one feed that are held; a read brings its newest 50."""

_Id = tuple[str, str, str]
_Doing = tuple[str, str, str, FeedAct]


class Feeds:
    """All feeds of a workspace."""

    def __init__(self, infos: Iterable[FeedInfo] = (), rows: Iterable[FeedRow] = ()) -> None:
        self._infos: dict[tuple[str, str], FeedInfo] = {(i.source, i.name): i for i in infos}
        self._rows: dict[tuple[str, str], dict[str, FeedRow]] = {}
        self._heard: dict[_Id, int] = {}
        """The turn in which a row was last heard."""
        self._doing: dict[_Doing, tuple[str, int | None]] = {}
        """What the reader does with rows: by whom, and the turn in which the server said it is done."""
        for row in rows:
            self._rows.setdefault((row.source, row.feed), {})[row.id] = row

    def infos(self) -> tuple[FeedInfo, ...]:
        return tuple(self._infos.values())

    def info(self, source: str, feed: str) -> FeedInfo | None:
        return self._infos.get((source, feed))

    def rows(self, source: str, feed: str) -> tuple[FeedRow, ...]:
        held = map(self._shown, self._rows.get((source, feed), {}).values())
        return in_order(tuple(held), self.info(source, feed))

    def known(self, source: str, infos: Sequence[FeedInfo]) -> bool:
        """Which feeds a source has. True if that is news; those it has no more go with their rows."""
        kept = {key: info for key, info in self._infos.items() if key[0] != source}
        fresh = kept | {(source, info.name): info for info in infos}
        news = fresh != self._infos
        self._infos = fresh
        self._rows = {key: rows for key, rows in self._rows.items() if key in fresh}
        return news

    # ------------------------------------------------------------ rows

    def read(self, source: str, feed: str, rows: Sequence[FeedRow], as_of: int) -> list[FeedRow]:
        """The feed's newest, whole, as of the turn in which they were asked for. Answers those of which
        nothing was known."""
        held = self._rows.get((source, feed), {})
        later = {id_: row for id_, row in held.items() if self._heard.get((source, feed, id_), -1) >= as_of}
        self._rows[source, feed] = {row.id: row for row in rows} | later
        for key in [k for k in self._doing if k[:2] == (source, feed)]:
            done = self._doing[key][1]
            if done is not None and as_of > done:
                del self._doing[key]
        return [row for row in rows if row.id not in held]

    def heard(self, row: FeedRow, turn: int) -> bool:
        """A row, new or changed. True if nothing was known of it."""
        held = self._rows.setdefault((row.source, row.feed), {})
        new = row.id not in held
        held[row.id] = row
        self._heard[row.source, row.feed, row.id] = turn
        for act, done in ((FeedAct.TAKE, row.taken), (FeedAct.CLOSE, row.closed)):
            if done:
                self._doing.pop((row.source, row.feed, row.id, act), None)
        if len(held) > MOST:
            oldest = min(held.values(), key=lambda r: (r.at, r.id))
            del held[oldest.id]
            self._heard.pop((row.source, row.feed, oldest.id), None)
        return new

    # ------------------------------------------------------------ taking and closing

    def take(self, row: FeedRow, me: str, act: FeedAct = FeedAct.TAKE) -> bool:
        """Show it as taken, or closed; False if it is already, or cannot be."""
        info = self.info(row.source, row.feed)
        held = self._rows.get((row.source, row.feed), {}).get(row.id)
        if info is None or held is None or act not in info.open_acts(self._shown(held)):
            return False
        self._doing[row.source, row.feed, row.id, act] = (me, None)
        return True

    def taken(self, source: str, feed: str, id_: str, turn: int, act: FeedAct = FeedAct.TAKE) -> None:
        """The server did it: it stays shown so until a later read says the same."""
        if (doing := self._doing.get((source, feed, id_, act))) is not None:
            self._doing[source, feed, id_, act] = (doing[0], turn)

    def refused(self, source: str, feed: str, id_: str, act: FeedAct = FeedAct.TAKE) -> None:
        self._doing.pop((source, feed, id_, act), None)

    def _shown(self, row: FeedRow) -> FeedRow:
        taking = self._doing.get((row.source, row.feed, row.id, FeedAct.TAKE))
        closing = self._doing.get((row.source, row.feed, row.id, FeedAct.CLOSE))
        if taking is not None and not row.taken:
            row = replace(row, taken=True, taken_by=taking[0])
        if closing is not None and not row.closed:
            row = replace(row, closed=True, closed_by=closing[0])
        return row


def is_alert(row: FeedRow, info: FeedInfo | None) -> bool:
    """Whether it is to be told at once."""
    return (info is not None and info.urgent) or row.severity is Severity.CRITICAL


def in_order(rows: Sequence[FeedRow], info: FeedInfo | None) -> tuple[FeedRow, ...]:
    """Alerts that nobody has taken first, then the newest."""
    newest = sorted(rows, key=lambda row: (row.at, row.id), reverse=True)
    return tuple(sorted(newest, key=lambda row: not (row.waits and is_alert(row, info))))
