"""What a search looked for, found again in a text: where it stands, and how a row sets it off. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from supachat.tui.widgets.pieces import NOWHERE, Band, Block, Piece, Role

Sought = re.Pattern[str]


def sought(query: str) -> Sought | None:
    """Finds the whole of what was looked for, and each of its words; None for nothing.

    >>> [found[0] for found in sought("blank page").finditer("A blank page, a Page")]
    ['blank page', 'Page']
    """
    whole = query.strip()
    words = sorted({whole, *query.split()} - {""}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None


def set_off(block: Block, wanted: Sought) -> Block:
    """The block with what was looked for as pieces of its own."""
    if isinstance(block, Band):
        return replace(block, lines=tuple(_split(line, wanted) for line in block.lines))
    return replace(block, pieces=_split(block.pieces, wanted))


def _split(pieces: Iterable[Piece], wanted: Sought) -> tuple[Piece, ...]:
    """What we drew ourselves was not said, and is not found."""
    made: list[Piece] = []
    for piece in pieces:
        at = 0
        for match in wanted.finditer(piece.text) if piece.line != NOWHERE else ():
            made.append(piece.part(at, match.start()))
            made.append(replace(piece.part(match.start(), match.end()), role=Role.FOUND))
            at = match.end()
        made.append(piece.part(at, len(piece.text)))
    return tuple(piece for piece in made if piece.text)
