"""One drawn row: a strip of exactly the pane's width, and where its cells come from in the source.

Strips carry no place of their own: metadata on each segment would make every strip dearer to paint. The
place is laid on when the pointer asks for it, or when something is selected. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from supachat.domain.text import has_rtl
from supachat.tui.widgets.frame import LEFT, Frame
from supachat.tui.widgets.paint import Look, Row
from supachat.tui.widgets.pieces import NOWHERE, Piece, Role

LINES = 1 << 17
"""A selection's y is the message's key times this, plus the source line. More than a message can have."""
LAST = LINES - 1
"""The source line of rows below the text: reasons, verbs, folds."""

Place = tuple[int, int]
"""Source line and character."""
Spot = tuple[int, int, int]
"""Index of a segment, and the place of its first character."""


class Line:
    """A strip and its spots, in order. `at` is the place of the row's first character."""

    __slots__ = ("at", "spots", "strip")

    def __init__(self, strip: Strip, spots: tuple[Spot, ...], at: Place) -> None:
        self.strip = strip
        self.spots = spots
        self.at = at

    def placed(self, key: int) -> Strip:
        """The strip with the `offset` that Textual's selection reads under the pointer."""
        return Strip(_placed(list(self.strip), dict(_by_index(self.spots)), self.at, key * LINES))

    def chosen(self, key: int, span: Callable[[int], tuple[int, int] | None], style: Style) -> Strip:
        """The strip with the selected part of its text in `style`."""
        spots = dict(_by_index(self.spots))
        segments: list[Segment] = []
        for index, segment in enumerate(self.strip):
            place = spots.get(index)
            limits = None if place is None else span(key * LINES + place[0])
            if place is None or limits is None:
                segments.append(segment)
            else:
                segments += _marked(segment, place[1], limits, style)
        return Strip(segments, self.strip.cell_length)


def _by_index(spots: tuple[Spot, ...]) -> Iterator[tuple[int, Place]]:
    return ((index, (line, x)) for index, line, x in spots)


def _placed(segments: list[Segment], spots: dict[int, Place], at: Place, base: int) -> Iterator[Segment]:
    first = min(spots, default=-1)
    line, x = at
    here = Style.from_meta({"offset": (x, base + line)})
    if first < 0:
        yield Segment("", here)  # the pointer anywhere on this row is at its place
        yield from segments
        return
    for index, segment in enumerate(segments):
        style = segment.style or Style.null()
        if index < first:
            # cell by cell: each cell of the margin is the start of the text
            yield from (Segment(cell, style + here) for cell in segment.text)
        elif index in spots:
            line, x = spots[index]
            yield Segment(segment.text, style + Style.from_meta({"offset": (x, base + line)}))
        else:
            yield segment


def _marked(segment: Segment, x: int, limits: tuple[int, int], style: Style) -> Iterator[Segment]:
    start, end = limits
    low = max(start - x, 0)
    high = len(segment.text) if end < 0 else min(max(end - x, low), len(segment.text))
    own = segment.style or Style.null()
    for text, painted in (
        (segment.text[:low], own),
        (segment.text[low:high], own + style),
        (segment.text[high:], own),
    ):
        if text:
            yield Segment(text, painted)


