"""What a terminal draws of one emoji that is written with several characters, and how to live with it.

The layout counts cells as Unicode says. A terminal that counts otherwise moves everything to the right
of such a cluster, so it is asked once which kinds it knows, and a kind that it does not know is drawn as
its first character, with air for the cells that the layout counted. Copying still takes what was written.

Pure. Must never change how many cells a text has by the layout.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from supachat.domain.values import dataclass
from supachat.tui.glyphs import ASCII


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to write one sign with several characters: a sample, and the pattern that gives it away."""

    name: str
    sample: str
    sign: str


KINDS: Final = (
    Kind("joined", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u200d"),
    Kind("presented", "\u2764\ufe0f", "\ufe0f"),
    Kind("toned", "\U0001f44d\U0001f3fd", "[\U0001f3fb-\U0001f3ff]"),
    Kind("flag", "\U0001f1e9\U0001f1ea", "[\U0001f1e6-\U0001f1ff]"),
    Kind("keycap", "1\ufe0f\u20e3", "\u20e3"),
    Kind("marked", "e\u0301", "[\u0300-\u036f]"),
    Kind("isolated", "\u2068\u05d0\u2069", "[\u2068\u2069]"),
)
"""All that the layout counts as one sign."""

_ISOLATES: Final = "[\u2068\u2069]"

PLAIN: Final = "\u22ef"
"""One of our glyphs. Where it is not one cell wide, none of ours can be relied on."""

ROW: Final = 2
"""Where the samples are drawn: an answer that names row 1 could be a function key with shift."""

QUESTION: Final = "".join(
    f"\x1b[{ROW};1H\x1b[K{sample}\x1b[6n" for sample in (PLAIN, *(kind.sample for kind in KINDS))
)
"""Draws every sample and asks each time where the cursor is. The next frame paints over the last one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the answers say: whether our glyphs are one cell wide, and which kinds are drawn apart."""

    ours: bool
    apart: frozenset[str]


def found(columns: Sequence[int]) -> Found:
    """`columns` are the cells that each sample took, in the order of `QUESTION`; at least one of them."""
    apart = (
        kind.name for kind, cells in zip(KINDS, columns[1:], strict=False) if cells != cell_len(kind.sample)
    )
    return Found(columns[0] == cell_len(PLAIN), frozenset(apart))


def tamed(text: str, apart: Collection[str]) -> str:
    """`text` with every cluster of those kinds drawn as its first character, as many cells wide as before.

    >>> tamed("a \u2764\ufe0f b", {"presented"})
    'a \u2764  b'
    """
    signs = [] if text.isascii() else [kind.sign for kind in KINDS if kind.name in apart]
    if not any(re.search(sign, text) for sign in signs):
        return text
    if "isolated" in apart:
        text = re.sub(_ISOLATES, "", text)
    drawn = []
    for start, end, cells in split_graphemes(text)[0]:
        cluster = text[start:end]
        drawn.append(_first(cluster, cells) if any(re.search(sign, cluster) for sign in signs) else cluster)
    return "".join(drawn)


def _first(cluster: str, cells: int) -> str:
    """The first character of a cluster and air for the rest; of half a flag, its letter. What isolates
    other text, and was counted as part of the cluster, stays."""
    code = ord(cluster[0])
    if 0x1F1E6 <= code <= 0x1F1FF:
        shown = chr(code - 0x1F1E6 + ord("A"))
    else:
        shown = unicodedata.normalize("NFC", cluster)[0] if cells else ""
    return shown + " " * (cells - cell_len(shown)) + "".join(re.findall(_ISOLATES, cluster))


class AsciiCut(LineFilter):
    """The mark of a cut as its twin: it stands in texts that were cut before anybody asked a terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control else segment._replace(text=segment.text.replace(PLAIN, ASCII.cut))
            for segment in segments
        ]


class Tamer(LineFilter):
    """Draws what the terminal does not know as clusters."""

    def __init__(self, apart: Collection[str]) -> None:
        super().__init__()
        self.apart = frozenset(apart)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control else segment._replace(text=tamed(segment.text, self.apart))
            for segment in segments
        ]
