"""The thread list under the person's hands: which thread a key means, filter, order, mute.

Must never offer a key that its source has no use for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from supachat.client import Client
from supachat.domain.model import Feature, Thread
from supachat.domain.text import Safe
from supachat.tui.keymap import Place
from supachat.tui.screens.chat_hands import Focus, Middle
from supachat.tui.screens.sections import sections
from supachat.tui.screens.views import source_label, startable
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.list_entries import SourceView
from supachat.tui.widgets.list_filter import ListFilter
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import TypingLine

_NEEDS: Final = {"status": Feature.STATUS, "assign": Feature.ASSIGN, "archive": Feature.ARCHIVE}
"""Keys of the list that need something of the thread's source."""


class Lists:
    """What stands under the cursor, and which entries there are. `uncover` puts a hidden list on the
    screen."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        entries: ThreadList,
        filter_: ListFilter,
        composer: Composer,
        typing: TypingLine,
        *,
        place: Callable[[], Place],
        uncover: Callable[[], None],
        focus: Focus,
    ) -> None:
        self._client = client
        self._middle = middle
        self._entries = entries
        self._filter = filter_
        self._composer = composer
        self._typing = typing
        self._place = place
        self._uncover = uncover
        self._focus = focus
        self._unread_first = False
        """The order of the threads in their sections; else by time."""
        self._shown: Sequence[SourceView] = ()
        self._shown_as_of: tuple[int, bool] | None = None

    def show(self) -> None:
        """The entries, from the client."""
        feed = self._middle.feed
        as_of = self._client.told, self._unread_first
        if as_of != self._shown_as_of:  # to open another thread changes nothing in it
            self._shown, self._shown_as_of = sections(self._client, unread_first=self._unread_first), as_of
        self._entries.show(self._shown, None if feed else self._client.open_thread, feed)

    def subject(self) -> Thread | None:
        """The thread that a key means: the one under the cursor while the list has the keyboard, else the
        open one."""
        key = self._client.open_thread
        if self._place() is Place.LIST and self._entries.chosen is not None:
            key = self._entries.chosen.key
        return self._client.thread(key) if key is not None else None

    @property
    def _headed(self) -> str:
        """The source whose heading is under the cursor; else empty."""
        entry = self._entries.chosen if self._place() is Place.LIST else None
        return entry.id if entry is not None and entry.kind == "source" else ""

    def idle_keys(self) -> tuple[str, ...]:
        """The keys of the list that the thread under the cursor has no use for."""
        thread = self.subject()
        if thread is None:
            return tuple(_NEEDS) if self._headed else ("mute", *_NEEDS)
        return tuple(key for key, need in _NEEDS.items() if not self._client.can(thread.key.source, need))

    def hidden_commands(self) -> frozenset[str]:
        """Keys that the palette must not offer for the thread that is meant."""
        thread = self.subject()
        source = thread.key.source if thread is not None else ""
        hidden = {key for key, need in _NEEDS.items() if not self._client.can(source, need)}
        return frozenset(hidden if startable(self._client) else {*hidden, "start"})

    # ------------------------------------------------------------ what is told

    def mute(self) -> None:
        """The thread under the cursor; on a heading all of its source."""
        thread = self.subject()
        if self._headed:
            self._mute_source(self._headed)
        elif thread is not None:
            self._client.telling.mute(thread.key, not thread.muted)
            self._typing.flash(Safe("unmuted" if thread.muted else "muted"))

    def mute_source(self) -> None:
        thread = self.subject()
        if thread is not None:
            self._mute_source(thread.key.source)

    def _mute_source(self, source: str) -> None:
        muted = self._client.telling.is_muted(source)
        self._client.telling.mute_source(source, not muted)
        label = source_label(self._client, source)
        self._typing.flash(Safe(f"{label} {'unmuted' if muted else 'muted'}"))

    # ------------------------------------------------------------ the list itself

    def order(self) -> None:
        self._unread_first = not self._unread_first
        self._focus(self._composer.field)  # nothing changes places while the list is used
        self.show()
        self._focus(self._entries)
        self._typing.flash(Safe("unread first" if self._unread_first else "by time"))

    def filter(self) -> None:
        self._uncover()
        self._filter.start()

    def step(self, by: int) -> None:
        """Up or down from within the filter; 0 opens what is chosen."""
        if by:
            self._entries.action_move(by)
        else:
            self._entries.action_open()

    def leave_filter(self) -> bool:
        """The list is as it was; whether it was narrowed."""
        stopped = self._filter.stop()
        if stopped:
            self._focus(self._entries)
        return stopped
