"""Prices at the foot of the thread list: a row a symbol, and what was crossed last, in words.

Pure rows and the widget that shows them. Nothing scrolls and nothing flashes; the screen says when.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

from rich.cells import cell_len

from supachat.domain.feeds import Tick
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, fit, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of, toneless

MOST: Final = 3
"""Symbols that are shown where there is room; those with an alert that fired come first."""
NARROW: Final = 28
CHANGE: Final = 6
"""Cells of the change, its sign included."""


@dataclass(frozen=True, slots=True)
class PriceView:
    """One symbol; `fired`: an alert of it was crossed and not looked at since."""

    tick: Tick
    fired: bool = False


def money(price: Decimal) -> Safe:
    """Two places from 10 on, four below, with commas: `98,212.40`, `0.4127`."""
    return Safe(f"{price:,.2f}" if abs(price) >= 10 else f"{price:,.4f}")


def percent(change: Decimal) -> Safe:
    """Always with its sign."""
    return Safe(f"{change:+.1f}%")


def price_row(view: PriceView, cells: int, glyphs: Glyphs = UNICODE) -> Row:
    """Symbol at 4, price ending at w-9, change ending at w-2."""
    tick = view.tick
    look = "bold foreground" if view.fired else "text2"
    change = percent(tick.change)
    rose = "success" if tick.change > 0 else "error" if tick.change < 0 else "quiet"
    mark = Span(Safe(f"{glyphs.alert} " if view.fired else "  "), "bold warning")
    left = [space(2), mark, Span(tick.symbol, look)]
    right = [
        Span(money(tick.price), "foreground" if view.fired else "text2"),
        space(max(1, (1 if cells >= NARROW else 0) + CHANGE - cell_len(change))),
        Span(change, rose),
        space(1),
    ]
    return Row(tuple(span._replace(act=tick.symbol) for span in fit(left, right, cells)))


def price_rows(
    views: Sequence[PriceView], words: Safe, age: Safe, cells: int, height: int, glyphs: Glyphs = UNICODE
) -> list[Row]:
    """A heading with the age of the last price, the symbols, the last alert; in one row only a symbol."""
    ordered = sorted(views, key=lambda view: not view.fired)
    if height < 3:
        return [price_row(each, cells, glyphs) for each in ordered[:1]]
    shown = {view.tick.symbol for view in ordered[: height - 2]}
    head = fit([space(4), Span(Safe("Prices"), "bold text2")], [Span(age, "quiet"), space(1)], cells)
    rows = [Row(head), *(price_row(each, cells, glyphs) for each in views if each.tick.symbol in shown)]
    if words:
        said = Span(cut(words, cells - 5, glyphs.cut), "warning", words.partition(" ")[0])
        rows.append(Row((space(4), said)))
    return rows


class PriceBlock(Drawn):
    """The widget; as high as the screen makes it. A click acts as the symbol that is clicked."""

    ON: ClassVar[str] = "surface"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.views: tuple[PriceView, ...] = ()
        self._words = NOTHING
        self._age = NOTHING
        self._height = 0

    def show(self, views: Sequence[PriceView], words: Safe, age: Safe, *, tall: bool) -> None:
        """These prices; `words` are of the alert that fired last, `age` of the newest tick."""
        self.display = bool(views)
        air = 1 if toneless(self) else 0  # else it is a margin, which no dividing line runs through
        height = (min(len(views), MOST) + 2 + air) if tall else 1
        if views and self._height != height:
            self.styles.height = self._height = height
        if (tuple(views), words, age) != (self.views, self._words, self._age):
            self.views, self._words, self._age = tuple(views), words, age
            self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        glyphs = glyphs_of(self)
        if height == 1 or not toneless(self):  # one row has no cell to spare for the line
            return price_rows(self.views, self._words, self._age, width, height, glyphs)
        rows = [Row(), *price_rows(self.views, self._words, self._age, width - 2, height - 1, glyphs)]
        rows += [Row()] * (height - len(rows))
        edge = (Span(Safe(glyphs.edge), "rule"), space(1))
        return [Row(fit(row.spans, edge, width, air=0)) for row in rows]
