"""Prices at the foot of the list: which are watched, where their lines are.

Must never paint prices more than twice a second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from textual.timer import Timer

from supachat.client import Client
from supachat.domain.changes import Alerted
from supachat.domain.model import NOTHING, Feature
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Middle, misread
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.price_block import PriceBlock, PriceView
from supachat.tui.widgets.typing_line import TypingLine
from supachat.tui.widgets.when import span

PAINTED: Final = 0.5
"""Seconds between two paintings of prices."""
AGED: Final = 1.0


class Prices:
    """The prices of the first source that has some. `tall`: whether there is room for all of them."""

    def __init__(
        self,
        client: Client,
        block: PriceBlock,
        typing: TypingLine,
        notices: Notices,
        middle: Middle,
        composer: Composer,
        *,
        now: Callable[[], datetime],
        tall: Callable[[], bool],
    ) -> None:
        self._client = client
        self._block = block
        self._typing = typing
        self._notices = notices
        self._middle = middle
        self._composer = composer
        self._now = now
        self._tall = tall
        self._fired = NOTHING
        """The alert that was crossed last, in words."""
        self._painting = False
        self._ageing: Timer | None = None

    @property
    def source(self) -> str:
        """Whose prices are shown; empty where nobody has any."""
        return next((s.name for s in self._client.sources if Feature.PRICES in s.features), "")

    def show(self) -> None:
        """The block, from the client; nothing where no price is known."""
        source = self.source
        ticks = self._client.prices.ticks(source) if source else ()
        fired = self._fired.partition(" ")[0]
        newest = max((tick.at for tick in ticks), default=0)
        age = self._now().timestamp() - newest / 1_000_000
        words = Safe(f"{span(age)} ago") if ticks else NOTHING
        views = [PriceView(tick, fired=tick.symbol == fired) for tick in ticks]
        self._block.show(views, self._fired, words, tall=self._tall())
        if ticks and self._ageing is None:  # where nobody has prices, nothing wakes the computer for them
            self._ageing = self._block.set_interval(AGED, self._age)

    def _age(self) -> None:
        if self._block.display:
            self.show()

    def changed(self) -> None:
        """Paint them soon; what comes until then is painted with them."""
        if not self._painting:
            self._painting = True
            self._block.set_timer(PAINTED, self._paint)
            if not self._block.display:
                self.show()

    def _paint(self) -> None:
        self._painting = False
        self.show()

    def crossed(self, change: Alerted) -> None:
        """An alert was crossed: it stands under the prices."""
        if change.source == self.source and change.thread is None and not change.feed:
            self._fired = change.title
            self.show()

    def clicked(self, symbol: str) -> None:
        """Of one that was crossed: it has been seen. Of another: the slash that sets an alert for it stands
        in the composer, where that is empty and no edit was emptied in it."""
        if self._fired.partition(" ")[0] == symbol:
            self._fired = NOTHING
            self.show()
        elif self._middle.thread is not None and not (self._composer.text or self._composer.editing):
            self._composer.replace(f"/alert {symbol} above ")
        else:
            self._typing.flash(safe_line(f"/alert {symbol} tells you when it goes above or below"))

    # ------------------------------------------------------------ what is watched
    # Each is given the words behind its slash, and says whether they were understood.

    def alert(self, rest: str) -> bool:
        from supachat.tui.screens import told_words  # late: not before the first frame

        if self._none_here():
            return False
        alert = told_words.parse_alert(rest)
        if alert is None:
            return misread(self._notices, "That is no price alert", told_words.ALERT_FORM)
        self._client.prices.set_alert(self.source, alert)
        lines = [f"above {alert.above:,}"] if alert.above is not None else []
        lines += [f"below {alert.below:,}"] if alert.below is not None else []
        if self._fired.partition(" ")[0] == alert.symbol:
            self._fired = NOTHING
            self.show()
        said = f"you are told when {alert.symbol} goes {' or '.join(lines)}" if lines else ""
        self._typing.flash(safe_line(said or f"nothing is told of {alert.symbol} any more"))
        return True

    def watch(self, rest: str) -> bool:
        symbol = self._symbol(rest, "watch")
        if symbol is None:
            return False
        self._client.prices.watch(self.source, symbol)
        known = symbol in self._client.prices.symbols(self.source)
        self._typing.flash(
            safe_line(f"{symbol} is shown{'' if known else ', no price of it has come yet'}")
        )
        return True

    def unwatch(self, rest: str) -> bool:
        symbol = self._symbol(rest, "unwatch")
        if symbol is None:
            return False
        self._client.prices.unwatch(self.source, symbol)
        self._typing.flash(safe_line(f"{symbol} is not shown any more"))
        return True

    def _symbol(self, rest: str, slash: str) -> str | None:
        """The symbol that is meant; None, and said why, where there is none."""
        from supachat.tui.screens import told_words  # late: not before the first frame

        if self._none_here():
            return None
        symbol = told_words.symbol(rest)
        if symbol is None:
            misread(self._notices, "That is no symbol", f"/{slash} BTC")
        return symbol

    def _none_here(self) -> bool:
        if self.source:
            return False
        self._typing.flash(Safe("no source here has prices"))
        return True
