"""What a selection made with the mouse copies: what was written, not how it was wrapped. Pure."""

from __future__ import annotations

import re
from typing import Final

from textual.geometry import Offset
from textual.selection import Selection

from supachat.domain.model import Item, Message
from supachat.tui.widgets.blocks import Blocks
from supachat.tui.widgets.rows import LAST, LINES

_WORD: Final = re.compile(r"""[^\s,;()\[\]{}<>"'`*|]+""")


def selected_text(items: Blocks, selection: Selection) -> str:
    """The source text between the two ends, message after message. Safe, as it was on the screen."""
    start, end = selection
    first = 0 if start is None else items.at_key(start.y // LINES)
    last = len(items) - 1 if end is None else min(items.at_key(end.y // LINES), len(items) - 1)
    texts = []
    for index in range(first, last + 1):
        entry = items[index]
        text = _text(entry.item)
        if text is None:
            continue
        low = (0, 0) if start is None or start.y // LINES != entry.key else (start.y % LINES, start.x)
        high = (LAST, 0) if end is None or end.y // LINES != entry.key else (end.y % LINES, end.x)
        texts.append(between(text, low, high))
    return "\n".join(texts)


def word_at(items: Blocks, at: Offset) -> Selection | None:
    """The word of a message that stands there; an address or a path is one. None where there is none."""
    text = _text(items[items.at_key(at.y // LINES)].item) or ""
    lines = text.split("\n")
    line = lines[at.y % LINES] if at.y % LINES < len(lines) else ""
    found = next((word for word in _WORD.finditer(line) if word.start() <= at.x < word.end()), None)
    return found and Selection(Offset(found.start(), at.y), Offset(found.end(), at.y))


def message_at(at: Offset) -> Selection:
    """All that was written in the message that stands there."""
    top = at.y - at.y % LINES
    return Selection(Offset(0, top), Offset(0, top + LAST))


def _text(item: Item) -> str | None:
    return item.body if isinstance(item, Message) and not item.deleted else None


def between(text: str, low: tuple[int, int], high: tuple[int, int]) -> str:
    """`text` from one place (line, character) to another; places outside are taken as its ends."""
    lines = text.split("\n")
    (first, start), (last, end) = low, high
    if last >= len(lines):
        last, end = len(lines) - 1, len(lines[-1])
    if first > last:
        return ""
    picked = lines[first : last + 1]
    picked[-1] = picked[-1][: max(end, 0)]
    picked[0] = picked[0][max(start, 0) :]
    return "\n".join(picked)