class Canvas:
    """Draws rows for one frame, look and row state."""

    __slots__ = ("blank", "frame", "look", "row", "styles")

    def __init__(self, frame: Frame, look: Look, row: Row = Row.PLAIN) -> None:
        self.frame = frame
        self.look = look
        self.row = row
        self.styles = look.styles[row]
        self.blank = self.styles[Role.TEXT]

    def empty(self, at: Place = (0, 0)) -> Line:
        """A row of nothing."""
        return Line(Strip([Segment(" " * self.frame.width, self.blank)], self.frame.width), (), at)

    def line(
        self,
        text: Sequence[Piece],
        *,
        at: Place | None = None,
        mark: Piece | None = None,
        meta: Sequence[Piece] = (),
        fill: Role = Role.TEXT,
        edge: bool = False,
    ) -> Line:
        """A row: edge, mark, `text` in the text column (with `fill` behind it), `meta` at the right.

        `edge` shows that the row's message is the selected one.
        """
        drawing = _Drawing(self)
        drawing.left(mark, edge=edge and self.row is not Row.PLAIN)
        drawing.text(text, fill)
        if meta and self.frame.meta:
            drawing.right(meta)
        return drawing.done(at)

    def across(
        self, label: Sequence[Piece], dash: str, role: Role, *, before: int = 0, edge: bool = False
    ) -> Line:
        """A label at the text column and dashes to the end of meta; `before`: dashes from 1 as well."""
        drawing = _Drawing(self)
        drawing.left(
            None,
            edge=edge and self.row is not Row.PLAIN,
            dashes=Piece(dash * before, role) if before else None,
        )
        room = self.frame.end - LEFT
        for piece in label:
            drawing.add(piece)
        used = sum(cell_len(piece.text) for piece in label)
        if room - used > 1:
            drawing.add(Piece(" "))
            drawing.add(Piece(dash * (room - used - 1), role))
        return drawing.done((0, 0))


class _Drawing:
    """A row in the making: segments, their spots, and the cells used so far."""

    __slots__ = ("canvas", "cells", "segments", "spots")

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.segments: list[Segment] = []
        self.spots: list[Spot] = []
        self.cells = 0

    def add(self, piece: Piece) -> None:
        style = self.canvas.styles[piece.role]
        if piece.click:
            style = style + Style.from_meta({"@click": piece.click})
        if piece.line != NOWHERE:
            self.spots.append((len(self.segments), piece.line, piece.x))
        # a name or a reason may hold a line feed, a row must not
        text = piece.text.replace("\n", " ")
        self.segments.append(Segment(text, style))
        self.cells += cell_len(text)

    def space(self, cells: int, role: Role = Role.TEXT) -> None:
        if cells <= 0:
            return
        style = self.canvas.styles[role]
        self.cells += cells
        last = self.segments[-1] if self.segments else None
        ours = not self.spots or self.spots[-1][0] < len(self.segments) - 1
        if last is not None and ours and last.style is style and not last.text.strip(" "):
            cells += len(self.segments.pop().text)  # one run of air: fewer bytes on the wire
        self.segments.append(Segment(" " * cells, style))

    def left(self, mark: Piece | None, *, edge: bool, dashes: Piece | None = None) -> None:
        glyphs = self.canvas.frame.glyphs
        if edge:
            self.add(Piece(glyphs.you, Role.ME))
        for piece, column in ((dashes, 1), (mark, 2)):
            if piece is not None:
                self.space(column - self.cells)
                self.add(piece)
        self.space(LEFT - self.cells)

    def text(self, pieces: Sequence[Piece], fill: Role) -> None:
        # right-to-left text is isolated, or it would carry the time to its own right end
        isolated = any(has_rtl(piece.text) for piece in pieces)
        if isolated:
            self.add(Piece("\u2068"))
        for piece in pieces:
            if piece.text:
                self.add(piece)
        if isolated:
            self.add(Piece("\u2069"))
        self.space(LEFT + self.canvas.frame.text - self.cells, fill)

    def right(self, meta: Sequence[Piece]) -> None:
        self.space(self.canvas.frame.end - sum(cell_len(piece.text) for piece in meta) - self.cells)
        for piece in meta:
            self.add(piece)

    def done(self, at: Place | None) -> Line:
        width = self.canvas.frame.width
        self.space(width - self.cells)
        strip = Strip(self.segments, self.cells)
        if self.cells > width:
            strip = strip.crop(0, width)
        place = at or (self.spots[0][1:] if self.spots else (0, 0))
        spots = tuple(spot for spot in self.spots if spot[0] < len(strip))
        return Line(strip, spots, (place[0], place[1]))
