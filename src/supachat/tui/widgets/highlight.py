"""Code in four tones: keywords bold, strings a step back, comments quiet and italic, and the rest.

Pygments says what is what. Pure, cached. Must never change a character of the code, and must never take
long: code that is long is left plain.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from supachat.tui.widgets.pieces import Piece, Role

LONGEST = 8000
"""Characters; a stranger may write code that a lexer is slow on."""

Rows = tuple[tuple[Piece, ...], ...]


@lru_cache(maxsize=128)
def coloured(code: str, language: str) -> Rows:
    """Per line of `code` its pieces, each at its place in that line; plain if the language is unknown."""
    tokens: Iterable[tuple[Role, str]] = [(Role.BAND, code)]
    if language and len(code) <= LONGEST:
        tokens = _lexed(code, language.lower()) or tokens
    return _rows(tokens)


def _lexed(code: str, language: str) -> list[tuple[Role, str]]:
    # the three have no stubs
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
    from pygments.token import Comment, Keyword, String  # type: ignore[import-untyped]
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return []
    found: list[tuple[Role, str]] = []
    for kind, text in lexer.get_tokens(code):
        if kind in Comment:
            role = Role.BAND_COMMENT
        elif kind in String:
            role = Role.BAND_STRING
        else:
            role = Role.BAND_KEYWORD if kind in Keyword else Role.BAND
        found.append((role, text))
    return found if "".join(text for _, text in found) == code else []


def _rows(tokens: Iterable[tuple[Role, str]]) -> Rows:
    rows: list[tuple[Piece, ...]] = []
    row: list[Piece] = []
    x = 0
    for role, text in tokens:
        first, *others = text.split("\n")
        for index, part in enumerate((first, *others)):
            if index:
                rows.append(tuple(row))
                row, x = [], 0
            if part:
                _append(row, Piece(part, role, 0, x))
                x += len(part)
    rows.append(tuple(row))
    return tuple(rows)


def _append(row: list[Piece], piece: Piece) -> None:
    """Neighbours of one role become one piece: fewer pieces are fewer bytes on the wire."""
    if row and row[-1].role is piece.role:
        row[-1] = Piece(row[-1].text + piece.text, piece.role, 0, row[-1].x)
    else:
        row.append(piece)
