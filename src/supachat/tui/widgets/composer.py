"""The composer: where a message is written. Grows with its text, keeps a history, never loses a word.

Knows no thread and sends nothing: it says what was written. Esc never touches the text, a paste that is
too large changes nothing, and ctrl+c can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import TextArea

from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.spans import Row, Span, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of
from supachat.tui.widgets.field import EditingField
from supachat.tui.widgets.typed import cleaned, room_hint

MOST_HISTORY = 100


class Field(EditingField):
    """The text itself."""

    BINDINGS = bindings(Place.COMPOSER)

    class Entered(Message):
        """Enter was pressed."""

    class Recall(Message):
        """Up or down where there is no line to go to: the history is wanted."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Step(Message):
        """Up or down among what is offered to complete the text."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.recalling = False
        self.completing = False

    def action_send(self) -> None:
        self.post_message(self.Entered())

    def action_new_line(self) -> None:
        self.type_in("\n")

    def action_line(self, by: int) -> None:
        """A line up or down; in an empty text, or while recalling, a text up or down."""
        if self.completing:
            self.post_message(self.Step(by))
        elif self.recalling or (by < 0 and not self.text):
            self.post_message(self.Recall(by))
        elif by < 0:
            self.action_cursor_up()
        else:
            self.action_cursor_down()


class Prompt(Drawn):
    """The four cells left of the text."""

    ON: ClassVar[str] = "panel"
    focused = False
    editing = False

    def rows(self, width: int, height: int) -> Sequence[Row]:
        look = "bold accent" if self.focused else "quiet"
        glyphs = glyphs_of(self)
        return [Row((space(2), Span(Safe(glyphs.draft if self.editing else glyphs.you), look)))]


class Hint(Drawn):
    """What stands at the right end: how full it is, or that it waits."""

    ON: ClassVar[str] = "panel"
    words = Safe("")

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [Row((space(1), Span(self.words, "quiet"), space(2)))]

    def show(self, words: Safe) -> None:
        if words != self.words:
            self.words = words
            self.styles.width = len(words) + 3 if words else 0
            self.redraw()


def waiting_hint(live: bool, kept: bool) -> Safe:
    """What becomes of a text: that it waits, and that it ends with the program where nothing is kept."""
    if kept:
        return Safe("" if live else "waits until live")
    return Safe("not kept on disk" if live else "waits, lost when you quit")


class Composer(Horizontal):
    """The widget. `Submitted` and `Changed` carry the whole text."""

    class Submitted(Message):
        """Send this. The text stays until `clear` is called."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Changed(Message):
        """The text is now this; `typed` where a person did it."""

        def __init__(self, text: str, typed: bool) -> None:
            super().__init__()
            self.text = text
            self.typed = typed

    class Stepped(Message):
        """Another of what is offered to complete the text."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._history: list[str] = []
        self._at: int | None = None
        self._quiet = ""
        self._limit = 65536
        self._live = True
        self._kept = True
        self.field = Field(id="field")
        self._prompt = Prompt(id="prompt")
        self._hint = Hint(id="hint")

    def compose(self) -> ComposeResult:
        yield self._prompt
        yield self.field
        yield self._hint

    @property
    def text(self) -> str:
        return self.field.text

    @property
    def editing(self) -> bool:
        """The text was sent before: nothing but the person's own keys may make another of it."""
        return self._prompt.editing

    # ------------------------------------------------------------ what the screen tells it

    def show(self, placeholder: Safe, text: str, limit: int) -> None:
        """Another thread: its placeholder, the text that waits there, its longest message in bytes."""
        self._limit = limit
        self.field.call(placeholder)
        self._stand(text)

    def forget(self) -> None:
        """Somebody else sits here now: no text and no history stays."""
        self._history = []
        self._stop_recalling()
        self._put("")

    def edit(self, text: str) -> None:
        """What was said before stands here, to be changed."""
        self._show_editing(True)
        self._stand(text)

    def write(self, text: str) -> None:
        """The text of a new message stands here."""
        self._show_editing(False)
        self._stand(text)

    def _show_editing(self, editing: bool) -> None:
        self._prompt.editing = editing
        self._prompt.redraw()

    def replace(self, text: str) -> None:
        """The text is this now, and that was the person's doing: undo brings back what stood there."""
        self.field.replace(cleaned(text), (0, 0), self.field.document.end)
        self.screen.set_focus(self.field)

    def live(self, live: bool, *, kept: bool = True) -> None:
        """Whether what is sent now goes out now, and whether a text outlives the program."""
        self._live, self._kept = live, kept
        self._show_hint()

    def clear(self) -> None:
        """Empty it, so that undo brings the text back."""
        self.field.clear()
        self._stop_recalling()

    def remember(self, text: str) -> None:
        """Sent: up brings it back."""
        self._history = [*(each for each in self._history if each != text), text][-MOST_HISTORY:]

    def _stand(self, text: str) -> None:
        """Another text stands here now, and nobody typed it: what was offered to complete the one before
        must not be taken into it."""
        self._stop_recalling()
        self.field.completing = False
        self._put(text)
        self.post_message(self.Changed(self.text, typed=False))

    def _put(self, text: str) -> None:
        self._quiet = cleaned(text)
        self.field.put(text)
        self._show_hint()

    # ------------------------------------------------------------ what the field says

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        text = self.text
        typed = text != self._quiet
        self._quiet = text
        self._show_hint()
        if typed:
            if self._at is not None and text != self._history[self._at]:
                self._stop_recalling()
            self.post_message(self.Changed(text, typed=True))

    def on_field_entered(self, event: Field.Entered) -> None:
        """No key behind it is looked at before the screen has dealt with this one: see `turns`."""
        event.stop()
        if self.text.strip():
            self.post_message(self.Submitted(self.text))

    def on_field_step(self, event: Field.Step) -> None:
        event.stop()
        self.post_message(self.Stepped(event.by))

    def on_field_recall(self, event: Field.Recall) -> None:
        event.stop()
        if not self._history:
            return
        at = len(self._history) if self._at is None else self._at
        at += event.by
        if at >= len(self._history):
            self._stop_recalling()
            self._put("")
        else:
            self._at = max(0, at)
            self.field.recalling = True
            self._put(self._history[self._at])
        self.post_message(self.Changed(self.text, typed=False))

    def _stop_recalling(self) -> None:
        self._at = None
        self.field.recalling = False

    def _show_hint(self) -> None:
        words = room_hint(len(self.text.encode("utf-8", "replace")), self._limit)
        self._hint.show(words or waiting_hint(self._live, self._kept))

    def on_descendant_focus(self) -> None:
        self._show_prompt(True)

    def on_descendant_blur(self) -> None:
        self._show_prompt(False)

    def _show_prompt(self, focused: bool) -> None:
        self._prompt.focused = focused
        self._prompt.redraw()
