"""What a search found: per thread and day a heading, then each message, what was looked for set off in it.

Pure: values in, rows out. An excerpt is cut so that the hit is in it. Where there is room the chosen hit
has a row above and one below it for what was said right before and after: kept free until it is known, so
that nothing moves when it comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.cells import cell_len

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, space, width, wrap
from supachat.tui.widgets.found import sought

NAME: Final = 14
"""Cells of an author's name, where there is room for one."""
LONG_NAME: Final = 22
WIDE: Final = 70
SPACIOUS: Final = 100
"""The width from which it may be a long one."""
MOST_ROWS: Final = 2
"""Rows of one message."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One message that was found. `thread` groups those of one thread and day; `id` is what a click on it
    means."""

    id: str
    thread: str
    title: Safe
    source: Safe
    author: Safe
    text: Safe
    when: Safe
    day: Safe = NOTHING
    alone: bool = False
    """It is no message: nothing stands before or after it."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A message that stands before or after one that was found."""

    author: Safe
    text: Safe
    when: Safe


Pair = tuple[Beside | None, Beside | None]


def excerpt(text: Safe, query: str, cells: int) -> Safe:
    """`text` on one line, begun so far on that the first hit is within `cells`."""
    line = " ".join(text.split())
    found = sought(query)
    match = found.search(line) if found else None
    if match is None or match.end() <= cells:
        return Safe(line)
    start = max(0, match.start() - cells // 3)
    word = line.rfind(" ", 0, start + 1) + 1
    if word > 0 and match.end() - word <= cells:  # else it stands far inside a long word, an address
        start = word
    return Safe(f"⋯ {line[start:]}")


def marked(line: Safe, query: str, look: str) -> list[Span]:
    """The line with what was looked for set off."""
    found, spans, at = sought(query), [], 0
    for match in found.finditer(line) if found else ():
        spans.append(Span(Safe(line[at : match.start()]), look))
        spans.append(Span(Safe(match.group()), "found"))
        at = match.end()
    return [span for span in (*spans, Span(Safe(line[at:]), look)) if span.text]


def _name_cells(cells: int) -> int:
    return LONG_NAME if cells >= SPACIOUS else NAME if cells >= WIDE else 0


def hit_rows(hit: Hit, query: str, cells: int, *, chosen: bool, glyphs: Glyphs = UNICODE) -> list[Row]:
    """One message: author, excerpt, time; two rows at most."""
    name = _name_cells(cells)
    room = max(10, cells - 4 - name - 8)
    lines = _lines(hit.text, query, room, glyphs)
    rows = []
    for number, line in enumerate(lines):
        first = number == 0
        edge = Span(Safe(f"{glyphs.you if chosen and first else ' '}   "), "bold accent")
        said = cut(hit.author, name - 2, glyphs.cut) if first and name else NOTHING
        left = [edge, Span(said, "bold foreground"), space(name - cell_len(said))]
        left += marked(line, query, "foreground")
        right = [Span(hit.when, "quiet"), space(2)] if first else [space(2)]
        gap = cells - width(left) - width(right)
        rows.append(Row((*left, space(gap), *right), "select" if chosen else ""))
    return rows


def _lines(text: Safe, query: str, room: int, glyphs: Glyphs) -> list[Safe]:
    """The excerpt, wrapped. A row that ends early, before a long word, may push the hit out of them: then
    they begin nearer to it."""
    found, lines = sought(query), list[Safe]()
    for cells in (room * MOST_ROWS - 4, room - 4):
        lines = wrap(excerpt(text, query, cells), room)
        if len(lines) > MOST_ROWS:
            rest = cut(Safe(" ".join(lines[MOST_ROWS - 1 :])), room, glyphs.cut)
            lines = [*lines[: MOST_ROWS - 1], rest]
        if found is None or any(found.search(line) for line in lines):
            break
    return lines


def beside_row(said: Beside | None, cells: int, glyphs: Glyphs = UNICODE) -> Row:
    """One row, all of it quiet; empty while nothing is known."""
    if said is None:
        return Row()
    name = _name_cells(cells)
    author = cut(said.author, name - 2, glyphs.cut)
    words = cut(Safe(" ".join(said.text.split())), cells - 4 - name - 8, glyphs.cut)
    left = [space(4), Span(author, "quiet"), space(name - cell_len(author)), Span(words, "quiet")]
    right = [Span(said.when, "quiet"), space(2)]
    return Row((*left, space(cells - width(left) - width(right)), *right))


def heading(hit: Hit, cells: int, glyphs: Glyphs = UNICODE) -> Row:
    """The thread, its source, dashes, the day."""
    title = cut(hit.title, max(8, cells - 30), glyphs.cut)
    left = [space(4), Span(title, "bold text2"), space(2), Span(hit.source, "quiet"), space(1)]
    right = [space(1), Span(hit.day, "quiet"), space(2)]
    dashes = glyphs.rule * max(0, cells - width(left) - width(right))
    return Row((*left, Span(Safe(dashes), "rule"), *right))


def result_rows(
    hits: Sequence[Hit],
    query: str,
    at: int,
    cells: int,
    *,
    airy: bool,
    glyphs: Glyphs = UNICODE,
    around: Mapping[str, Pair] | None = None,
) -> list[tuple[int, Row]]:
    """All rows, each with the number of its hit, or -1. `around`: by the hit's id, what stands before and
    after it."""
    rows: list[tuple[int, Row]] = []
    thread = ""
    for number, hit in enumerate(hits):
        if hit.thread != thread:
            thread = hit.thread
            rows += [(-1, Row())] if airy else []
            rows.append((-1, heading(hit, cells, glyphs)))
            rows += [(-1, Row())] if airy else []
        drawn = hit_rows(hit, query, cells, chosen=number == at, glyphs=glyphs)
        if number == at and cells >= WIDE and not hit.alone:
            before, after = (around or {}).get(hit.id, (None, None))
            drawn = [beside_row(before, cells, glyphs), *drawn, beside_row(after, cells, glyphs)]
        rows += [(number, row) for row in drawn]
    return rows
