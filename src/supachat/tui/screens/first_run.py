"""The first run: where are your conversations?

Two answers: nowhere yet, which starts the demo, or in a Supabase project, which `ProjectForm` asks for.
Knows the world by `SetUp` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen

from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.project_form import CELLS, ProjectForm
from supachat.tui.setup_protocol import SetUp
from supachat.tui.spans import Row, Span, fit, space, wrap
from supachat.tui.widgets.drawn import Drawn, glyphs_of, keys_of
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import Lines, heading

CHOICES: Final = (
    (
        "demo",
        Safe("Nowhere yet, start a server here"),
        Safe(
            "The demo: a Supabase-compatible server on this computer, with "
            "a real PostgreSQL, and people who answer. Ready in seconds."
        ),
    ),
    (
        "project",
        Safe("In a Supabase project"),
        Safe(
            "You need its URL and its publishable key. Both are tried "
            "while you type, nothing is kept before they are right."
        ),
    ),
)


class Choices(Drawn, can_focus=True):
    """The two answers. `Chosen` carries which."""

    BINDINGS = bindings(Place.CHOICES)
    ON: ClassVar[str] = "background"

    class Chosen(Message):
        """demo or project."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._at = 0
        self.styles.height = 4 * len(CHOICES)

    def on_resize(self) -> None:
        self.styles.height = len(self.rows(self.size.width, 0))

    def action_move(self, by: int) -> None:
        self._at = (self._at + by) % len(CHOICES)
        self.redraw()
        tall = self.size.height // len(CHOICES)
        around = Region(0, self.virtual_region.y + self._at * tall, self.size.width, tall)
        self.screen.query_one("#card").scroll_to_region(around, animate=False)

    def action_go(self) -> None:
        self.post_message(self.Chosen(CHOICES[self._at][0]))

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        event.stop()
        self.post_message(self.Chosen(event.act))

    def rows(self, width: int, height: int) -> Sequence[Row]:
        rows: list[Row] = []
        for number, (act, title, words) in enumerate(CHOICES):
            chosen = number == self._at
            on = "select" if chosen else ""
            edge = Span(Safe(f"{glyphs_of(self).you} " if chosen else "  "), "accent", act)
            rows.append(Row(fit((edge, Span(title, "bold foreground", act)), (), width), on))
            lines = wrap(words, min(CELLS, width - 2) - 2)
            rows += [Row(fit((space(2), Span(line, "text2", act)), (), width), on) for line in lines]
            rows.append(Row())
        return rows


class FirstRun(Screen[str]):
    """Dismisses with the name of the new workspace; the demo ends the app instead."""

    AUTO_FOCUS = "#choices"

    def __init__(self, set_up: SetUp) -> None:
        super().__init__(classes="page")
        self._set_up = set_up

    def compose(self) -> ComposeResult:
        with Vertical(id="card", classes="-broader"):
            yield Lines(id="head")
            yield Choices(id="choices")
        yield Footer(keys_of(self).footer(Place.CHOICES), id="footer")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self.app.size.height < 20, "-low")
        rule, cells = glyphs_of(self).rule, min(CELLS, self.app.size.width - 4)
        title = Safe("Where are your conversations?")
        rows = heading(Safe("supachat"), Safe("first start"), title, cells, rule)
        self.query_one("#head", Lines).show(*(Row((space(2), *row.spans)) for row in rows))

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        if event.choice == "demo":
            self._set_up.start_demo()
            self.app.exit(0)
        else:
            self.app.push_screen(ProjectForm(self._set_up), self._saved)

    def _saved(self, name: str | None) -> None:
        if name:
            self.dismiss(name)
