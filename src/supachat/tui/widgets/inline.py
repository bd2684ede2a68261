"""The inside of a line: links, mentions, emphasis and `code`, as pieces that know their source.

The parser gives no positions inside a line, so they are found again by walking the source beside its
tokens. Pure. A link's address is always on the screen: behind a label it follows in brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from supachat.domain.mentions import MENTION
from supachat.domain.text import safe_url
from supachat.tui.widgets.pieces import Piece, Role

if TYPE_CHECKING:
    from markdown_it.token import Token

_WORTH_IT = re.compile("://|mailto:|@")
_FOUND = rf"(?i:(?P<url>(?:https?://|mailto:)[^\s<>\"`、。「」（）《》]+)|{MENTION})"
"""Compiled with the first line that is worth it: that takes as long as drawing it."""
_EMPHASIS = {
    (Role.TEXT, 1, 0): Role.BOLD,
    (Role.TEXT, 0, 1): Role.ITALIC,
    (Role.TEXT, 1, 1): Role.BOLD_ITALIC,
    (Role.TEXT2, 1, 0): Role.HEADING,
}


def plain(line: str, number: int = 0, *, x: int = 0, role: Role = Role.TEXT) -> tuple[Piece, ...]:
    """A line without Markdown: bare addresses become links, `@name` a mention, the rest has `role`."""
    if _WORTH_IT.search(line) is None:
        return (Piece(line, role, number, x),) if line else ()
    pieces: list[Piece] = []
    at = 0
    for match in re.finditer(_FOUND, line):
        start, end = match.span()
        click = ""
        if match["url"]:
            end = start + len(_address(match["url"]))
            click = link(line[start:end])
            if not click:
                continue
        if at < start:
            pieces.append(Piece(line[at:start], role, number, x + at))
        found = Role.LINK if click else Role.MENTION
        pieces.append(Piece(line[start:end], found, number, x + start, click))
        at = end
    if at < len(line):
        pieces.append(Piece(line[at:], role, number, x + at))
    return tuple(pieces)


def link(url: str) -> str:
    """The click action that opens `url`, or "" if it is none that we open."""
    checked = safe_url(url)
    return "" if checked is None else f"link({str(checked)!r})"


def _address(found: str) -> str:
    """Without the punctuation that belongs to the sentence, not to the address."""
    while found:
        last = found[-1]
        if last in ".,;:!?'\"*_…" or (last == ")" and found.count("(") < found.count(")")) or last in "]}":
            found = found[:-1]
        else:
            break
    return found


class Inline:
    """One paragraph's inline token, read beside its source lines."""

    def __init__(self, token: Token, source: Sequence[str], base: Role) -> None:
        self.tokens = token.children or []
        self.content = token.content
        self.flat = self.content.replace("\n", " ")
        self.base = base
        self.bold = self.italic = 0
        self.at = 0
        self.starts, self.columns = _places(self.content.split("\n"), source)
        self.row: list[Piece] = []
        self.label = ""
        """Of the link that is open, as far as it has been read."""
        self.twice = ""
        """Addresses that are not drawn, because their label is the same."""

    def rows(self) -> Iterator[tuple[int, tuple[Piece, ...]]]:
        """Per line feed of the author's: the source line (from 0), and its pieces."""
        line = 0
        opened: Token | None = None
        for token in self.tokens:
            match token.type:
                case "softbreak" | "hardbreak":
                    yield line, tuple(self.row)
                    self.row = []
                    self.at = self.content.find("\n", self.at) + 1
                    line = bisect_right(self.starts, self.at) - 1
                case "link_open":
                    opened, self.label = token, ""
                case "link_close":
                    self._after_link(opened)
                    opened = None
                case _:
                    self._token(token, opened)
        yield line, tuple(self.row)

    def _token(self, token: Token, opened: Token | None) -> None:
        match token.type:
            case "strong_open" | "strong_close":
                self.bold += 1 if token.nesting > 0 else -1
            case "em_open" | "em_close":
                self.italic += 1 if token.nesting > 0 else -1
            case "code_inline":
                self._take(token.content, Role.INLINE_CODE)
            case _ if opened is not None:
                self.label += token.content
                self._take(token.content, Role.LINK, _href(opened))
            case _:
                role = _EMPHASIS.get((self.base, min(self.bold, 1), min(self.italic, 1)), self.base)
                self._take(token.content, role)

    def _take(self, text: str, role: Role, click: str = "") -> None:
        """`text` from where it next stands in the source."""
        start = self.flat.find(text, self.at)
        if start < 0:  # the parser changed it: show what was written
            start, text = self.at, self.flat[self.at : self.at + len(text)]
        self.at = start + len(text)
        while start < self.at:
            line = bisect_right(self.starts, start) - 1
            end = min(self.at, self.starts[line + 1] if line + 1 < len(self.starts) else self.at)
            part = self.flat[start:end]
            x = start - self.starts[line] + self.columns[line]
            if role is Role.LINK and not click:
                role = self.base
            if role in (Role.LINK, Role.INLINE_CODE):
                self.row.append(Piece(part, role, line, x, click))
            else:
                self.row += plain(part, line, x=x, role=role)
            start = end

    def _after_link(self, opened: Token | None) -> None:
        """The address that stands behind a label is shown, unless it is the label."""
        if opened is None or opened.markup == "autolink":
            self.at = self.content.find(">", self.at) + 1 or self.at
            return
        start = self.content.find("](", self.at)
        if start < 0:
            return
        end = _closing(self.content, start + 2)
        address = self.flat[start + 2 : end].strip()
        self.at = start + 1
        if address and self.label == address:  # all of it: who ends in it may begin as another's
            self.at = min(end + 1, len(self.content))
            self.twice += address
        else:
            self.row.append(Piece(" ", self.base))
            self._take(self.flat[start + 1 : end + 1], Role.INLINE_CODE)
            self.row[-1] = _quiet(self.row[-1])


def _quiet(piece: Piece) -> Piece:
    return Piece(piece.text, Role.QUIET, piece.line, piece.x)


def _href(token: Token) -> str:
    return link(str(token.attrs.get("href", "")))


def _closing(text: str, at: int) -> int:
    """The bracket that closes the one before `at`; the end where there is none."""
    depth = 1
    quote = ""
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and text[at - 1].isspace():
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
            if not depth:
                return at
        at += 1
    return len(text)


def _places(content: Sequence[str], source: Sequence[str]) -> tuple[list[int], list[int]]:
    """Where each line of the content starts in it, and in which column of its source line."""
    starts = [0, *accumulate(len(line) + 1 for line in content[:-1])]
    columns = []
    for index, line in enumerate(content):
        written = source[index].rstrip() if index < len(source) else ""
        text = line.strip()
        column = len(written) - len(text) if written.endswith(text) else max(written.find(text), 0)
        columns.append(column - (len(line) - len(line.lstrip())))
    return starts, columns
