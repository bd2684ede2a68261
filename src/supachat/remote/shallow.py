"""JSON that is nested too deep to be read, made shallower.

A member may write one such row into a thread, and the page that holds it must not be lost for everybody.
Pure. Must never be asked of an answer that can be read: it walks the whole text.
"""

from __future__ import annotations

import re

DEEPEST = 64
"""Levels that are kept. No map looks deeper than into an object within a row."""
LONGEST = 4_000_000
"""Characters of an answer that are walked, which takes a second: a page of the longest messages."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def shallow(text: str, deepest: int = DEEPEST) -> str:
    """The same JSON with null in place of every value below `deepest` levels. What is longer than
    `LONGEST` stays as it is.

    >>> shallow('[{"id": 1, "well": [[["]"]]]}, {"id": 2}]', 3)
    '[{"id": 1, "well": [null]}, {"id": 2}]'
    """
    if len(text) > LONGEST:
        return text
    kept: list[str] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == deepest + 1:
                kept += (text[start : token.start()], "null")
                start = len(text)
        elif token[0] in ("]", "}"):
            if depth == deepest + 1:
                start = token.end()
            depth -= 1
    return "".join((*kept, text[start:]))
