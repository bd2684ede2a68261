"""Breaking text into rows of cells: at words, anywhere between wide characters, never inside a
grapheme. Pure. Widths are in terminal cells, places in characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, split_graphemes

from supachat.tui.widgets.pieces import Piece

Span = tuple[int, int]

_WORD = re.compile(r" *[^ ]+| +")
_URL_BREAK = "/?&"
_NOT_FIRST = frozenset(
    "、。，．・：；？！ー）］｝」』】〉》〕”’ぁぃぅぇぉっゃゅょァィゥェォッャュョ々…‥,.;:!?)]}"
)
"""Never the first of a row, where the row before could hold it or give one up."""
_NOT_LAST = frozenset("（［｛「『【〈《〔“‘([{")


def cut(text: str, width: int, mark: str) -> str:
    """`text` in at most `width` cells; what does not fit goes, and `mark` (one cell) says so."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    used = 0
    for start, _end, cells in split_graphemes(text)[0]:
        if used + cells > width - len(mark):
            return text[:start] + mark
        used += cells
    return text


def cut_pieces(pieces: Sequence[Piece], width: int, mark: str) -> tuple[Piece, ...]:
    """The same for a row of pieces: the one that does not fit is cut, the rest go."""
    if sum(cell_len(piece.text) for piece in pieces) <= width:
        return tuple(pieces)
    kept: list[Piece] = []
    left = width - cell_len(mark)
    for piece in pieces:
        text = cut(piece.text, left, "")
        kept.append(piece.part(0, len(text)))
        left -= cell_len(text)
        if len(text) < len(piece.text):
            break
    return (*kept, Piece(mark, kept[-1].role)) if width > 0 else ()


def wrap(pieces: Sequence[Piece], width: int) -> list[tuple[Piece, ...]]:
    """Rows of at most `width` cells. Spaces at a break are not drawn. At least one row, maybe empty."""
    width = max(width, 1)
    text = "".join(piece.text for piece in pieces)
    if text.isascii():
        if len(text) <= width:
            return [tuple(pieces)]
        words = _ascii_words(text)
    else:
        graphemes, total = split_graphemes(text)
        if total <= width:
            return [tuple(pieces)]
        words = _words(text, graphemes)
    return list(_sliced(pieces, _fill(text, words, width)))


Word = tuple[int, int, int, int]
"""Start of the spaces before it, its start, its end, its cells (without those spaces)."""


def _ascii_words(text: str) -> Iterator[Word]:
    for match in _WORD.finditer(text):
        start, end = match.span()
        begin = start + len(match.group()) - len(match.group().lstrip(" "))
        yield start, begin, end, end - begin


def _words(text: str, graphemes: Sequence[tuple[int, int, int]]) -> Iterator[Word]:
    """Runs without a space, and each wide character alone, with what may not stand apart from it.

    Only U+0020 by itself is a space: one that carries a mark, and every other separator, is a word.
    """
    before = begin = end = cells = 0
    open_ = False
    last_wide = False
    for start, stop, wide in graphemes:
        char = text[start]
        if text[start:stop] == " ":
            if open_:
                yield before, begin, end, cells
                open_ = False
                before = start
            continue
        breaks = (wide == 2 or last_wide) and char not in _NOT_FIRST and text[end - 1] not in _NOT_LAST
        if open_ and breaks:
            yield before, begin, end, cells
            open_ = False
            before = start
        if not open_:
            begin, cells, open_ = start, 0, True
        end, cells, last_wide = stop, cells + wide, wide == 2
    if open_:
        yield before, begin, end, cells
    elif before < len(text) and not text[before:].strip(" "):
        yield before, len(text), len(text), 0


def _fill(text: str, words: Iterator[Word], width: int) -> list[Span]:
    """Greedy: a word that does not fit starts a row, one longer than a row is broken."""
    rows: list[Span] = []
    start = stop = used = 0
    fresh = True
    for before, begin, end, cells in words:
        gap = begin - before
        if begin == end:
            break  # spaces at the very end
        if used + gap + cells <= width:
            stop, used, fresh = end, used + gap + cells, False
            continue
        if not fresh:
            rows.append((start, stop))
        start, used = begin, 0
        if cells > width:
            *whole, (start, used) = _broken(text, begin, end, width)
            rows += [
                (at, whole[i + 1][0] if i + 1 < len(whole) else start) for i, (at, _) in enumerate(whole)
            ]
        else:
            used = cells
        stop, fresh = end, False
    rows.append((start, stop))
    return rows


def _broken(text: str, begin: int, end: int, width: int) -> list[tuple[int, int]]:
    """Where the rows of one too long word start, and how many cells the row takes."""
    rows: list[tuple[int, int]] = []
    at, used = begin, 0
    nice = nice_used = 0
    for start, stop, cells in split_graphemes(text[begin:end])[0]:
        if used + cells > width and used:
            if nice > at:
                rows.append((at, nice_used))
                at, used = nice, used - nice_used
            else:
                rows.append((at, used))
                at, used = begin + start, 0
        used += cells
        if text[begin + start] in _URL_BREAK and used * 2 > width:
            nice, nice_used = begin + stop, used
    rows.append((at, used))
    return rows


def _sliced(pieces: Sequence[Piece], spans: Sequence[Span]) -> Iterator[tuple[Piece, ...]]:
    """The pieces within each span; the spans rise. One walk over the pieces for all of them."""
    index = base = 0
    for start, end in spans:
        while index < len(pieces) and base + len(pieces[index].text) <= start:
            base += len(pieces[index].text)
            index += 1
        row: list[Piece] = []
        at, low = index, base
        while at < len(pieces) and low < end:
            row.append(pieces[at].part(max(start - low, 0), end - low))
            low += len(pieces[at].text)
            at += 1
        yield tuple(piece for piece in row if piece.text)
