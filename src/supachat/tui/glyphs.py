"""Every glyph of ours, with its ASCII twin.

All of them have East Asian width N or Na, so each is one cell in every terminal, also where
ambiguous characters are wide; a lint test asks `unicodedata` for each. Where two meanings share a
shape they stand in different columns. Must never hold a glyph that a person typed, and must never
import Textual: the table is read by pure functions.
"""

from __future__ import annotations

import locale

from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of glyphs. Every field is exactly one cell, but for the four steps of `spark`."""

    you: str = "›"
    """You, and where you are: own message, open thread, cursor row, prompt."""
    customer: str = "◊"
    agent: str = "⌂"
    assistant: str = "✦"
    bot: str = "◫"
    system: str = "∙"
    """System notice; offline; unread notification."""
    online: str = "◉"
    away: str = "◒"
    """Away; slow."""
    connecting: str = "◌"
    waiting: str = "◷"
    """Queued, pending, polling."""
    sending: str = "⇡"
    done: str = "✓"
    failed: str = "✗"
    catching: str = "⇣"
    again: str = "↻"
    muted: str = "⊘"
    """Muted, parked, signed out."""
    draft: str = "✎"
    alert: str = "!"
    warning: str = "▴"
    reply: str = "↳"
    folded: str = "▸"
    open: str = "▾"
    cut: str = "⋯"
    rule: str = "╌"
    gap: str = "╍"
    edge: str = "╎"
    spark: str = "⣀⣤⣶⣿"
    """Four levels, the lowest first; both samples of a cell at the same level."""


UNICODE = Glyphs()

ASCII = Glyphs(
    you=">",
    customer="o",
    agent="^",
    assistant="*",
    bot="#",
    system=".",
    online="@",
    away="%",
    connecting=".",
    waiting="~",
    sending="^",
    done="v",
    failed="x",
    catching="v",
    again="~",
    muted="-",
    draft="+",
    alert="!",
    warning="^",
    reply="\\",
    folded="+",
    open="-",
    cut="~",
    rule="-",
    gap="=",
    edge="|",
    spark="_.-^",
)


def choose(wanted: str = "auto", encoding: str | None = None) -> Glyphs:
    """The set for `wanted` (auto, unicode, ascii). `auto` asks the encoding of the locale, which is
    what the person says of the terminal: that of stdout is UTF-8 under `LC_ALL=C` too, by Python's mode."""
    if wanted == "ascii":
        return ASCII
    if wanted == "unicode":
        return UNICODE
    said = encoding or locale.getencoding()
    return UNICODE if said.replace("-", "").lower() in ("utf8", "utf8sig") else ASCII
