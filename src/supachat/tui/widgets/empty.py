"""What stands in the pane when there is no message to show: nothing yet, not read yet, not readable.

A title, an explanation, the keys that help. Pure rows; the screen says which words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.keymap import CHAT, Keymap
from supachat.tui.spans import Row, Span, space, wrap
from supachat.tui.widgets.drawn import Drawn, keys_of

KEY_CELLS = 10


@dataclass(frozen=True, slots=True)
class Words:
    """`keys` are ids of the keymap."""

    title: Safe
    text: Safe = NOTHING
    keys: tuple[str, ...] = ()
    look: str = "foreground"


def empty_rows(words: Words, cells: int, height: int, keys: Keymap = CHAT) -> list[Row]:
    """The rows, from the top of a pane of `cells` by `height`."""
    rows = [Row((space(4), Span(words.title, f"bold {words.look}")))]
    lines = wrap(words.text, max(10, min(cells - 8, 60))) if words.text else []
    rows += [Row()] if lines else []
    rows += [Row((space(4), Span(line, "text2"))) for line in lines]
    if words.keys:
        rows.append(Row())
        for key in (keys[each] for each in words.keys):
            name = Span(Safe(f"{key.first:<{KEY_CELLS}}"), "bold text2", key.id)
            rows.append(Row((space(4), name, Span(Safe(key.words), "quiet", key.id))))
    return [Row()] * max(0, (height - len(rows)) // 3) + rows


class Empty(Drawn):
    """The widget. A click on a key acts as its id."""

    ON: ClassVar[str] = "background"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = Words(NOTHING)

    def show(self, words: Words) -> None:
        """Say this."""
        if words != self.words:
            self.words = words
            self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return empty_rows(self.words, width, height, keys_of(self))
