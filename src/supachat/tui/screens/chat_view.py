"""The chat screen's widgets and what they show. Reads the client; acts on nothing, hears nothing.

`ChatScreen` in chat.py is this plus the changes and the keys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from supachat.client import Client
from supachat.domain.model import NOTHING, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place, footer
from supachat.tui.notices import Notices
from supachat.tui.screens import views
from supachat.tui.screens.layout import Frame, frame
from supachat.tui.screens.sections import sections
from supachat.tui.widgets.badge import live
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.drawn import glyphs_of, toneless
from supachat.tui.widgets.empty import Empty
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.header import Header, Rule
from supachat.tui.widgets.list_filter import ListFilter
from supachat.tui.widgets.message_list import MessageList, verbs_of
from supachat.tui.widgets.people import PeopleColumn
from supachat.tui.widgets.pinned import Pinned
from supachat.tui.widgets.price_block import PriceBlock
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import TypingLine


class ChatView(Screen[None]):
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
        self.pane = MessageList(
            glyphs=glyphs_of(self), zone=now().tzinfo, today=lambda: now().date(), id="pane"
        )
        self.pinned = Pinned(id="pinned")
        self.typing = TypingLine(id="typing")
        self.composer = Composer(id="composer")
        self.people = PeopleColumn(id="people")
        self.notices = Notices(id="notices")
        self.footer = Footer(id="footer")
        self.client = client
        self.now = now
        self.monotonic = monotonic
        self.list_hidden = False
        self.list_asked = False
        self.people_asked = False
        self.unread_first = False
        """The order of the threads in their sections; else by time."""
        self.shown: ThreadKey | None = None
        """The thread whose composer is on the screen."""

    def compose(self) -> ComposeResult:
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
                yield self.typing
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
        if isinstance(focused, TypingLine):
            return Place.CONFIRM
        if focused is self.filter.field:
            return Place.FILTER
        return Place.COMPOSER if self.shown else Place.EVERYWHERE

    # ------------------------------------------------------------ showing

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()

    def lay_out(self) -> None:
        """Give every part the room that the terminal's size allows it."""
        now = self.frame
        self.side.styles.width = now.list_width
        self.side.display = bool(now.list_width)
        self.side.set_class(now.over, "-over")
        self.people.display = bool(now.people_width) or self.people_asked
        self.people.set_class(not now.people_width, "-over")
        self.set_class(now.tall, "-tall")
        self.set_class(toneless(self), "-toneless")
        self.show_all()

    def show_all(self) -> None:
        """Everything from the client, anew."""
        self.show_list()
        self.show_header()
        self.show_people()
        self.show_footer()
        self.show_emptiness()

    def show_list(self) -> None:
        shown = sections(self.client, unread_first=self.unread_first)
        self.list.show(shown, self.client.open_thread)

    def show_header(self) -> None:
        client, key, now = self.client, self.client.open_thread, self.frame
        account = client.account
        thread = client.thread(key) if key else None
        self.header.show(
            self.monotonic(),
            workspace=client.workspace,
            account=(account.name or account.email) if account else NOTHING,
            title=thread.title if thread else NOTHING,
            facts=views.facts(client, key, self.now()) if key else NOTHING,
            health=client.health,
            list_width=0 if now.over else now.list_width,
            wide=now.wide,
        )
        self.composer.live(live(client.health), kept=getattr(client, "kept_on_disk", True))

    def show_people(self) -> None:
        key = self.client.open_thread
        names = tuple(person.name for person in self.client.typing(key)) if key else ()
        self.typing.show(names=names)
        if key and self.people.display:
            self.people.show(
                views.people(self.client, key), views.thread_facts(self.client, key, self.now())
            )

    def show_footer(self) -> None:
        hints = footer(self.place, narrow=not self.frame.wide, without=self._without())
        self.footer.show(hints)

    def _without(self) -> tuple[str, ...]:
        """The keys that would do nothing just now."""
        if self.place is not Place.MESSAGES:
            return ()
        return tuple({"retry", "edit", "discard"} - verbs_of(self.pane.selected))

    def show_emptiness(self) -> None:
        """Words instead of messages, where there are none to show."""
        there = self.client.open_thread is not None
        self.empty.display, self.pane.display, self.composer.display = not there, there, there
        if not there:
            self.empty.show(views.empty_words(self.client))

    def on_descendant_focus(self) -> None:
        self.show_footer()

    def on_descendant_blur(self) -> None:
        self.show_footer()

    def placeholder(self, key: ThreadKey) -> Safe:
        thread = self.client.thread(key)
        return Safe(f"Message {thread.title}") if thread else Safe("Message")
