"""What the switcher and the command palette have in common: a query, its results, the rest veiled.

72 wide or the terminal less 8, three rows down, everything behind stepped back. The footer stays readable
and shows the overlay's keys. Must never know what a result is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rich.console import RenderableType
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen

from supachat.domain.text import Safe
from supachat.tui.keymap import Place
from supachat.tui.spans import Row, Span, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of, keys_of, toneless
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import Lines
from supachat.tui.widgets.header import Rule, Side
from supachat.tui.widgets.line_field import LineField
from supachat.tui.widgets.results import Result, Results
from supachat.tui.widgets.veil import Veil

T = TypeVar("T")
WIDEST = 72
NARROWEST_COUNTED = 60
"""Columns of the terminal from which the number found stands beside the query: in fewer it needs all."""


class Overlay(ModalScreen[T]):
    """A subclass says what `find` finds and what `picked` does."""

    PLACE: ClassVar[Place]
    AUTO_FOCUS = "#query"

    def __init__(self, ask: Safe) -> None:
        super().__init__()
        self._box = Vertical(id="box")
        self._query = LineField(id="query", placeholder=Content(ask))
        self._found = Lines(id="found", on="panel")
        self._results = Results(id="results")
        self._begun = ""

    def compose(self) -> ComposeResult:
        prompt = Span(Safe(glyphs_of(self).you), "bold accent")
        with self._box:
            if toneless(self):
                yield Side(classes="side -left")
                yield Side(classes="side -right")
            yield self._edge()
            with Horizontal(id="ask"):
                yield Lines(Row((space(2), prompt)), id="prompt", on="panel")
                yield self._query
                yield self._found
            yield Lines(Row(), on="panel")
            yield self._results
            yield self._edge()
        yield Footer(keys_of(self).footer(self.PLACE), id="footer")

    def _edge(self) -> Drawn:
        """The first and the last row of the box: air, or dashes where there is no tone to see it by."""
        return Rule(classes="edge") if toneless(self) else Lines(Row(), on="panel")

    def render(self) -> RenderableType:
        """What lies behind, veiled."""
        behind = super().render()
        if not isinstance(behind, BackgroundScreen):
            return behind
        colour = None if self.app.no_color else Color.parse(self.app.theme_variables["sc-veil"])
        return Veil(behind, colour, tones=not toneless(self))

    def on_mount(self) -> None:
        self.lay_out()
        if self._begun:
            self._query.put(self._begun)

    def begin(self, text: str) -> None:
        """What stands in the query from the start, as if it had been typed."""
        self._begun = text
        if self.is_mounted:
            self._query.put(text)

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()

    def lay_out(self) -> None:
        """The box in the terminal's middle; the results anew."""
        size = self.app.size
        self._box.styles.width = min(WIDEST, max(20, size.width - 8))
        self._box.styles.margin = (3 if size.height >= 30 else 2, 0, 0, 0)
        self.search(keep=True)

    # ------------------------------------------------------------ searching

    @property
    def asked(self) -> str:
        return self._query.value

    def find(self, query: str) -> tuple[Sequence[Result], int]:
        """Results for a query, and of how many."""
        raise AssertionError(f"{type(self).__name__} finds nothing")

    def nothing(self, query: str) -> Sequence[Safe]:
        """What to say where nothing was found."""
        return (Safe("Nothing is called that"),)

    def picked(self, result_id: str) -> None:
        """A row was chosen."""
        raise AssertionError(f"{type(self).__name__} does nothing with {result_id}")

    def search(self, *, keep: bool = False) -> None:
        """Find again for the query that stands there."""
        query = self.asked
        results, total = self.find(query)
        rows = self.app.size.height
        nothing = () if results else self.nothing(query)
        self._results.show(results, nothing, airy=rows >= 30, most=max(3, rows - 10), keep=keep)
        roomy = self.app.size.width >= NARROWEST_COUNTED
        words = Safe(f"{len(results)} of {total}" if total and roomy else "")
        self._found.styles.width = len(words) + 2
        self._found.show(Row((Span(words, "quiet"), space(2))))

    def on_text_area_changed(self) -> None:
        self.search()

    # ------------------------------------------------------------ keys and clicks

    def action_move(self, by: int) -> None:
        self._results.move(by)

    def action_group(self) -> None:
        self._results.next_group()

    def action_pick(self) -> None:
        chosen = self._results.chosen
        if chosen is not None:
            self.picked(chosen.id)

    def on_results_picked(self, event: Results.Picked) -> None:
        event.stop()
        self.picked(event.result_id)

    def action_close(self) -> None:
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click beside the box goes back."""
        if event.widget is self:
            self.dismiss(None)
