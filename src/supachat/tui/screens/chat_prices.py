"""Prices at the foot of the list, and being told of them: which are watched, where their lines are.

Between `ChatThreads` and what the person is to others. Must never paint prices more than twice a second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from supachat.client import Client
from supachat.domain.changes import Alerted
from supachat.domain.events import Notice
from supachat.domain.model import NOTHING, Feature
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens.chat_threads import ChatThreads
from supachat.tui.widgets.health_parts import span
from supachat.tui.widgets.price_block import PriceView

PAINTED: Final = 0.5
"""Seconds between two paintings of prices."""
AGED: Final = 1.0


class ChatPrices(ChatThreads):
    """The prices of the first source that has some."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._fired = NOTHING
        """The alert that was crossed last, in words."""
        self._painting = False

    def on_mount(self) -> None:
        self.set_interval(AGED, self._age)

    @property
    def price_source(self) -> str:
        """Whose prices are shown; empty where nobody has any."""
        return next((s.name for s in self.client.sources if Feature.PRICES in s.features), "")

    def show_prices(self) -> None:
        """The block, from the client; nothing where no price is known."""
        source = self.price_source
        ticks = self.client.prices.ticks(source) if source else ()
        fired = self._fired.partition(" ")[0]
        newest = max((tick.at for tick in ticks), default=0)
        age = self.now().timestamp() - newest / 1_000_000
        words = Safe(f"{span(age)} ago") if ticks else NOTHING
        views = [PriceView(tick, fired=tick.symbol == fired) for tick in ticks]
        self.prices.show(views, self._fired, words, tall=self.frame.tall)

    def _age(self) -> None:
        if self.prices.display:
            self.show_prices()

    def prices_changed(self) -> None:
        """Paint them soon; what comes until then is painted with them."""
        if not self._painting:
            self._painting = True
            self.set_timer(PAINTED, self._paint)
            if not self.prices.display:
                self.show_prices()

    def _paint(self) -> None:
        self._painting = False
        self.show_prices()

    def price_told(self, change: Alerted) -> None:
        """An alert was crossed: it stands under the prices."""
        if change.source == self.price_source and change.thread is None and not change.feed:
            self._fired = change.title
            self.show_prices()

    # ------------------------------------------------------------ what is watched

    def with_words(self, action: str, rest: str) -> bool:
        if action == "alert":
            return self._alert(rest)
        if action in ("watch", "unwatch"):
            return self._watch(action, rest)
        if action == "quiet":
            return self._quiet(rest)
        return super().with_words(action, rest)

    def _not_so(self, title: str, form: str) -> bool:
        words = safe_line(f"It is written {form}. The text is still here.", limit=300)
        self.notices.tell(Notice(Safe(title), words, "warning"))
        return False

    def _no_prices(self) -> bool:
        if self.price_source:
            return False
        self.typing.flash(Safe("no source here has prices"))
        return True

    def _alert(self, rest: str) -> bool:
        from supachat.tui.screens import told_words  # late: not before the first frame

        if self._no_prices():
            return False
        alert = told_words.parse_alert(rest)
        if alert is None:
            return self._not_so("That is no price alert", told_words.ALERT_FORM)
        self.client.prices.set_alert(self.price_source, alert)
        lines = [f"above {alert.above:,}"] if alert.above is not None else []
        lines += [f"below {alert.below:,}"] if alert.below is not None else []
        if self._fired.partition(" ")[0] == alert.symbol:
            self._fired = NOTHING
            self.show_prices()
        said = f"you are told when {alert.symbol} goes {' or '.join(lines)}" if lines else ""
        self.typing.flash(safe_line(said or f"nothing is told of {alert.symbol} any more"))
        return True

    def _watch(self, action: str, rest: str) -> bool:
        from supachat.tui.screens import told_words  # late: not before the first frame

        if self._no_prices():
            return False
        symbol = told_words.symbol(rest)
        if symbol is None:
            return self._not_so("That is no symbol", f"/{action} BTC")
        if action == "watch":
            self.client.prices.watch(self.price_source, symbol)
            known = symbol in self.client.prices.symbols(self.price_source)
            later = "" if known else ", no price of it has come yet"
            self.typing.flash(safe_line(f"{symbol} is shown{later}"))
        else:
            self.client.prices.unwatch(self.price_source, symbol)
            self.typing.flash(safe_line(f"{symbol} is not shown any more"))
        return True

    def _quiet(self, rest: str) -> bool:
        from supachat.tui.screens import told_words  # late: not before the first frame

        if rest.strip().casefold() in told_words.OFF:
            self.client.telling.set_quiet(None)
            self.typing.flash(Safe("told at every hour"))
            return True
        hours = told_words.parse_quiet(rest)
        if hours is None:
            return self._not_so("Those are no hours", told_words.QUIET_FORM)
        self.client.telling.set_quiet(hours)
        self.typing.flash(Safe(f"quiet from {told_words.quiet_words(hours)}; critical alerts still come"))
        return True
