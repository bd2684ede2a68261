"""The keys and clicks of the chat screen that are about reading and about where the keyboard is.

Between `ChatView`, which draws, and `ChatScreen`, which hears. Acts on the pane and on the client.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import events
from textual.timer import Timer
from textual.widget import Widget

from supachat.client import Client
from supachat.domain.model import Cursor, Message, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui import slash
from supachat.tui.keymap import Place
from supachat.tui.screens import views
from supachat.tui.screens.chat_view import ChatView
from supachat.tui.widgets.badge import live
from supachat.tui.widgets.drawn import keys_of
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.typing_line import Question

TWICE = 0.8
"""Seconds within which a second esc goes to the newest message."""
ON_SIGHT = 0.6
"""Seconds that a gap has to be in view before it is filled: a page that flies by asks for nothing."""


class ChatReading(ChatView):
    """Reading, choosing messages, walking between list, messages and composer."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._escaped = 0.0
        self._sighting: Timer | None = None
        self._counted: set[tuple[ThreadKey, Cursor]] = set()
        """Where gaps begin whose messages were asked to be counted: once, however they shrink."""
        self._tried: set[tuple[ThreadKey, Cursor, Cursor]] = set()
        """Gaps that were filled on sight. One that comes back waits for Enter, or for another link."""

    def seen(self) -> None:
        """The newest message may be on the screen of somebody who looks at it."""
        key = self.client.open_thread
        if key is not None and self.pane.at_end and self.app.app_focus and self.app.screen is self:
            self.client.seen(key)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """What lay over the chat is gone."""
        self.seen()

    # ------------------------------------------------------------ reading

    def on_message_list_near_top(self) -> None:
        self.client.load_older()

    def on_message_list_at_end(self, event: MessageList.AtEnd) -> None:
        self.typing.show(below=0 if event.at_end else event.below)
        if event.at_end:
            self.seen()

    def on_message_list_selected(self) -> None:
        self.show_footer()

    def on_message_list_fill_gap(self, event: MessageList.FillGap) -> None:
        self.client.fill_gap(event.gap)

    def on_message_list_above(self, event: MessageList.Above) -> None:
        self.pinned.show(event.head)

    def on_message_list_gaps_in_view(self) -> None:
        self.look_at_gaps()

    def look_at_gaps(self, *, again: bool = False) -> None:
        """Fill what is missing in view, once it has been looked at; `again`: also what failed before."""
        if again:
            self._tried.clear()
            self._counted.clear()
        if self._sighting is not None:
            self._sighting.stop()
        if self.pane.gaps_in_view:
            self._count_seen()
            self._sighting = self.set_timer(ON_SIGHT, self._fill_seen)

    def _count_seen(self) -> None:
        for gap in self.pane.gaps_in_view:
            if live(self.client.health) and (gap.thread, gap.after) not in self._counted:
                self._counted.add((gap.thread, gap.after))
                self.client.count_gap(gap)

    def _fill_seen(self) -> None:
        if not live(self.client.health):
            return
        for gap in self.pane.gaps_in_view:
            if not gap.filling and gap.place not in self._tried:
                self._tried.add(gap.place)
                self.client.fill_gap(gap)

    def on_message_list_link_clicked(self, event: MessageList.LinkClicked) -> None:
        self.app.open_url(event.url)
        self.typing.flash(safe_line(f"opening {event.url}"))

    def on_message_list_verb(self, event: MessageList.Verb) -> None:
        draft = event.message.id
        if event.name == "retry":
            self.client.retry(draft)
        elif event.name == "edit":
            taken = self.client.take_back(draft)
            if taken is not None:
                self.composer.give_back(slash.written(taken.subject, taken.raw))
                self.set_focus(self.composer.field)
            else:
                self.typing.flash(Safe("it is on its way, too late for that"))
        else:
            words = Safe("Discard this message, which was not sent?")

            def answered(yes: bool) -> None:
                if yes:
                    self.client.discard(draft)
                self.set_focus(self.pane)

            self.typing.ask(Question(words, Safe("discard"), Safe("keep"), answered))

    def action_page(self, by: int) -> None:
        self.pane.page(by)

    def action_oldest(self) -> None:
        self.pane.scroll_to_oldest()

    def action_newest(self) -> None:
        self.pane.scroll_to_newest()

    def action_first_unread(self) -> None:
        self.pane.scroll_to_new()

    def action_select(self) -> None:
        if self.shown is not None:
            self.set_focus(self.pane)

    def action_copy_message(self) -> None:
        item = self.pane.selected
        if isinstance(item, Message):
            self.app.copy_to_clipboard(item.body)
            self.typing.flash(Safe("copied"))

    def action_details(self) -> None:
        item = self.pane.selected
        if isinstance(item, Message):
            self.notices.tell(views.details(self.client, item, self.now()))

    # ------------------------------------------------------------ places
    # At once, not by the widget's own `focus`, which comes later: the next key may be on its way already.

    def action_walk(self, by: int) -> None:
        """The next of list, messages, composer that is on the screen."""
        places: list[Widget] = [self.list, self.feed, self.pane, self.composer.field]
        seen = [place for place in places if place.display and place.parent and self._visible(place)]
        if seen:
            here = seen.index(self.focused) if self.focused in seen else len(seen) - 1
            self.set_focus(seen[(here + by) % len(seen)])

    def _visible(self, place: Widget) -> bool:
        return all(node.display for node in place.ancestors_with_self if isinstance(node, Widget))

    def action_back(self) -> None:
        """Out of whatever this is, into the text, which stays; twice: to the newest message."""
        if self.typing.state.question is not None:
            self.typing.action_answer(False)
            return
        now = self.monotonic()
        twice = now - self._escaped < TWICE
        self._escaped = now
        self.notices.dismiss()
        self.clear_selection()
        self.pane.clear_choice()
        self.list_asked = self.people_asked = False
        self.lay_out()
        if self.shown is not None:
            away = keys_of(self).modal and self.place is Place.COMPOSER
            self.set_focus(self.pane if away else self.composer.field)
            if twice:
                self.pane.scroll_to_newest()
        else:
            self.set_focus(self.list)

    def action_list(self) -> None:
        if self.app.size.width < 80:
            self.list_asked = not self.list_asked
        else:
            self.list_hidden = not self.list_hidden
        self.lay_out()
        if self.side.display and self.list_asked:
            self.set_focus(self.list)
        elif not self.side.display and self.shown is not None:
            self.set_focus(self.composer.field)

    def action_people(self) -> None:
        self.people_asked = not self.people_asked
        self.lay_out()
