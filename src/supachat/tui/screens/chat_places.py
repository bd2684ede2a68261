"""Where the keyboard is and where it can go: list, messages, composer; and how much room each has.

Must never read the client.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.screen import Screen
from textual.widget import Widget

from supachat.tui.keymap import Place
from supachat.tui.screens.chat_hands import Middle
from supachat.tui.screens.chat_widgets import Widgets
from supachat.tui.screens.layout import Frame, frame, toast_place
from supachat.tui.widgets.drawn import keys_of, toneless
from supachat.tui.widgets.feed_list import FeedList
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import TypingLine

TWICE: Final = 0.8
"""Seconds within which a second esc goes to the newest message."""


class Places:
    """`screen` is what Textual knows of it: its size, its classes, who has the keyboard. `laid_out` draws
    what has another size now."""

    def __init__(
        self,
        screen: Screen[None],
        widgets: Widgets,
        middle: Middle,
        *,
        monotonic: Callable[[], float],
        laid_out: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._widgets = widgets
        self._middle = middle
        self._monotonic = monotonic
        self._laid_out = laid_out
        self._escaped = 0.0
        self._list_hidden = False
        self._list_asked = False
        self._people_asked = False

    # ------------------------------------------------------------ room

    @property
    def frame(self) -> Frame:
        size = self._screen.app.size
        return frame(size.width, size.height, hidden=self._list_hidden, asked=self._list_asked)

    def divide(self) -> None:
        """Which part has how much room."""
        now, widgets = self.frame, self._widgets
        update = widgets.people.is_mounted  # else all of it is styled in a moment, when it is mounted
        widgets.side.styles.width = now.list_width
        widgets.side.display = bool(now.list_width)
        widgets.side.set_class(now.over, "-over", update=update)
        widgets.people.display = bool(now.people_width) or self._people_asked
        widgets.people.set_class(not now.people_width, "-over", update=update)
        self._screen.set_class(now.tall, "-tall", update=update)
        self._screen.set_class(toneless(self._screen), "-toneless", update=update)
        widgets.notices.lay_out(*toast_place(self._screen.app.size.width, bool(widgets.people.display)))

    def put_away(self) -> None:
        """A list that was asked for over the messages goes."""
        self._list_asked = False

    def turn_list(self) -> None:
        """Show or hide the list; over the messages where it has no room beside them."""
        if self._screen.app.size.width < 80:
            self._list_asked = not self._list_asked
        else:
            self._list_hidden = not self._list_hidden
        self._laid_out()
        if self._widgets.side.display and self._list_asked:
            self._screen.set_focus(self._widgets.list)
        elif not self._widgets.side.display and self._middle.thread is not None:
            self.write()

    def uncover(self) -> None:
        """The list on the screen, wherever it was."""
        if not self._widgets.side.display:
            self.turn_list()

    def turn_people(self) -> None:
        self._people_asked = not self._people_asked
        self._laid_out()

    # ------------------------------------------------------------ the keyboard

    @property
    def here(self) -> Place:
        """What has the keyboard."""
        focused = self._screen.focused
        if isinstance(focused, ThreadList):
            return Place.LIST
        if isinstance(focused, MessageList):
            return Place.MESSAGES
        if isinstance(focused, FeedList):
            return Place.FEED
        if isinstance(focused, TypingLine):
            return Place.CONFIRM
        if focused is not None and focused.parent is self._widgets.filter:
            return Place.FILTER
        return Place.COMPOSER if self._middle.thread else Place.EVERYWHERE

    def write(self) -> None:
        """To the composer."""
        self._screen.set_focus(self._widgets.composer.field)

    def walk(self, by: int) -> None:
        """The next of list, messages, composer that is on the screen."""
        widgets, focused = self._widgets, self._screen.focused
        places: list[Widget] = [widgets.list, widgets.feed, widgets.pane, widgets.composer.field]
        seen = [place for place in places if place.display and place.parent and _visible(place)]
        if seen:
            at = seen.index(focused) if focused in seen else len(seen) - 1
            self._screen.set_focus(seen[(at + by) % len(seen)])

    def home(self) -> None:
        """Into the text, which stays; twice: to the newest message."""
        now, widgets = self._monotonic(), self._widgets
        twice = now - self._escaped < TWICE
        self._escaped = now
        widgets.notices.dismiss()
        self._screen.clear_selection()
        widgets.pane.clear_choice()
        self._list_asked = self._people_asked = False
        self._laid_out()
        if self._middle.thread is None:
            self._screen.set_focus(widgets.list)
            return
        away = keys_of(self._screen).modal and self.here is Place.COMPOSER
        self._screen.set_focus(widgets.pane if away else widgets.composer.field)
        if twice:
            widgets.pane.scroll_to_newest()


def _visible(place: Widget) -> bool:
    return all(node.display for node in place.ancestors_with_self if isinstance(node, Widget))
