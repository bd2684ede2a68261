"""Full pages that are only read; the keys, made from the keymap.

Must never ask the client.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.keymap import CHAT, Keymap, Place, bindings
from supachat.tui.spans import Row, Span, fit, space, wrap
from supachat.tui.widgets.drawn import glyphs_of, keys_of
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import Lines
from supachat.tui.widgets.sheet import Sheet

KEY_CELLS = 22
TWO_COLUMNS = 116


class Page(Screen[None]):
    """A title bar, rows, a footer."""

    PLACE: ClassVar[Place] = Place.PAGE
    BINDINGS = bindings(Place.PAGE)
    AUTO_FOCUS = "#sheet"
    TITLE_WORDS: ClassVar[Safe]

    def compose(self) -> ComposeResult:
        yield Lines(id="bar", on="panel")
        yield Sheet(self.make, id="sheet")
        yield Footer(keys_of(self).footer(self.PLACE), id="footer")

    def on_mount(self) -> None:
        self.renew()

    def on_resize(self) -> None:
        self.renew()

    def about(self) -> Safe:
        """Beside the title."""
        return NOTHING

    def beyond(self) -> Sequence[Span]:
        """At the right end of the title bar."""
        return ()

    def make(self, cells: int, height: int) -> Sequence[Row]:
        """The rows of the page."""
        raise AssertionError("a page without rows")

    def renew(self) -> None:
        """Draw it again."""
        left = (space(2), Span(self.TITLE_WORDS, "bold foreground"), space(2), Span(self.about(), "quiet"))
        bar = fit(left, (*self.beyond(), space(2)), self.app.size.width)
        self.query_one("#bar", Lines).show(Row(bar))
        self.query_one("#sheet", Sheet).renew()

    def action_close(self) -> None:
        self.dismiss(None)


def key_rows(ids: Sequence[str], title: str, keys: Keymap = CHAT) -> list[Row]:
    """One group of the help page."""
    rows = [Row((space(4), Span(Safe(title), "bold text2")))]
    for key in (keys[each] for each in ids):
        label = Span(Safe(f"{key.label:<{KEY_CELLS}}"), "bold foreground", key.id)
        rows.append(Row((space(4), label, Span(Safe(key.words), "text2", key.id))))
    return [*rows, Row()]


def mark_rows(glyphs: Glyphs) -> list[Row]:
    """What the marks mean."""
    marks = (
        (glyphs.you, "you, and where you are"),
        (
            f"{glyphs.customer} {glyphs.agent} {glyphs.assistant} {glyphs.bot}",
            "customer, agent, assistant, bot",
        ),
        (f"{glyphs.customer} {glyphs.waiting} {glyphs.done}", "open, waiting, closed (list)"),
        (f"{glyphs.alert} {glyphs.warning} {glyphs.system}", "alert, warning, notification"),
        (
            f"{glyphs.waiting} {glyphs.sending} {glyphs.done} {glyphs.failed}",
            "queued, sending, sent, not sent",
        ),
        (f"{glyphs.online} {glyphs.away} {glyphs.system}", "online, away, offline"),
        (f"{glyphs.draft} {glyphs.muted}", "a text waits here, muted"),
    )
    rows = [Row((space(4), Span(Safe("Marks"), "bold text2")))]
    for mark, words in marks:
        rows.append(
            Row((space(4), Span(Safe(f"{mark:<{KEY_CELLS}}"), "bold accent"), Span(Safe(words), "text2")))
        )
    return [*rows, Row()]


def _folded(row: Row, cells: int) -> list[Row]:
    """A row of a group, its words in as many rows as they need."""
    if len(row.spans) < 3:  # a heading, or air
        return [Row(fit(row.spans, (), cells))]
    *head, words = row.spans
    first, *others = wrap(words.text, cells - 4 - KEY_CELLS)
    below = (Row((space(4 + KEY_CELLS), words._replace(text=line))) for line in others)
    return [Row((*head, words._replace(text=first))), *below]


def help_rows(cells: int, glyphs: Glyphs = UNICODE, keys: Keymap = CHAT) -> list[Row]:
    """All keys, in two columns where there is room."""
    groups = [key_rows(ids, title, keys) for title, ids in keys.help()]
    groups.append(mark_rows(glyphs))
    if cells < TWO_COLUMNS:
        return [Row(), *(line for group in groups for row in group for line in _folded(row, cells))]
    half = cells // 2
    left = [row for group in (groups[0], groups[1], groups[3]) for row in group]
    right = [row for group in groups[2:3] + groups[4:] for row in group]
    rows = [Row()]
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else Row()
        other = right[number] if number < len(right) else Row()
        rows.append(Row((*fit(one.spans, (), half), *other.spans)))
    return rows


class HelpPage(Page):
    """Every key of this program, and nothing that does nothing."""

    TITLE_WORDS = Safe("Keys")

    def about(self) -> Safe:
        preset = keys_of(self).preset
        return Safe("here and in every place" if preset == "chat" else f"of the preset {preset}")

    def make(self, cells: int, height: int) -> Sequence[Row]:
        return help_rows(cells, glyphs_of(self), keys_of(self))
