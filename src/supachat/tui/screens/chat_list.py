"""The thread list under the person's hands: which thread a key means, filter, order, mute.

Between `ChatCanned` and what is done to a thread. Must never offer a key that its source has no use for.
"""

from __future__ import annotations

from typing import Final

from supachat.domain.model import NOTHING, Feature, Thread, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place
from supachat.tui.screens.chat_canned import ChatCanned
from supachat.tui.widgets.list_filter import ListFilter
from supachat.tui.widgets.thread_list import ThreadList

_NEEDS: Final = {
    "status": Feature.STATUS,
    "assign": Feature.ASSIGN,
    "archive": Feature.ARCHIVE,
}
"""Keys of the list that need something of the thread's source."""


class ChatList(ChatCanned):
    """What stands under the cursor, and which entries there are."""

    @property
    def subject(self) -> Thread | None:
        """The thread that a key means."""
        key = self.client.open_thread
        if self.place is Place.LIST and self.list.chosen is not None:
            key = self.list.chosen.key
        return self.client.thread(key) if key is not None else None

    @property
    def _headed(self) -> str:
        """The source whose heading is under the cursor; else empty."""
        entry = self.list.chosen if self.place is Place.LIST else None
        return entry.id if entry is not None and entry.kind == "source" else ""

    def on_thread_list_moved(self) -> None:
        self.show_footer()

    def _without(self) -> tuple[str, ...]:
        """The keys of the list that the thread under the cursor has no use for."""
        if self.place is not Place.LIST:
            return super()._without()
        thread = self.subject
        if thread is None:
            return tuple(_NEEDS) if self._headed else ("mute", *_NEEDS)
        return tuple(key for key, need in _NEEDS.items() if not self.client.can(thread.key.source, need))

    def hidden_commands(self) -> frozenset[str]:
        """Keys that the palette must not offer for the open thread."""
        thread = self.subject
        source = thread.key.source if thread is not None else ""
        return frozenset(key for key, need in _NEEDS.items() if not self.client.can(source, need))

    def _label(self, source: str) -> Safe:
        return next((each.label for each in self.client.sources if each.name == source), NOTHING)

    def go(self, key: ThreadKey) -> None:
        """Open a thread."""
        raise AssertionError("ChatScreen opens threads")

    # ------------------------------------------------------------ what is told, and the list itself

    def action_mute(self) -> None:
        """The thread under the cursor; on a heading all of its source."""
        thread = self.subject
        if self._headed:
            self._mute_source(self._headed)
        elif thread is not None:
            self.client.telling.mute(thread.key, not thread.muted)
            self.typing.flash(Safe("unmuted" if thread.muted else "muted"))

    def action_mute_source(self) -> None:
        thread = self.subject
        if thread is not None:
            self._mute_source(thread.key.source)

    def _mute_source(self, source: str) -> None:
        muted = self.client.telling.is_muted(source)
        self.client.telling.mute_source(source, not muted)
        self.typing.flash(Safe(f"{self._label(source)} {'unmuted' if muted else 'muted'}"))

    def action_order(self) -> None:
        self.unread_first = not self.unread_first
        self.set_focus(self.composer.field)  # nothing changes places while the list is used
        self.show_list()
        self.set_focus(self.list)
        self.typing.flash(Safe("unread first" if self.unread_first else "by time"))

    def action_filter(self) -> None:
        if not self.side.display:
            self.action_list()
        self.filter.start()

    def on_list_filter_asked(self, event: ListFilter.Asked) -> None:
        self.list.narrow(event.query)

    def on_list_filter_stepped(self, event: ListFilter.Stepped) -> None:
        if event.by:
            self.list.action_move(event.by)
        else:
            self.list.action_open()

    def action_back(self) -> None:
        """Out of the filter first, and the list as it was."""
        if self.filter.stop():
            self.set_focus(self.list)
        else:
            super().action_back()

    def on_thread_list_opened(self, event: ThreadList.Opened) -> None:
        self.filter.stop()
        self.go(event.key)
