"""What a slash in the composer could become: replies that were written before, and commands.

Rows above the composer that come while something fits and take no room otherwise. Pure rows; the screen
says what there is and takes what was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, fit, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of

MOST: Final = 6
NAME: Final = 14
"""Cells of the name."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`name` without its slash; `text` is what it stands for. `reply`: it becomes the composer's text."""

    name: Safe
    text: Safe
    reply: bool = False


def completion_rows(
    suggestions: Sequence[Suggestion], at: int, cells: int, glyphs: Glyphs = UNICODE
) -> list[Row]:
    """The suggestions round the chosen one, which has the edge and the tone. The last row says how many
    follow."""
    top = max(0, min(at - MOST // 2, len(suggestions) - MOST))
    below = max(0, len(suggestions) - top - MOST)
    rows = []
    for number, each in list(enumerate(suggestions))[top : top + MOST]:
        chosen = number == at
        edge = Span(Safe(f"{glyphs.you if chosen else ' '} "), "bold accent")
        name = Span(cut(Safe(f"/{each.name}"), NAME, glyphs.cut), "bold foreground", str(number))
        pad = space(NAME + 2 - len(name.text))
        words = Span(Safe(" ".join(each.text.split())), "text2" if each.reply else "quiet", str(number))
        last = below and number == top + MOST - 1
        more = [Span(Safe(f" {below} more "), "quiet")] if last else []
        row = fit([space(2), edge, name, pad, words], [*more, space(1)], cells)
        rows.append(Row(row, "select" if chosen else "panel"))
    return rows


class Completion(Drawn):
    """The widget. Acts with the number of the row that was clicked."""

    ON: ClassVar[str] = "panel"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._suggestions: tuple[Suggestion, ...] = ()
        self._at = 0

    def on_mount(self) -> None:
        self.display = False

    def show(self, suggestions: Sequence[Suggestion]) -> None:
        """These fit now; none: it goes."""
        if tuple(suggestions) != self._suggestions:
            self._suggestions, self._at = tuple(suggestions), 0
            self.display = bool(suggestions)
            self.styles.height = max(1, min(MOST, len(suggestions)))
            self.redraw()

    @property
    def chosen(self) -> Suggestion | None:
        return self._suggestions[self._at] if self._at < len(self._suggestions) else None

    def move(self, by: int) -> None:
        """Another one, round the ends."""
        self._at = (self._at + by) % max(1, len(self._suggestions))
        self.redraw()

    def choose(self, number: int) -> None:
        """That one."""
        self._at = number
        self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return completion_rows(self._suggestions, self._at, width, glyphs_of(self))
