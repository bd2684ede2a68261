"""A text field with the keys of a shell, whose content can neither steer the terminal nor be lost.

The composer and the field of one line grow from it. Controls in a paste become pictures before they are
text.
"""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.keymap import LINES, Place, bindings
from supachat.tui.spans import cut
from supachat.tui.widgets.drawn import glyphs_of, moving
from supachat.tui.widgets.typed import LARGEST_PASTE, cleaned, shown

STILL_AFTER = 10.0
"""Seconds without input after which the cursor stops blinking: the whole idle cost of a screen."""


class EditingField(TextArea, inherit_bindings=False):
    """A text with kill, yank, undo and a cursor that rests."""

    BINDINGS = bindings(Place.COMPOSER, without=LINES)

    class TooLarge(Message):
        """A paste was refused; nothing was changed."""

        def __init__(self, size: int) -> None:
            super().__init__()
            self.size = size

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(highlight_cursor_line=False, **kwargs)
        # not `compact=True`: that would style it here, and all of it again as soon as it is mounted
        self.set_class(True, "-textual-compact", update=False)
        self.match_cursor_bracket = False
        self._killed = ""
        self._still: Timer | None = None
        self._calls = NOTHING

    def watch_has_focus(self, _has_focus: bool) -> None:
        """With the keyboard it looks the same, but for the cursor: all eight looks inside made anew would
        hold up the first frame, and each step of tab."""
        self.notify_style_update()
        self.refresh()

    def call(self, words: Safe) -> None:
        """What stands there while nothing is written: as much of it as there is room for."""
        self._calls = words
        self._fit_call()

    def on_resize(self) -> None:
        if self._calls:
            self._fit_call()

    def _fit_call(self) -> None:
        room = self.size.width or len(self._calls)
        self.placeholder = Content(cut(self._calls, room, glyphs_of(self).cut))

    def get_line(self, line_index: int) -> Text:
        return Text(shown(self.document.get_line(line_index)), end="", no_wrap=True)

    def put(self, text: str) -> None:
        """This is the text now; undo begins here, the cursor is at its end."""
        self.load_text(cleaned(text))
        self.move_cursor(self.document.end)

    def type_in(self, text: str) -> None:
        """As if it were typed at the cursor."""
        self.replace(text, *self.selection, maintain_selection_offset=False)

    # ------------------------------------------------------------ input

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if len(event.text) > LARGEST_PASTE:
            self.post_message(self.TooLarge(len(event.text)))
        else:
            self.type_in(self.accepted(event.text))

    def accepted(self, pasted: str) -> str:
        """What of a paste becomes text."""
        return cleaned(pasted)

    def on_key(self, event: events.Key) -> None:
        if event.key.startswith("alt+"):
            event.prevent_default()  # an alt key that is not bound must not type its letter
        self.awake()

    def on_mount(self) -> None:
        self.cursor_blink = self._blinks

    def on_focus(self) -> None:
        self.awake()

    @property
    def _blinks(self) -> bool:
        return self.app.animation_level != "none" and moving(self)

    def awake(self) -> None:
        """Blink, for as long as somebody is there."""
        if self._blinks and not self.cursor_blink:
            self.cursor_blink = True
        if self._still is not None:
            self._still.stop()
        self._still = self.set_timer(STILL_AFTER, self._rest)

    def _rest(self) -> None:
        self.cursor_blink = False

    # ------------------------------------------------------------ keys

    def _kill(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        removed = self.delete(start, end, maintain_selection_offset=False).replaced_text
        if removed:
            self._killed = removed

    def action_kill_word(self) -> None:
        self._kill(self.get_cursor_word_left_location(), self.cursor_location)

    def action_kill_next_word(self) -> None:
        self._kill(self.cursor_location, self.get_cursor_word_right_location())

    def action_kill_start(self) -> None:
        self._kill(self.get_cursor_line_start_location(), self.cursor_location)

    def action_kill_end(self) -> None:
        self._kill(self.cursor_location, self.get_cursor_line_end_location())

    def action_yank(self) -> None:
        self.type_in(self._killed)
