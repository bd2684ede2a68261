"""A message's text as paragraphs and bands of code: the Markdown that people write in chats.

CommonMark by markdown-it, less what would lose or hide text in a chat: no HTML, images, entities,
reference definitions, indented code or underlined headings, and each line feed is a line. Most messages
hold no Markdown at all and never load the parser. Pure. Must never drop a visible character but
Markdown's own signs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from supachat.domain.text import Safe, safe_line
from supachat.tui.widgets.few_marks import few_marks
from supachat.tui.widgets.inline import Inline, plain
from supachat.tui.widgets.pieces import NOWHERE, Band, Block, Document, Paragraph, Piece, Role

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_BLOCK = r"^[ ]{0,3}(?:#{1,6} |>|[-+] |\d{1,9}[.)] |-{3})"
_BEGINS = re.compile(_BLOCK)
_MARKDOWN = re.compile(rf"[`*_\[\\<~]|{_BLOCK}", re.MULTILINE)
LONGEST = 8000
"""Characters; some texts take the parser a time that grows with the square of their length."""
DEEPEST = 8
"""Quotes and lists within each other; deeper ones are drawn at this depth."""


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 12})
    return parser.disable(
        ["html_block", "html_inline", "image", "entity", "reference", "code", "lheading", "text_join"]
    )


def parse(text: str) -> Document:
    """The blocks of `text`, top to bottom. Line feeds are line breaks; blank lines become one."""
    if len(text) > LONGEST or _MARKDOWN.search(text) is None:
        return _as_written(text)
    if _BEGINS.match(text) is None and (line := few_marks(text)) is not None:
        return (Paragraph(0, line),)
    reader = _Reader(text)
    document = reader.read()
    # nested too deep, the parser drops text: then nothing is marked up
    whole = _visible(document) + reader.twice >= _weight(text)
    return document if whole else _as_written(text)


@lru_cache(maxsize=1024)
def unmarked(text: Safe) -> Safe:
    """A text on one line, as a list or a notice shows it: its words without Markdown's signs.

    >>> unmarked(Safe("**Now** run `make`, not *later*"))
    'Now run make, not later'
    """
    if _MARKDOWN.search(text) is None:
        return text
    rows = [
        row
        for block in parse(text)
        for row in (block.lines if isinstance(block, Band) else ((*block.first, *block.pieces),))
    ]
    said = safe_line(" ".join("".join(piece.text for piece in row) for row in rows), limit=len(text) + 1)
    return said or text  # a text of nothing but signs


def _as_written(text: str) -> Document:
    return tuple(Paragraph(number, plain(line, number)) for number, line in _lines(text))


def _visible(document: Document) -> int:
    """How many letters and figures of the author's would be on the screen."""
    rows = [
        row
        for block in document
        for row in (block.lines if isinstance(block, Band) else (block.pieces, block.first))
    ]
    labels = [block.language for block in document if isinstance(block, Band)]
    texts = [piece.text for row in rows for piece in row if piece.line != NOWHERE]
    return sum(map(_weight, (*texts, *labels)))


def _weight(text: str) -> int:
    return sum(map(str.isalnum, text))


def _lines(text: str) -> list[tuple[int, str]]:
    """The numbered lines, without blank ones at the ends and with one where several follow."""
    lines = list(enumerate(text.split("\n")))
    kept = [
        (number, line.rstrip())
        for number, line in lines
        if line.strip() or (number and lines[number - 1][1].strip())
    ]
    while kept and not kept[-1][1]:
        kept.pop()
    return kept or [(0, "")]


