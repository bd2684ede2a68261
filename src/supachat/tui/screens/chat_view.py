"""The chat screen's widgets and what they show. Reads the client; acts on nothing, hears nothing.

`ChatScreen` in chat.py is this plus the changes and the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from supachat.client import Client
from supachat.domain.health import LinkState
from supachat.domain.model import NOTHING, Feature, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place
from supachat.tui.notices import Notices
from supachat.tui.screens import views
from supachat.tui.screens.chat_hands import Standing
from supachat.tui.screens.chat_link import LinkHand
from supachat.tui.screens.chat_presence import PresenceByHand
from supachat.tui.screens.layout import Frame, frame, toast_place
from supachat.tui.screens.sections import sections
from supachat.tui.sparing import draw_again
from supachat.tui.widgets.badge import live
from supachat.tui.widgets.completion import Completion
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.drawn import keys_of, toneless
from supachat.tui.widgets.empty import Empty
from supachat.tui.widgets.feed_list import FeedList
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.header import Header, Rule
from supachat.tui.widgets.list_entries import SourceView
from supachat.tui.widgets.list_filter import ListFilter
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.people import PeopleColumn
from supachat.tui.widgets.pinned import Pinned
from supachat.tui.widgets.price_block import PriceBlock
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import TypingLine

if TYPE_CHECKING:
    Part = Screen[None]
else:
    Part = object
"""What the screen is put together from is no screen by itself: Textual looks through all that a screen
inherits when its class is made, and a dozen such looks were 5 ms of every start."""

AHEAD: Final = Safe("What you type waits here")


class ChatView(Part):
    """Header, list, pane, typing line, composer, people, footer."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        super().__init__()
        self.header = Header(id="header")
        self.side = Vertical(id="side")
        self.filter = ListFilter(id="filter")
        self.list = ThreadList(now, id="list")
        self.prices = PriceBlock(id="prices")
        self.empty = Empty(id="empty")
        self.pane = MessageList(zone=now().tzinfo, today=lambda: now().date(), id="pane")
        self.feed = FeedList(now, id="feed")
        self.pinned = Pinned(id="pinned")
        self.typing = TypingLine(id="typing")
        self.completion = Completion(id="completion")
        self.composer = Composer(id="composer")
        self.people = PeopleColumn(id="people")
        self.notices = Notices(id="notices")
        self.footer = Footer(id="footer")
        self.client = client
        self.now = now
        self.monotonic = monotonic
        self._shown_before = False
        self._listed: Sequence[SourceView] = ()
        self._listed_as_of: tuple[int, bool] | None = None
        self.list_hidden = False
        self.list_asked = False
        self.people_asked = False
        self.unread_first = False
        """The order of the threads in their sections; else by time."""
        self.standing = Standing()
        self.link = LinkHand(client, self.typing, lambda: draw_again(self.app))
        self.presence = PresenceByHand(client, self.typing)

    @property
    def shown(self) -> ThreadKey | None:
        """The thread whose composer is on the screen."""
        return self.standing.thread

    @property
    def feed_open(self) -> tuple[str, str] | None:
        """The source and the feed that stand in the pane instead of a thread."""
        return self.standing.feed

    def compose(self) -> ComposeResult:
        self.divide()  # a class that came later would have every widget styled again: 9 ms
        yield self.header
        with Horizontal(id="body"):
            with self.side:
                yield self.filter
                yield self.list
                yield self.prices
            with Vertical(id="middle"):
                with Vertical(id="reading"):
                    yield self.pinned
                    yield self.empty
                    yield self.pane
                    yield self.feed
                yield self.typing
                yield self.completion
                yield Rule(id="rule")
                yield self.composer
            yield self.people
        yield self.notices
        yield self.footer

    # ------------------------------------------------------------ what has the room and the keyboard

    @property
    def frame(self) -> Frame:
        size = self.app.size
        return frame(size.width, size.height, hidden=self.list_hidden, asked=self.list_asked)

    @property
    def place(self) -> Place:
        """What has the keyboard."""
        focused = self.focused
        if isinstance(focused, ThreadList):
            return Place.LIST
        if isinstance(focused, MessageList):
            return Place.MESSAGES
        if isinstance(focused, FeedList):
            return Place.FEED
        if isinstance(focused, TypingLine):
            return Place.CONFIRM
        if focused is not None and focused.parent is self.filter:
            return Place.FILTER
        return Place.COMPOSER if self.shown else Place.EVERYWHERE

    # ------------------------------------------------------------ showing

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time every widget was styled a moment ago, when it was mounted: again would be 7 ms."""
        event.refresh_styles = self._shown_before
        self._shown_before = True

    def lay_out(self) -> None:
        """Give every part the room that the terminal's size allows it."""
        self.divide()
        self.show_all()

    def divide(self) -> None:
        """Which part has how much room."""
        now = self.frame
        self.side.styles.width = now.list_width
        self.side.display = bool(now.list_width)
        self.side.set_class(now.over, "-over")
        self.people.display = bool(now.people_width) or self.people_asked
        self.people.set_class(not now.people_width, "-over")
        self.set_class(now.tall, "-tall")
        self.set_class(toneless(self), "-toneless")
        self.notices.lay_out(*toast_place(self.app.size.width, bool(self.people.display)))

    def show_all(self) -> None:
        """Everything from the client, anew."""
        self.show_list()
        self.show_prices()
        self.show_feed()
        self.show_header()
        self.show_people()
        self.show_footer()
        self.show_emptiness()

    def show_list(self) -> None:
        as_of = self.client.told, self.unread_first
        if as_of != self._listed_as_of:  # to open another thread changes nothing in it
            self._listed, self._listed_as_of = sections(self.client, unread_first=self.unread_first), as_of
        self.list.show(self._listed, None if self.feed_open else self.client.open_thread, self.feed_open)

    def show_prices(self) -> None:
        """Prices, where a source has them: the part of the screen that knows them draws them."""

    def show_feed(self) -> None:
        """Feeds, where one is open: the same."""

    def feed_words(self) -> tuple[Safe, Safe]:
        """Title and facts while feeds are shown."""
        return NOTHING, NOTHING

    def show_header(self) -> None:
        client, key, now = self.client, self.client.open_thread, self.frame
        thread = client.thread(key) if key else None
        title = thread.title if thread else NOTHING
        facts = views.facts(client, key, self.now()) if key else NOTHING
        if self.feed_open:
            title, facts = self.feed_words()
        self.header.show(
            self.monotonic(),
            workspace=client.workspace,
            account=self.presence.account_words(),
            title=title,
            facts=facts,
            health=client.health,
            list_width=0 if now.over else now.list_width,
            wide=now.wide,
        )
        self.composer.live(live(client.health), kept=client.kept_on_disk)

    def show_people(self) -> None:
        key = self.client.open_thread
        names = tuple(person.name for person in self.client.typing(key)) if key else ()
        self.typing.show(names=names, writing=views.writing_words(self.client, self.pane.newest(1)))
        if key and self.people.display:
            now = self.now()
            self.people.show(views.people(self.client, key, now), views.thread_facts(self.client, key, now))

    def show_footer(self) -> None:
        idle = self.place is Place.LIST and not self.client.threads()  # nothing to open, fold or filter
        place = Place.EVERYWHERE if idle else self.place
        hints = keys_of(self).footer(place, narrow=not self.frame.wide, without=self._without())
        self.footer.show(hints)

    def _without(self) -> tuple[str, ...]:
        """The keys that would do nothing just now."""
        if self.place is not Place.MESSAGES:
            return ()
        verbs = {"delete_message" if verb == "delete" else verb for verb in self.pane.verbs}
        return tuple({"retry", "edit", "delete_message", "discard"} - verbs)

    def show_emptiness(self) -> None:
        """Words instead of messages, where there are none to show."""
        feed = self.feed_open is not None
        there = self.client.open_thread is not None and not feed
        signed_out = self.client.health.link.state is LinkState.SIGNED_OUT
        self.empty.display, self.pane.display = not there, there
        self._show_composer(there or not (feed or signed_out))
        self.feed.display = feed
        if feed:
            self.empty.display = False
        elif not there:
            self.empty.show(views.empty_words(self.client))

    def _show_composer(self, shown: bool) -> None:
        """Before the first conversation is open what is typed waits in it, and no key is a command."""
        turned = shown is not self.composer.display
        self.composer.display = shown
        if self.shown is not None:
            return
        self.composer.call(AHEAD)
        if turned and self.focused in (None, self.list, self.composer.field):
            self.set_focus(self.composer.field if shown else self.list)

    def on_descendant_focus(self) -> None:
        self.show_footer()

    def on_descendant_blur(self) -> None:
        self.show_footer()

    def placeholder(self, key: ThreadKey) -> Safe:
        thread = self.client.thread(key)
        if self.client.can(key.source, Feature.CANNED) and thread:
            return Safe(f"Reply to {thread.title}, / for canned replies")
        hint = ", /subject for a subject" if self.client.can(key.source, Feature.SUBJECT) else ""
        return Safe(f"Message {thread.title}{hint}") if thread else Safe("Message")
