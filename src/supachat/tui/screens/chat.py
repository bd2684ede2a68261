"""The chat screen: makes its parts, hears Changes, and routes each key and each word of a widget.

One worker loops over `client.changes()` and applies whole batches. Must never wait for the network between
a key and its paint.

A part is a plain object about one subject, in a file of its own; `chat_parts` joins them. The table of keys
names a part and a verb (`link.again`), and `action_act` is the one place where that becomes a call.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.model import Delivery, ThreadKey
from supachat.tui.key import runs
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.chat_changes import Changes
from supachat.tui.screens.chat_parts import Parts
from supachat.tui.widgets.completion import Completion
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.drawn import Drawn, keys_of
from supachat.tui.widgets.feed_list import FeedList
from supachat.tui.widgets.field import EditingField
from supachat.tui.widgets.list_filter import ListFilter
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.people import PeopleColumn
from supachat.tui.widgets.pinned import Pinned
from supachat.tui.widgets.price_block import PriceBlock
from supachat.tui.widgets.thread_list import ThreadList

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command

LONGEST_BLANK = 0.3
"""Seconds for which the first frame waits for what is kept on this computer."""


class ChatScreen(Screen[None]):
    """One workspace. `connect` builds the way to the server; it is called after the first frame. `more` is
    what the palette offers beside the chat's own: themes, workspaces, the account."""

    BINDINGS = bindings(Place.EVERYWHERE)
    AUTO_FOCUS = "#field"

    def __init__(
        self,
        client: Client,
        connect: Callable[[Client], Awaitable[None]],
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        more: Callable[[], Sequence[Command]] = tuple,
    ) -> None:
        super().__init__()
        self.client = client
        self._connect = connect
        self.parts = Parts(self, client, now=now, monotonic=monotonic, do=self.do, more=more)
        self._changes = Changes(self.parts, self.post_message)
        self.list = self.parts.widgets.list
        self.composer = self.parts.widgets.composer
        self.pane = self.parts.widgets.pane
        self.notices = self.parts.widgets.notices
        self._shown_before = False
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @property
    def shown(self) -> ThreadKey | None:
        """The thread whose composer is on the screen."""
        return self.parts.middle.thread

    def go(self, key: ThreadKey) -> None:
        """Open a thread."""
        self.parts.going.go(key)

    def seen(self) -> None:
        """Somebody looks here, perhaps at the newest message."""
        self.parts.reading.seen()

    def take(self, batch: Iterable[ev.Change]) -> None:
        """Apply what the client tells; draw what it touched once."""
        self._changes.take(batch)

    def lay_out(self) -> None:
        """Give every part the room that the terminal's size allows it, and draw it."""
        self.parts.lay_out()

    # ------------------------------------------------------------ the first frame

    async def ready(self) -> None:
        """To be awaited before the screen is pushed: then it is laid out and painted once, with everything
        in it, where it was four times: 40 ms. Does not wait longer than `LONGEST_BLANK`."""
        await asyncio.wait({self._reading}, timeout=LONGEST_BLANK)

    async def _read(self) -> None:
        """Have the list, and the messages of the thread that will be open, from the cache."""
        await self.client.start()
        first = self.parts.going.first()
        if first is not None:
            await self.client.recall(first)

    def _open_first(self) -> None:
        self.parts.going.begin()
        self.take(self.client.news())

    def compose(self) -> ComposeResult:
        self.parts.places.divide()  # a class that came later would have every widget styled again: 9 ms
        yield from self.parts.widgets.compose()

    def render_lines(self, crop: Region) -> list[Strip]:
        """All of its own rows are alike, and covered."""
        return super().render_lines(Region(crop.x, crop.y, crop.width, 1)) * crop.height

    def on_mount(self) -> None:
        self._changes.begin()
        if self._reading.done():
            self._open_first()
        self.run_worker(self._live(opened=self._reading.done()), group="changes")

    async def _live(self, *, opened: bool) -> None:
        """The worker."""
        await self._reading
        if not opened:
            self._open_first()
        self.call_after_refresh(self._begin)
        async for batch in self.client.changes():
            if not self.app.is_running or self._pruning:
                return  # the screen is being taken down, widgets first: what is drawn now meets none
            self.take(batch)

    def _begin(self) -> None:
        """The cached screen has been painted: now the network's libraries may be imported."""
        self.run_worker(self._go_on(), group="connect")

    async def _go_on(self) -> None:
        await self._connect(self.client)
        # what is loaded now stays: no later collection has to walk it, which would hold up a key
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)

    # ------------------------------------------------------------ keys

    def action_act(self, part: str, verb: str, *args: object) -> None:
        """What the table of keys calls `part.verb`."""
        getattr(getattr(self.parts, part), verb)(*args)

    async def do(self, what: str) -> None:
        """Run a key by its id, or an action as the table of keys writes it."""
        keys = keys_of(self)
        await self.run_action(keys[what].run if what in keys else runs(what))

    def action_back(self) -> None:
        """Esc leaves the first of these that there is; where there is none it is the way home."""
        parts = self.parts
        ways_out = (
            parts.going.leave_feed,
            parts.lists.leave_filter,
            parts.completing.leave,
            parts.editing.leave,
            parts.seeking.leave,
            parts.widgets.typing.leave,
        )
        if not any(leave() for leave in ways_out):
            parts.places.home()

    def action_walk(self, by: int) -> None:
        """Tab takes what is offered to complete the text, else the keyboard goes to the next place."""
        if by < 0 or not self.parts.completing.complete():
            self.parts.places.walk(by)

    # ------------------------------------------------------------ the screen itself

    def on_resize(self) -> None:
        self.lay_out()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """What lay over the chat is gone. The first time every widget was styled a moment ago, when it was
        mounted: again would be 7 ms."""
        event.refresh_styles = self._shown_before
        self._shown_before = True
        self.notices.uncover()
        self.seen()

    def on_screen_suspend(self) -> None:
        self.notices.cover()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    @on(MessageList.Selected)
    @on(ThreadList.Moved)
    @on(FeedList.Moved)
    def show_keys(self) -> None:
        """Another place has the keyboard, or another thing is chosen in it."""
        self.parts.view.footer()

    # ------------------------------------------------------------ the composer

    def on_composer_changed(self, event: Composer.Changed) -> None:
        self.parts.completing.suggest()
        if not self.parts.editing.keeps(event):
            self.parts.writing.keep(event)

    def on_composer_stepped(self, event: Composer.Stepped) -> None:
        self.parts.widgets.completion.move(event.by)

    async def on_composer_submitted(self, event: Composer.Submitted) -> None:
        if event.text != self.parts.widgets.composer.text:
            return  # another text stands there since: what was meant waits where it was written
        if not (self.parts.completing.takes(event.text) or self.parts.editing.takes(event.text)):
            await self.parts.writing.submit(event.text)

    def on_editing_field_too_large(self, event: EditingField.TooLarge) -> None:
        self.parts.writing.tell_too_large(event.size)

    # ------------------------------------------------------------ the messages

    def on_message_list_near_top(self) -> None:
        self.client.load_older()

    def on_message_list_at_end(self, event: MessageList.AtEnd) -> None:
        self.parts.reading.at_end(event)

    def on_message_list_fill_gap(self, event: MessageList.FillGap) -> None:
        self.client.fill_gap(event.gap)

    def on_message_list_gaps_in_view(self) -> None:
        self.parts.gaps.look()

    def on_message_list_above(self, event: MessageList.Above) -> None:
        self.parts.widgets.pinned.show(event.head)

    def on_message_list_link_clicked(self, event: MessageList.LinkClicked) -> None:
        self.parts.reading.open_link(event.url)

    def on_message_list_verb(self, event: MessageList.Verb) -> None:
        """What is done to the chosen message: another thing to one that is sent than to a draft."""
        message, parts = event.message, self.parts
        sent = message.delivery in (Delivery.SENT, Delivery.RECEIVED)
        match event.name:
            case "edit" if sent:
                parts.editing.begin(message)
            case "edit":
                parts.editing.take_back(message.id)
            case "delete":
                parts.editing.ask_delete(message.key)
            case "retry":
                self.client.retry(message.id)
            case _:
                parts.reading.ask_discard(message.id)

    # ------------------------------------------------------------ the list, the feeds, clicks

    def on_thread_list_opened(self, event: ThreadList.Opened) -> None:
        self.parts.widgets.filter.stop()
        self.go(event.key)

    def on_thread_list_feed_opened(self, event: ThreadList.FeedOpened) -> None:
        self.parts.widgets.filter.stop()
        self.parts.going.feed(event.source, event.feed)

    def on_list_filter_asked(self, event: ListFilter.Asked) -> None:
        self.parts.widgets.list.narrow(event.query)

    def on_list_filter_stepped(self, event: ListFilter.Stepped) -> None:
        self.parts.lists.step(event.by)

    def on_feed_list_taken(self, event: FeedList.Taken) -> None:
        self.parts.feeds.take(event.row, event.act)

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        """A click on a person opens the conversation with them, one on what is offered takes it."""
        match event.widget:
            case PeopleColumn():
                self.parts.switching.to_person(event.act)
            case Completion():
                self.parts.completing.choose(int(event.act))
            case PriceBlock():
                self.parts.prices.clicked(event.act)
            case Pinned():
                self.pane.scroll_to_head()
            case _:
                return
        event.stop()
