"""One line with nothing but a few plain marks in it, as most marked lines are, read without the parser.

The parser alone takes 16 ms to import, which the first frame would wait for. What is read here must be
what the parser would have made of it: anything else than `*word*`, `**two words**` and `code` between
spaces is left to it. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from supachat.tui.widgets.inline import plain
from supachat.tui.widgets.pieces import Piece, Role

_MARK: Final = re.compile(
    r"(?<![^\s(])"  # opens: nothing but a space, a bracket or the edge before it
    r"(?P<sign>\*\*?|`)(?P<text>[A-Za-z0-9](?:[A-Za-z0-9 ]*[A-Za-z0-9])?)(?P=sign)"
    r"(?![^\s.,;:!?)])"  # closes: nothing but a space, the end of a phrase or the edge behind it
)
_OTHER: Final = re.compile(r"[`*_\[\\<~&\n\t]")
_ROLES: Final = {"*": Role.ITALIC, "**": Role.BOLD, "`": Role.INLINE_CODE}


def few_marks(text: str) -> tuple[Piece, ...] | None:
    """The pieces of a line that has no sign of Markdown at its start; None: the parser must read it."""
    if text != text.strip() or _OTHER.search(_MARK.sub("", text)):
        return None
    pieces: list[Piece] = []
    at = 0
    for match in _MARK.finditer(text):
        pieces += plain(text[at : match.start()], x=at)
        pieces.append(Piece(match["text"], _ROLES[match["sign"]], 0, match.start("text")))
        at = match.end()
    return (*pieces, *plain(text[at:], x=at))
