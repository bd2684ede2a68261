"""What a message's text is made of, before it meets a width: pieces, paragraphs, bands.

A piece knows where in the source it came from, so that a selection made on wrapped, marked-up rows
copies what was written. Values only: no Textual, no width, no colour.
"""

from __future__ import annotations

from enum import IntEnum, auto

from supachat.domain.values import dataclass

NOWHERE = -1
"""The source line of a piece that we drew ourselves."""


class Role(IntEnum):
    """What a piece of text is; `paint.Look` says how that looks."""

    TEXT = 0
    BOLD = auto()
    ITALIC = auto()
    BOLD_ITALIC = auto()
    INLINE_CODE = auto()
    LINK = auto()
    MENTION = auto()
    ME = auto()
    """A mention of the reader, the new line, one's own name: the accent, bold."""
    ACCENT = auto()
    NAME = auto()
    TEXT2 = auto()
    HEADING = auto()
    """Headings and keys."""
    QUIET = auto()
    QUIET_BOLD = auto()
    GONE = auto()
    """Not a message, or a message that is gone."""
    RULE = auto()
    WARNING = auto()
    ERROR = auto()
    GROWS = auto()
    """The cell behind the last character of what is still being written."""
    FOUND = auto()
    """What a search looked for."""
    BAND = auto()
    """Code in a band of its own, and its parts."""
    BAND_KEYWORD = auto()
    BAND_STRING = auto()
    BAND_COMMENT = auto()
    BAND_QUIET = auto()
    BAND_EDGE = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of one role. `line` and `x` are its place in the source: line, then character."""

    text: str
    role: Role = Role.TEXT
    line: int = NOWHERE
    x: int = 0
    click: str = ""
    """A Textual action that a click on it runs; empty for none."""

    def part(self, start: int, end: int) -> Piece:
        """The characters from `start` to `end` of it."""
        if start == 0 and end >= len(self.text):
            return self
        return Piece(self.text[start:end], self.role, self.line, self.x + start, self.click)

    def moved(self, lines: int, x: int = 0) -> Piece:
        """The same, that many source lines and characters further on; what is ours stays nowhere."""
        if self.line == NOWHERE or not (lines or x):
            return self
        return Piece(self.text, self.role, self.line + lines, self.x + x, self.click)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the author's, to be wrapped. `first` stands before its first row, `rest` before the
    others; both are equally wide. `line` is its source line."""

    line: int
    pieces: tuple[Piece, ...] = ()
    first: tuple[Piece, ...] = ()
    rest: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A block of code from source line `line` on. Its lines are cut, not wrapped, until the reader
    opens it."""

    line: int
    lines: tuple[tuple[Piece, ...], ...]
    language: str = ""


Block = Paragraph | Band
Document = tuple[Block, ...]
