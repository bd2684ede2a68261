"""What a search found: per thread and day a heading, then each message, what was looked for set off in it.

Pure: values in, rows out. An excerpt is cut so that the hit is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
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
WIDE: Final = 70
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


def excerpt(text: Safe, query: str, cells: int) -> Safe:
    """`text` on one line, begun so far on that the first hit is within `cells`."""
    line = " ".join(text.split())
    found = sought(query)
    match = found.search(line) if found else None
    if match is None or match.end() <= cells:
        return Safe(line)
    start = max(0, match.start() - cells // 3)
    start = line.rfind(" ", 0, start + 1) + 1 if " " in line[: start + 1] else start
    return Safe(f"⋯ {line[start:]}")


def marked(line: Safe, query: str, look: str) -> list[Span]:
    """The line with what was looked for set off."""
    found, spans, at = sought(query), [], 0
    for match in found.finditer(line) if found else ():
        spans.append(Span(Safe(line[at : match.start()]), look))
        spans.append(Span(Safe(match.group()), "found"))
        at = match.end()
    return [span for span in (*spans, Span(Safe(line[at:]), look)) if span.text]


def hit_rows(hit: Hit, query: str, cells: int, *, chosen: bool, glyphs: Glyphs = UNICODE) -> list[Row]:
    """One message: author, excerpt, time; two rows at most."""
    name = NAME if cells >= WIDE else 0
    room = max(10, cells - 4 - name - 8)
    lines = wrap(excerpt(hit.text, query, room * MOST_ROWS - 4), room)
    if len(lines) > MOST_ROWS:
        lines = [*lines[: MOST_ROWS - 1], cut(Safe(" ".join(lines[MOST_ROWS - 1 :])), room, glyphs.cut)]
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


def heading(hit: Hit, cells: int, glyphs: Glyphs = UNICODE) -> Row:
    """The thread, its source, dashes, the day."""
    title = cut(hit.title, max(8, cells - 30), glyphs.cut)
    left = [space(4), Span(title, "bold text2"), space(2), Span(hit.source, "quiet"), space(1)]
    right = [space(1), Span(hit.day, "quiet"), space(2)]
    dashes = glyphs.rule * max(0, cells - width(left) - width(right))
    return Row((*left, Span(Safe(dashes), "rule"), *right))


def result_rows(
    hits: Sequence[Hit], query: str, at: int, cells: int, *, airy: bool, glyphs: Glyphs = UNICODE
) -> list[tuple[int, Row]]:
    """All rows, each with the number of its hit, or -1."""
    rows: list[tuple[int, Row]] = []
    thread = ""
    for number, hit in enumerate(hits):
        if hit.thread != thread:
            thread = hit.thread
            rows += [(-1, Row())] if airy else []
            rows.append((-1, heading(hit, cells, glyphs)))
            rows += [(-1, Row())] if airy else []
        rows += [(number, row) for row in hit_rows(hit, query, cells, chosen=number == at, glyphs=glyphs)]
    return rows
