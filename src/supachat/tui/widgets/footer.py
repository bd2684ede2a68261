"""The footer: the keys of the place that has the focus, made from the keymap.

Gives way from the right; the way out never goes. A click on a pair runs its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from supachat.domain.text import Safe
from supachat.tui.keymap import Hint
from supachat.tui.spans import Row, Span, space, width
from supachat.tui.widgets.drawn import Drawn

BETWEEN = 3


def footer_row(hints: Sequence[Hint], cells: int) -> Row:
    """As many of `hints` as fit; those with esc or quit are kept to the last."""
    kept = list(hints)
    while kept and _cells(kept) > cells - 2:
        gives = [hint for hint in kept if not _way_out(hint)]
        kept.remove(gives[-1] if gives else kept[-1])
    spans: list[Span] = [space(1)]
    for number, hint in enumerate(kept):
        if number:
            spans.append(space(BETWEEN))
        spans.append(Span(Safe(hint.key), "bold text2", hint.id))
        spans.append(Span(Safe(f" {hint.words}"), "quiet", hint.id))
    return Row(tuple(spans), "surface")


def _way_out(hint: Hint) -> bool:
    return "esc" in hint.key.split()


def _cells(hints: Sequence[Hint]) -> int:
    words = [(Span(Safe(hint.key)), Span(Safe(hint.words))) for hint in hints]
    return sum(width(pair) + 1 for pair in words) + BETWEEN * (len(hints) - 1)


class Footer(Drawn):
    """The footer widget; a click acts as the id of the key."""

    ON: ClassVar[str] = "surface"

    def __init__(self, hints: Sequence[Hint] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._hints = tuple(hints)

    def show(self, hints: Sequence[Hint]) -> None:
        """Show these pairs."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [footer_row(self._hints, width)]
