"""Which thread, or which feed, is open: going to one, the trail behind, and what happens when it is gone.

Must never let words that were written for one thread reach another.
"""

from __future__ import annotations

from collections.abc import Callable

from supachat.client import Client
from supachat.domain.keeping import AHEAD, in_front
from supachat.domain.model import Account, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place
from supachat.tui.screens.chat_canned import Completing
from supachat.tui.screens.chat_editing import Editing
from supachat.tui.screens.chat_feeds import Feeds
from supachat.tui.screens.chat_hands import Middle
from supachat.tui.screens.chat_places import Places
from supachat.tui.screens.chat_reading import Reading
from supachat.tui.screens.chat_seeking import Seeking
from supachat.tui.screens.chat_view import View
from supachat.tui.screens.chat_widgets import Widgets
from supachat.tui.screens.navigation import Trail, neighbour
from supachat.tui.widgets.message_posts import Head


class Going:
    """`laid_out` draws everything, with the room that each part has now."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        widgets: Widgets,
        places: Places,
        view: View,
        *,
        reading: Reading,
        editing: Editing,
        completing: Completing,
        seeking: Seeking,
        feeds: Feeds,
        laid_out: Callable[[], None],
    ) -> None:
        self._client = client
        self._middle = middle
        self._widgets = widgets
        self._places = places
        self._view = view
        self._reading = reading
        self._editing = editing
        self._completing = completing
        self._seeking = seeking
        self._feeds = feeds
        self._laid_out = laid_out
        self._trail = Trail()
        self._whose: Account | None = None
        """Who was in when the composer's text was typed."""
        self._put_out = False
        """The open thread went while something was written in it: another one that opened by itself would
        get the next words, and perhaps the Enter."""

    # ------------------------------------------------------------ to a thread

    def go(self, key: ThreadKey) -> None:
        """Open a thread: its messages, its unsent text, the keyboard in its composer. What was typed before
        any was open stands in front of that text."""
        composer = self._widgets.composer
        self._seeking.stop()
        self._editing.lay_by()
        self._middle.feed, self._put_out = None, False
        self._client.open(key)
        self._client.texts.move(AHEAD, key)
        self._trail.went(key)
        self._middle.thread = key
        self._reading.name_people()
        limit = next((s.max_length for s in self._client.sources if s.name == key.source), 65536)
        composer.show(self._view.placeholder(key), self._client.text(key), limit)
        self.learn()
        self._places.put_away()
        self._widgets.typing.show(below=0)
        self._widgets.people.begin()
        self._laid_out()
        self._places.write()
        self._editing.resume()

    def learn(self) -> None:
        """What can be done in the open thread, by whoever is signed in now."""
        key = self._middle.thread
        if key is not None:
            self._editing.show_abilities(key)
            self._completing.want_replies(key)
            self._widgets.composer.field.call(self._view.placeholder(key))

    def first(self) -> ThreadKey | None:
        """Where to begin: the last open thread, else the one that moved last."""
        threads = [thread.key for thread in self._client.threads() if not thread.archived]
        last = self._client.last_open
        return last if last in threads else next(iter(threads), None)

    def begin(self) -> None:
        """Open the first thread that there is, if any."""
        self._whose = self._client.account
        self._show_ahead()
        first = self.first()
        if first is not None:
            self.go(first)
        else:
            self._view.all()

    def _show_ahead(self) -> None:
        """What was typed before any thread was open, in this run or an earlier one."""
        composer = self._widgets.composer
        if ahead := in_front(self._client.text(AHEAD), composer.text):
            composer.write(ahead)

    def listed(self) -> None:
        """The list is another: the open thread may be called otherwise, or one be there to open at last."""
        if self._middle.thread is not None:
            self._widgets.composer.field.call(self._view.placeholder(self._middle.thread))
        first = self.first()
        if self._client.open_thread is None and first is not None and not self._put_out:
            self.go(first)

    def arrived(self, key: ThreadKey) -> None:
        """A thread waits to be opened, where none is."""
        if self._middle.thread is None and not self._put_out:
            self.go(key)

    # ------------------------------------------------------------ by keys

    def beside(self, by: int) -> None:
        """The thread `by` places away in the list."""
        self._go(neighbour(self._widgets.list.keys, self._client.open_thread, by))

    def position(self, number: int) -> None:
        """The thread at that place of the list, counted from 1."""
        keys = self._widgets.list.keys
        if number <= len(keys):
            self.go(keys[number - 1])

    def last(self) -> None:
        """The thread that was open before."""
        self._go(self._trail.before)

    def next_unread(self) -> None:
        key = self._trail.next_unread(self._client.threads(), self._client.telling.mentions)
        if key is None:
            self._widgets.typing.flash(Safe("nothing unread"))
        self._go(key)

    def _go(self, key: ThreadKey | None) -> None:
        if key is not None and self._client.thread(key) is not None:
            self.go(key)

    # ------------------------------------------------------------ to feeds

    def feed(self, source: str, feed: str) -> None:
        """Show the feeds of a source, the chosen row in that one."""
        self._editing.lay_by()
        self._widgets.notices.dismiss()  # what it told stands here
        self._widgets.pinned.show(Head())
        self._feeds.open(source, feed)
        self._widgets.feed.screen.set_focus(self._widgets.feed)

    def leave_feed(self) -> bool:
        """Out of the feeds that have the keyboard, to the thread that was open; whether it was so."""
        left = self._places.here is Place.FEED and self._feeds.close()
        if left and self._middle.thread is not None:
            self._places.write()
            self._editing.resume()
        return left

    # ------------------------------------------------------------ the account

    def came_in(self) -> None:
        """Somebody is signed in, or nobody any more: a thread may open by itself again."""
        self._put_out, self._whose = False, self._client.account

    def vacate(self) -> None:
        """The account has left: nothing that it read or wrote can be seen or brought back."""
        widgets = self._widgets
        self._seeking.stop()
        self._put_out = bool(widgets.composer.text) and self._client.account is not None
        self._editing.forget()
        if self._whose is not None:  # else it was typed ahead, by whoever comes in now
            widgets.composer.forget()
        self._whose = self._client.account
        self._middle.feed = self._middle.thread = None
        self._show_ahead()
        self._trail = Trail()
        widgets.pane.reset((), None)
        widgets.typing.show(names=(), below=0)
        self._view.all()
        widgets.list.screen.set_focus(widgets.composer.field if widgets.composer.display else widgets.list)
