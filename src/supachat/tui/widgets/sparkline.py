"""A row of samples as a row of small columns: two samples a cell in braille, one a cell in ASCII.

Pure. Must never make a calm line look alarming: samples that are all alike stand at the lowest level.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import Final

from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs

LEVELS: Final = 4
_LEFT: Final = (0x40, 0x44, 0x46, 0x47)
_RIGHT: Final = (0x80, 0xA0, 0xB0, 0xB8)
"""The dots of a braille cell's two columns, filled from the bottom to each level."""
_BRAILLE: Final = 0x2800


def levels(samples: Sequence[float]) -> list[int]:
    """Each sample as 0 to 3. The top is the greatest one, or four times the median if that is more."""
    if not samples:
        return []
    top = max(max(samples), LEVELS * median(samples)) or 1.0
    return [min(LEVELS - 1, max(0, ceil(LEVELS * sample / top - 1e-9) - 1)) for sample in samples]


def sparkline(samples: Sequence[float], cells: int, glyphs: Glyphs = UNICODE) -> Safe:
    """The newest samples at the right end of exactly `cells` cells; where none is, the bottom dot."""
    braille = ord(glyphs.spark[0]) >= _BRAILLE
    room = cells * (2 if braille else 1)
    drawn = levels(samples)[-room:] if room else []
    drawn = [0] * (room - len(drawn)) + drawn
    if not braille:
        return Safe("".join(glyphs.spark[level] for level in drawn))
    pairs = zip(drawn[::2], drawn[1::2], strict=True)
    return Safe("".join(chr(_BRAILLE + _LEFT[one] + _RIGHT[other]) for one, other in pairs))


def share(samples: Sequence[float], part: float) -> float:
    """The sample that `part` (0 to 1) of them do not exceed; of at least one sample."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
