"""The typing line: who is writing, what was just done, a question, and how much is below.

Always one row, also when empty, so that nothing jumps. A question takes the place of everything else and
the keyboard with it, until it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.timer import Timer
from textual.widget import Widget

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.keymap import Place, bindings
from supachat.tui.spans import Row, Span, fit, space
from supachat.tui.widgets.drawn import Drawn

FLASH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Question:
    """Something that cannot be undone. `verb` is what yes does, `keep` what no does; `then` hears it."""

    words: Safe
    verb: Safe
    keep: Safe
    then: Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class TypingState:
    names: tuple[Safe, ...] = ()
    below: int = 0
    writing: Safe = NOTHING
    """Whose answer grows in the pane, while nobody types."""
    flash: Safe = NOTHING
    question: Question | None = None


def typing_words(names: Sequence[Safe]) -> Safe:
    """Who is typing, by first names; from three on only how many."""
    first = [name.split(" ")[0] for name in names]
    if not first:
        return Safe("")
    if len(first) == 1:
        return Safe(f"{first[0]} is typing")
    if len(first) == 2:
        return Safe(f"{first[0]} and {first[1]} are typing")
    return Safe(f"{len(first)} people are typing")


def typing_row(state: TypingState, cells: int) -> Row:
    """The row, exactly `cells` wide."""
    if state.question is not None:
        question = state.question
        left = [
            space(4),
            Span(question.words, "bold foreground"),
            space(2),
            Span(Safe("y"), "bold error", "yes"),
            Span(Safe(f" {question.verb}"), "error", "yes"),
            space(2),
            Span(Safe("n"), "bold text2", "no"),
            Span(Safe(f" {question.keep}"), "quiet", "no"),
        ]
        return Row(fit(left, (), cells))
    words = state.flash or typing_words(state.names) or state.writing
    left = [space(4), Span(words, "quiet" if state.flash else "italic quiet")]
    right = [Span(Safe(f"{state.below:,} below"), "accent", "newest"), space(2)] if state.below else []
    return Row(fit(left, right, cells, air=2))


class TypingLine(Drawn):
    """The widget. Acts: `newest`."""

    ON: ClassVar[str] = "background"
    BINDINGS = bindings(Place.CONFIRM)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state = TypingState()
        self._timer: Timer | None = None
        self._held = NOTHING
        self._before: Widget | None = None
        """What had the keyboard when the question came."""

    def show(self, **parts: Any) -> None:
        """Change parts of the state, as named in `TypingState`."""
        state = replace(self.state, **parts)
        if state != self.state:
            self.state = state
            self.redraw()

    def hold(self, words: Safe) -> None:
        """Say something until something else is held; empty words end it."""
        self._held = words
        self._say(words)

    def flash(self, words: Safe) -> None:
        """Say something for two seconds, then what is held again."""
        self._say(words)
        self._timer = self.set_timer(FLASH_SECONDS, self._flashed)

    def _say(self, words: Safe) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.show(flash=words)

    def _flashed(self) -> None:
        self.show(flash=self._held)

    def ask(self, question: Question) -> None:
        """Take the keyboard until the question is answered, then give it back."""
        self.show(question=question)
        self.can_focus = True
        if not self.has_focus:
            self._before = self.screen.focused
        self.screen.set_focus(self)

    def leave(self) -> bool:
        """Answer no; whether there was a question."""
        asked = self.state.question is not None
        if asked:
            self.action_answer(False)
        return asked

    def action_answer(self, yes: bool) -> None:
        question = self.state.question
        if self.has_focus:  # else what is typed next went nowhere
            self.screen.set_focus(self._before)
        self.can_focus = False
        self.show(question=None)
        if question is not None:
            question.then(yes)

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        if event.act in ("yes", "no"):
            event.stop()
            self.action_answer(event.act == "yes")

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [Row()] * (height - 1) + [typing_row(self.state, width)]