class _Reader:
    """Walks the parser's tokens and keeps where in the source it is."""

    def __init__(self, text: str) -> None:
        self.source = text.split("\n")
        self.blocks: list[Block] = []
        self.ends = 0
        """The first source line after the last block."""
        self.frames: list[_Frame] = []
        self.twice = 0
        """Letters of addresses that are drawn once, because they are their own label."""

    def read(self) -> Document:
        heading = False
        for token in _parser().parse("\n".join(self.source)):
            match token.type:
                case "blockquote_open":
                    self.frames.append(_Frame(">", quote=True))
                case "list_item_open":
                    self.frames.append(_Frame(token.info + token.markup))
                case "blockquote_close":
                    self.frames.pop()
                case "list_item_close":
                    self._unused_marker(token)
                    self.frames.pop()
                case "heading_open":
                    heading = True
                case "inline":
                    self._inline(token, heading=heading)
                    heading = False
                case "fence":
                    self._fence(token)
                case "hr":
                    self._whole_line(token)
        return tuple(self.blocks) or (Paragraph(0),)

    def _start(self, token: Token) -> int:
        """The token's first line, after the blank line that the author left before it."""
        first, end = token.map or (self.ends, self.ends)
        if self.blocks and any(not self._bare(line) for line in range(self.ends, first)):
            self.blocks.append(Paragraph(self.ends))
        self.ends = end
        while self.ends > first + 1 and not self.source[self.ends - 1].strip():
            self.ends -= 1
        return first

    def _bare(self, line: int) -> str:
        return self.source[line].strip(" >")

    def _add(self, line: int, pieces: tuple[Piece, ...]) -> None:
        first, rest = self._prefix(line)
        self.blocks.append(Paragraph(line, pieces, first, rest))

    def _prefix(self, line: int) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """What stands before a row: quote signs on each, an item's marker on its first alone."""
        first: list[Piece] = []
        rest: list[Piece] = []
        at = 0
        for frame in self.frames[:DEEPEST]:
            blank = Piece("> " if frame.quote else " " * (len(frame.sign) + 1), Role.QUIET)
            found = -1 if frame.used else self.source[line].find(frame.sign, at)
            if found >= 0:
                at = found + len(frame.sign)
                first += [Piece(frame.sign, Role.QUIET, line, found), Piece(" ")]
            else:
                first.append(blank)
            frame.used = not frame.quote
            rest.append(blank)
        return tuple(first), tuple(rest)

    def _unused_marker(self, token: Token) -> None:
        """An item without text still shows its marker."""
        frame = self.frames[-1]
        if not frame.used and not frame.quote:
            line = min(self.ends, len(self.source) - 1)
            self._add(line, ())
            self.ends = line + 1

    def _inline(self, token: Token, *, heading: bool) -> None:
        first = self._start(token)
        base = Role.HEADING if heading else Role.TEXT2 if any(f.quote for f in self.frames) else Role.TEXT
        inline = Inline(token, self.source[first : self.ends], base)
        for offset, pieces in inline.rows():
            self._add(first + offset, tuple(piece.moved(first) for piece in pieces))
        self.twice += _weight(inline.twice)

    def _fence(self, token: Token) -> None:
        from supachat.tui.widgets.highlight import coloured

        first = self._start(token)
        lines = token.content.removesuffix("\n").split("\n")
        info = token.info.strip()
        language = info.split()[0] if info else ""
        pieces = [
            tuple(piece.moved(first + 1 + index, self._shift(first + 1 + index, line)) for piece in row)
            for index, (line, row) in enumerate(
                zip(lines, coloured("\n".join(lines), language), strict=True)
            )
        ]
        self.blocks.append(Band(first + 1, tuple(pieces) or ((),), info))

    def _shift(self, line: int, text: str) -> int:
        """Where in its source line a line of code starts: after the signs of the quote it stands in."""
        return max(len(self.source[line]) - len(text), 0) if line < len(self.source) else 0

    def _whole_line(self, token: Token) -> None:
        first = self._start(token)
        text = self.source[first].strip()
        column = self.source[first].find(text)
        self._add(first, (Piece(text, Role.QUIET, first, column),))


class _Frame:
    """A quote or a list item that the reader is inside of."""

    __slots__ = ("quote", "sign", "used")

    def __init__(self, sign: str, *, quote: bool = False) -> None:
        self.sign = sign
        self.quote = quote
        self.used = False
