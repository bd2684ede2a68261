"""A message's text as rows: wrapped, folded when long, code in its band. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from rich.cells import cell_len

from supachat.domain.model import Message, PersonKind
from supachat.domain.values import dataclass
from supachat.tui.widgets.found import Sought, set_off
from supachat.tui.widgets.markdown import parse
from supachat.tui.widgets.pieces import Band, Paragraph, Piece, Role
from supachat.tui.widgets.rows import LAST, Canvas, Line
from supachat.tui.widgets.wrapping import cut_pieces, wrap


@dataclass(frozen=True, slots=True)
class Body:
    """Rows, and whether Enter would show more or less of them."""

    lines: tuple[Line, ...]
    opens: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """A row before it is drawn."""

    pieces: tuple[Piece, ...]
    fill: Role = Role.TEXT
    place: tuple[int, int] | None = None


def draw_body(
    item: Message,
    canvas: Canvas,
    calls: frozenset[str],
    *,
    meta: Sequence[Piece],
    edge: bool,
    expanded: bool,
    found: Sought | None = None,
) -> Body:
    """The text of `item`. `calls`: what an @ must be followed by to mean the reader; `found`: what is to
    be set off in it."""
    frame = canvas.frame
    rows: list[_Row] = []
    cut = False
    for parsed in parse(item.body):
        block = set_off(parsed, found) if found is not None else parsed
        if isinstance(block, Band):
            band, too_wide = _band(block, canvas, expanded=expanded)
            rows += band
            cut = cut or too_wide
        else:
            rows += _paragraph(block, frame.text, calls)
    long = len(rows) > frame.longest
    shown = rows if expanded or not long else rows[: frame.longest // 3]
    if item.edited is not None and len(shown) == len(rows) and not _was_streamed(item):
        _edited(shown, frame.text)
    if item.extra is not None and item.extra.growing:
        shown = rows  # whoever reads along reads the end: it is folded once it is whole
        _grows(shown, frame.text)
    lines = [
        canvas.line(
            row.pieces, at=row.place, fill=row.fill, meta=() if index else meta, edge=edge and not index
        )
        for index, row in enumerate(shown)
    ]
    if len(shown) < len(rows):
        lines.append(_fold(canvas, len(rows) - len(shown), item))
    return Body(tuple(lines), opens=long or cut)


def _paragraph(block: Paragraph, width: int, calls: frozenset[str]) -> list[_Row]:
    indent = sum(cell_len(piece.text) for piece in block.first)
    first, rest = block.first, block.rest
    if indent > width // 2:  # too deep for this pane
        indent, first, rest = 0, (), ()
    pieces = tuple(_of_me(piece, calls) for piece in block.pieces)
    rows = wrap(pieces, width - indent)
    place = (block.line, 0)
    return [
        _Row((*(rest if index else first), *row), place=None if row else place)
        for index, row in enumerate(rows)
    ]


def _of_me(piece: Piece, calls: frozenset[str]) -> Piece:
    if piece.role is Role.MENTION and piece.text[1:].casefold() in calls:
        return replace(piece, role=Role.ME)
    return piece


def _band(block: Band, canvas: Canvas, *, expanded: bool) -> tuple[list[_Row], bool]:
    """Code on its band, one cell in. Cut, or, when opened, broken anywhere."""
    room = max(canvas.frame.text - 2, 1)
    label = cut_pieces([Piece(block.language, Role.BAND_QUIET)], room // 2, canvas.frame.glyphs.cut)
    taken = sum(cell_len(piece.text) for piece in label)
    rows: list[_Row] = []
    too_wide = False
    for index, line in enumerate(block.lines):
        space = room - taken - 1 if taken and not index else room
        cells = sum(cell_len(piece.text) for piece in line)
        too_wide = too_wide or cells > space
        for part in wrap(line, space) if expanded else [cut_pieces(line, space, canvas.frame.glyphs.cut)]:
            rows.append(_Row((_edge(canvas), *part), Role.BAND, None if part else (block.line + index, 0)))
    if taken and rows:
        used = sum(cell_len(piece.text) for piece in rows[0].pieces)
        gap = Piece(" " * (canvas.frame.text - 1 - taken - used), Role.BAND)
        rows[0] = replace(rows[0], pieces=(*rows[0].pieces, gap, *label))
    return rows, too_wide


def _edge(canvas: Canvas) -> Piece:
    return Piece(canvas.frame.glyphs.edge if canvas.look.edges else " ", Role.BAND_EDGE)


def _was_streamed(item: Message) -> bool:
    """An assistant's row is changed while it is written: that is no edit."""
    return item.extra is not None and item.extra.role is PersonKind.ASSISTANT


def _edited(rows: list[_Row], width: int) -> None:
    """Two spaces and `edited` after the last word, or on a row of its own."""
    mark = Piece("  edited", Role.QUIET)
    last = rows[-1]
    used = sum(cell_len(piece.text) for piece in last.pieces)
    if last.fill is Role.BAND or used + len(mark.text) > width:
        rows.append(_Row((Piece("edited", Role.QUIET),), place=(LAST, 0)))
    else:
        rows[-1] = replace(last, pieces=(*last.pieces, mark))


def _grows(rows: list[_Row], width: int) -> None:
    """One cell of the accent behind the last character, where the next ones will stand."""
    here = Piece(" ", Role.GROWS)
    used = sum(cell_len(piece.text) for piece in rows[-1].pieces) if rows else width
    if used < width and rows:
        rows[-1] = replace(rows[-1], pieces=(*rows[-1].pieces, here))
    else:
        rows.append(_Row((here,), place=(LAST, 0)))


def _fold(canvas: Canvas, hidden: int, item: Message) -> Line:
    """How much more there is, in rows and in bytes."""
    glyph = canvas.frame.glyphs.folded
    noun = "line" if hidden == 1 else "lines"
    pieces = [
        Piece(f"{glyph} {hidden:,} more {noun}", Role.ACCENT, click="fold"),
        Piece(f"  {_size(len(item.raw.encode(errors='replace')))}", Role.QUIET, click="fold"),
    ]
    row = cut_pieces(pieces, canvas.frame.text, canvas.frame.glyphs.cut)
    return canvas.line(row, at=(LAST, 0))


def _size(octets: int) -> str:
    return f"{octets} bytes" if octets < 1000 else f"{octets / 1000:.1f} kB"


def first_line(text: str) -> str:
    """The first line of a message with something on it, for the row of a reply to it."""
    lines: Iterator[str] = (line.strip() for line in text.split("\n") if line.strip())
    return next(islice(lines, 1), "")
