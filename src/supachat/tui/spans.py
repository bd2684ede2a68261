"""Rows as pure values: spans with a look, cut to cells, turned into strips of the current theme.

Every row that this program draws by hand goes through here. Text is `Safe`; a look is words such as
"bold quiet", or "found". Must never ask the clock, a widget or the client, and never draw a half of a
wide character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from supachat.domain.text import Safe, isolate
from supachat.tui.theme import VARIABLE

_ATTRIBUTES: Final = frozenset({"bold", "italic", "underline", "dim", "reverse"})


class Span(NamedTuple):
    """A piece of a row. `act` is what a click on it means; the widget that drew it knows."""

    text: Safe
    look: str = "foreground"
    act: str = ""


class Row(NamedTuple):
    """One row of cells: its spans from the left, and the tone it stands on."""

    spans: tuple[Span, ...] = ()
    on: str = ""
    """Empty = the widget's own tone."""


def width(spans: Iterable[Span]) -> int:
    """Cells."""
    return sum(cell_len(span.text) for span in spans)


def space(cells: int) -> Span:
    """Air."""
    return Span(Safe(" " * max(0, cells)))


def cut(text: Safe, cells: int, mark: str = "⋯") -> Safe:
    """`text` in at most `cells` cells, a cut marked; right-to-left text isolated. No half of a grapheme."""
    if cells <= 0:
        return Safe("")
    if cell_len(text) <= cells:
        return isolate(text)
    kept: list[str] = []
    used = 0
    for start, end, size in split_graphemes(text)[0]:
        if used + size > cells - 1:
            break
        kept.append(text[start:end])
        used += size
    return Safe(isolate("".join(kept)) + mark)


def fit(left: Sequence[Span], right: Sequence[Span], cells: int, *, air: int = 1) -> tuple[Span, ...]:
    """`left` and `right` at their ends of `cells`; the last span of `left` is cut where they meet."""
    room = cells - width(right) - (air if right else 0)
    fixed = width(left[:-1])
    if left and fixed + cell_len(left[-1].text) > room:
        last = left[-1]
        left = [*left[:-1], last._replace(text=cut(last.text, room - fixed))]
    return (*left, space(cells - width(left) - width(right)), *right)


def wrap(text: Safe, cells: int) -> list[Safe]:
    """`text` broken at words into lines of at most `cells` cells; a longer word is broken anywhere."""
    cells = max(1, cells)
    lines: list[Safe] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            wanted = f"{line} {word}" if line else word
            if cell_len(wanted) <= cells:
                line = wanted
                continue
            if line:
                lines.append(Safe(line))
            line = word
            while cell_len(line) > cells:
                piece = _head(line, cells)
                lines.append(Safe(piece))
                line = line[len(piece) :]
        lines.append(Safe(line))
    return lines


def _head(text: str, cells: int) -> str:
    used = end = 0
    for _, stop, size in split_graphemes(text)[0]:
        if used + size > cells and end:
            break
        used, end = used + size, stop
    return text[:end]


class Paint:
    """Looks to styles, for one theme. Where there are no tones a selected row is reversed and drops its
    colours; `mono` has no colour at all."""

    def __init__(self, colours: Mapping[str, str], *, mono: bool = False) -> None:
        self.mono = mono
        self.toneless = mono or colours["select"] == colours["background"]
        self._colours = {name: Color.parse(value).rich_color for name, value in colours.items()}
        self.style: Callable[[str, str], Style] = lru_cache(maxsize=512)(self._style)

    def _style(self, look: str, on: str) -> Style:
        words = look.split()
        if look == "found":
            return self._found(on)
        attributes: dict[str, Any] = {word: True for word in words if word in _ATTRIBUTES}
        colour = next((word for word in words if word not in _ATTRIBUTES), "foreground")
        if self.toneless and on in ("select", "accent"):
            return Style(**attributes, reverse=True)
        if self.mono:
            return Style(**attributes)
        return Style(color=self._colours[colour], bgcolor=self._colours[on], **attributes)

    def _found(self, on: str) -> Style:
        """What a search looked for: on a mark of its own, on whatever tone the row stands."""
        if self.toneless:
            chosen = on in ("select", "accent")
            return Style(bold=True, underline=chosen, reverse=not chosen)
        return Style(bold=True, color=self._colours["foreground"], bgcolor=self._colours["mark"])

    def strip(self, row: Row, cells: int, on: str) -> Strip:
        """`row` as exactly `cells` cells."""
        tone = row.on or on
        segments = [Segment(text, self.style(look, tone)) for text, look, _ in row.spans if text]
        strip = Strip(segments, width(row.spans))
        return strip.adjust_cell_length(cells, self.style("foreground", tone))


@lru_cache(maxsize=8)
def _paint(colours: tuple[tuple[str, str], ...], mono: bool) -> Paint:
    return Paint(dict(colours), mono=mono)


def paint_for(variables: Mapping[str, str], *, mono: bool = False) -> Paint:
    """The paint of a theme, from its CSS variables."""
    return _paint(tuple((name, variables[variable]) for name, variable in VARIABLE.items()), mono)
