"""What stands beside the messages: feeds and prices, told to the screen, the cache and the notices.

No I/O, no clock.
"""

from __future__ import annotations

from decimal import Decimal

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.feeds import FeedAct, FeedRow, Tick
from supachat.domain.text import safe_line
from supachat.sync import prices
from supachat.sync.chosen import Chosen
from supachat.sync.feeds import Feeds, is_alert
from supachat.sync.notices import Notifier
from supachat.sync.shelf import Outcome

_DONE = {FeedAct.TAKE: "taken", FeedAct.CLOSE: "closed"}


class Beside:
    """`limit`: percent in 24 hours beyond which a price is told of; None = never."""

    def __init__(
        self, memory: kp.Memory, chosen: Chosen, notifier: Notifier, limit: Decimal | None
    ) -> None:
        self.feeds = Feeds(memory.feeds, memory.feed_rows)
        self.prices = prices.Prices(memory.ticks)
        self._chosen, self._notifier, self._limit = chosen, notifier, limit

    # ------------------------------------------------------------ feeds

    def known(self, event: ev.FeedsKnown, out: Outcome) -> None:
        """Which feeds there are: all of them are read."""
        if self.feeds.known(event.source, event.feeds):
            out.writes.append(kp.KeepFeeds(event.source, event.feeds))
            out.changes.append(ev.FeedChanged())
        out.requests += [ev.FetchFeed(event.source, info.name) for info in event.feeds]

    def wanted(self, source: str | None = None) -> list[ev.Request]:
        """What reading the feeds again asks for, of one source or of all."""
        infos = (info for info in self.feeds.infos() if source in (None, info.source))
        return [ev.FetchFeed(info.source, info.name) for info in infos]

    def read(self, event: ev.FeedRead, as_of: int, out: Outcome) -> None:
        before = self.feeds.rows(event.source, event.feed)
        fresh = self.feeds.read(event.source, event.feed, event.rows, as_of)
        after = self.feeds.rows(event.source, event.feed)
        if after != before:
            out.writes.append(kp.KeepFeedRows(event.source, event.feed, event.rows, whole=True))
            out.changes.append(ev.FeedChanged())
        self._alert(fresh, event.source, event.feed, out)

    def heard(self, row: FeedRow, turn: int, out: Outcome) -> None:
        if self.feeds.info(row.source, row.feed) is None:
            return
        new = self.feeds.heard(row, turn)
        out.writes.append(kp.KeepFeedRows(row.source, row.feed, (row,)))
        out.changes.append(ev.FeedChanged())
        if new:
            self._alert([row], row.source, row.feed, out)

    def _alert(self, rows: list[FeedRow], source: str, feed: str, out: Outcome) -> None:
        info = self.feeds.info(source, feed)
        if info is not None:
            self._notifier.alert([r for r in rows if is_alert(r, info) and r.waits], info, out)

    def take(self, row: FeedRow, me: str, act: FeedAct, out: Outcome) -> None:
        """Shown as taken, or closed, at once."""
        if self.feeds.take(row, me, act):
            out.requests.append(ev.TakeFeedRow(row.source, row.feed, row.id, act))
            out.changes.append(ev.FeedChanged())

    def taken(self, request: ev.TakeFeedRow, turn: int) -> None:
        self.feeds.taken(request.source, request.feed, request.id, turn, request.act)

    def refused(self, request: ev.TakeFeedRow, message: str, cure: str, out: Outcome) -> None:
        self.feeds.refused(request.source, request.feed, request.id, request.act)
        words = safe_line(f"it was not {_DONE[request.act]}: {message}")
        out.changes.append(ev.Notice(words, safe_line(cure), "error"))
        out.changes.append(ev.FeedChanged())

    # ------------------------------------------------------------ prices

    def price(self, tick: Tick, out: Outcome) -> None:
        """A price came. Of a symbol that is not watched it is only remembered."""
        news, before = self.prices.take(tick)
        if not news:
            return
        out.writes.append(kp.KeepTicks((tick,)))
        choices = self._chosen.choices
        if not prices.is_watched(tick, choices):
            return
        change = ev.PricesChanged()
        if change not in out.changes:
            out.changes.append(change)
        self._crossed(tick, before, out)
        if prices.is_large(tick, self._limit, choices):
            self._chosen.told(tick.source, tick.symbol, prices.day_of(tick), out)
            words = f"{tick.symbol} {_signed(tick.change)} % in 24 hours"
            self._notifier.price(tick.source, words, out)

    def _crossed(self, tick: Tick, before: Decimal | None, out: Outcome) -> None:
        for alert in prices.alerts_of(tick, self._chosen.choices):
            for side, line in prices.crossings(before, tick.price, alert):
                words = f"{tick.symbol} went {side} {_money(line)}"
                self._notifier.price(tick.source, words, out, f"{_money(tick.price)} now")


def _money(amount: Decimal) -> str:
    """With its thousands set off, and no more digits than it has.

    >>> _money(Decimal("98000.0"))
    '98,000'
    """
    whole = amount == amount.to_integral_value()
    return f"{amount.to_integral_value():,}" if whole else f"{amount:,f}"


def _signed(change: Decimal) -> str:
    return f"{change:+f}"
