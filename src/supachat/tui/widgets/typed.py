"""Text that a person types or pastes: made harmless on the way in, and on the way to the screen.

Controls in a paste become visible pictures: they can neither steer the terminal nor vanish. What only
reorders or hides (bidi controls, zero width) stays in the text and is drawn as U+FFFD. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from supachat.domain.text import Safe, safe

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PLAIN: Final = re.compile(r"[\x09\x20-\x7e]*")
_JOINERS: Final = "\u200c\u200d"
LARGEST_PASTE: Final = 1_000_000
"""Characters. More than this would block the screen, and no source takes a message that long."""


def cleaned(text: str) -> str:
    """A paste or a kept text as the composer takes it: line ends are line feeds, controls are pictures."""
    return _CONTROLS.sub(_picture, text.replace("\r\n", "\n").replace("\r", "\n"))


def _picture(match: re.Match[str]) -> str:
    return safe(match.group())


def shown(line: str) -> str:
    """One line of the composer as it is drawn: as many characters as `line`, none of which steers."""
    if _PLAIN.fullmatch(line):
        return line
    whole = "\t".join(safe(part, limit=len(part)) for part in line.split("\t"))
    if len(whole) == len(line):
        return whole
    return "".join(char if char == "\t" or char in _JOINERS else safe(char)[:1] for char in line)


def one_line(text: str, *, limit: int = 4096) -> str:
    """A paste as a one-line field takes it: the first line that holds anything, without controls."""
    lines = [line.strip() for line in cleaned(text).replace("\t", " ").split("\n")]
    return next((line for line in lines if line), "")[:limit]


def room_hint(length: int, limit: int) -> Safe:
    """`1,980 of 2,000` from nine tenths of `limit` on (both in bytes of UTF-8); else nothing."""
    return Safe(f"{length:,} of {limit:,}") if length * 10 >= limit * 9 else Safe("")
