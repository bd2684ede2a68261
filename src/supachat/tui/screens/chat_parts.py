"""The parts of the chat screen, made and joined: each is given just what it needs, and none the others.

The table of keys calls them by the names that they have here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from supachat.client import Client
from supachat.domain.model import ThreadKey
from supachat.tui.screens.chat_account import Account
from supachat.tui.screens.chat_canned import Completing
from supachat.tui.screens.chat_doors import Doors, Switching
from supachat.tui.screens.chat_editing import Editing
from supachat.tui.screens.chat_editor import OwnEditor
from supachat.tui.screens.chat_feeds import Feeds
from supachat.tui.screens.chat_gaps import Gaps
from supachat.tui.screens.chat_going import Going
from supachat.tui.screens.chat_hands import Middle, Then
from supachat.tui.screens.chat_link import LinkHand
from supachat.tui.screens.chat_list import Lists
from supachat.tui.screens.chat_places import Places
from supachat.tui.screens.chat_presence import PresenceByHand
from supachat.tui.screens.chat_prices import Prices
from supachat.tui.screens.chat_reading import Reading
from supachat.tui.screens.chat_seeking import Seeking
from supachat.tui.screens.chat_telling import Telling
from supachat.tui.screens.chat_threads import ThreadActs
from supachat.tui.screens.chat_view import View
from supachat.tui.screens.chat_widgets import Widgets
from supachat.tui.screens.chat_writing import Writing
from supachat.tui.sparing import draw_again

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command

T = TypeVar("T")


class Parts:
    """`screen` is what Textual makes of it: the keyboard, what opens over it, work in the background. `do`
    runs what the table of keys calls so; `more` is what the palette offers beside the parts' own."""

    def __init__(
        self,
        screen: Screen[None],
        client: Client,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        do: Callable[[str], Awaitable[None]],
        more: Callable[[], Sequence[Command]],
    ) -> None:
        self._screen = screen
        self._client = client
        self._now = now
        self._monotonic = monotonic
        self._do = do
        self._more = more
        self.widgets = Widgets(now)
        self.pane = self.widgets.pane
        self.middle = Middle()
        self.places = Places(screen, self.widgets, self.middle, monotonic=monotonic, laid_out=self.lay_out)
        self._make_side()
        self._make_middle()
        self._make_whole()
        self._make_doors()

    def _make_side(self) -> None:
        """What is about threads as a whole, and stands beside them."""
        client, middle, widgets, screen = self._client, self.middle, self.widgets, self._screen
        typing, notices, tall = widgets.typing, widgets.notices, lambda: self.places.frame.tall
        self.prices = Prices(
            client, widgets.prices, typing, notices, middle, widgets.composer, now=self._now, tall=tall
        )
        self.feeds = Feeds(client, middle, widgets.feed, typing, lambda: self.view.all())
        self.presence = PresenceByHand(client, typing)
        self.telling = Telling(client, middle, widgets.list, typing, notices, screen.post_message)
        self.lists = Lists(
            client,
            middle,
            widgets.list,
            widgets.filter,
            widgets.composer,
            typing,
            place=lambda: self.places.here,
            uncover=self.places.uncover,
            focus=screen.set_focus,
        )
        self.acts = ThreadActs(
            client,
            typing,
            notices,
            subject=self.lists.subject,
            push=self.push,
            run=screen.run_worker,
            go=self.go,
            write=self.places.write,
        )

    def _make_middle(self) -> None:
        """What is about the messages of the open thread."""
        client, middle, widgets, screen = self._client, self.middle, self.widgets, self._screen
        typing, notices, composer, pane = widgets.typing, widgets.notices, widgets.composer, widgets.pane
        run, focus = screen.run_worker, screen.set_focus
        self.gaps = Gaps(client, pane)
        self.reading = Reading(client, middle, pane, typing, notices, now=self._now, focus=focus)
        self.editing = Editing(client, middle, pane, composer, typing, notices, focus)
        self.editor = OwnEditor(client, middle, lambda: self.editing.written, composer, notices, run)
        self.completing = Completing(client, middle, composer, widgets.completion, typing, run)
        self.seeking = Seeking(
            client, middle, pane, typing, notices, now=self._now, push=self.push, go=self.go, focus=focus
        )
        words = {
            "date": self.seeking.day_in,
            "search": self.seeking.search,
            "alert": self.prices.alert,
            "watch": self.prices.watch,
            "unwatch": self.prices.unwatch,
            "quiet": self.telling.quiet,
        }
        self.writing = Writing(client, middle, composer, pane, typing, notices, do=self._do, words=words)

    def _make_whole(self) -> None:
        """What is about everything that is shown."""
        self.view = View(
            self._client,
            self.middle,
            self.widgets,
            self.places,
            lists=self.lists,
            prices=self.prices,
            feeds=self.feeds,
            reading=self.reading,
            presence=self.presence,
            now=self._now,
            monotonic=self._monotonic,
        )
        self.going = Going(
            self._client,
            self.middle,
            self.widgets,
            self.places,
            self.view,
            reading=self.reading,
            editing=self.editing,
            completing=self.completing,
            seeking=self.seeking,
            feeds=self.feeds,
            laid_out=self.lay_out,
        )

    def _make_doors(self) -> None:
        """What leads to another thread, another screen, another state of the link."""
        client, screen, run = self._client, self._screen, self._screen.run_worker
        typing, notices = self.widgets.typing, self.widgets.notices
        self.link = LinkHand(client, typing, lambda: draw_again(screen.app))
        self.account = Account(client, typing, notices, run)
        self.switching = Switching(
            client, typing, notices, push=self.push, run=run, go=self.go, feed=self.going.feed
        )
        self.doors = Doors(
            client,
            notices,
            self.account,
            push=self.push,
            tell=screen.post_message,
            do=self._do,
            offers=self.offers,
            hidden=self.lists.hidden_commands,
            monotonic=self._monotonic,
            hands={
                "again": self.link.again,
                "reconnect_all": self.link.reconnect_all,
                "toggle_offline": self.link.toggle_offline,
            },
        )

    def go(self, key: ThreadKey) -> None:
        """Open a thread."""
        self.going.go(key)

    def push(self, screen: Screen[T], then: Then[T] | None = None) -> None:
        """Open a screen over the chat."""
        self._screen.app.push_screen(screen, then)

    def lay_out(self) -> None:
        """Give every part the room that the terminal's size allows it, and draw it."""
        self.places.divide()
        self.view.all()

    def offers(self) -> list[Command]:
        """What the palette has beside the keys."""
        return [*self.acts.commands(), *self.presence.commands(), *self._more()]
