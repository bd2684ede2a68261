"""The chat screen: the only place that hears Changes, and the keys that act on the client.

One worker loops over `client.changes()` and applies whole batches; what a batch touches is drawn once.
Must never wait for the network between a key and its paint.

The screen is a tower, a subject a file, each class on the one before it: `chat_view`, reading, jump,
writing, editing, canned, list, threads, prices, feeds, search, and this one. Textual asks the handlers of
an event from the top; `prevent_default` keeps it from those below. What is no storey any more is a part
that the screen holds: link, presence, telling, doors, account.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen
from textual.timer import Timer

from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.health import LinkState
from supachat.domain.model import ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens import views
from supachat.tui.screens.chat_account import Account
from supachat.tui.screens.chat_doors import Doors, Switching
from supachat.tui.screens.chat_hands import Then
from supachat.tui.screens.chat_posts import SignInWanted
from supachat.tui.screens.chat_search import ChatSearch
from supachat.tui.screens.chat_telling import Telling
from supachat.tui.screens.navigation import Trail, neighbour
from supachat.tui.widgets.badge import live
from supachat.tui.widgets.drawn import Drawn, moving

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command

T = TypeVar("T")
LONGEST_BLANK = 0.3
"""Seconds for which the first frame waits for what is kept on this computer."""


class ChatScreen(ChatSearch, Screen[None]):
    """One workspace. `connect` builds the way to the server; it is called after the first frame."""

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
        super().__init__(client, now=now, monotonic=monotonic)
        self._connect = connect
        self._more = more
        self.telling = Telling(client, self.standing, self.list, self.notices, self.post_message)
        self.account = Account(client, self.typing, self.notices, self.run_worker)
        self.switching = Switching(
            client,
            self.typing,
            self.notices,
            push=self._push,
            run=self.run_worker,
            go=self.go,
            feed=self.open_feed,
        )
        self.doors = Doors(
            client,
            self.notices,
            self.account,
            push=self._push,
            tell=self.post_message,
            do=self.do,
            offers=self.offers,
            hidden=self.hidden_commands,
            monotonic=monotonic,
            hands={
                "again": self.link.again,
                "reconnect_all": self.link.reconnect_all,
                "toggle_offline": self.link.toggle_offline,
            },
        )
        self._trail = Trail()
        self._countdown: Timer | None = None
        self._was_live = False
        self._put_out = False
        """The open thread went while something was written in it: another one that opened by itself would
        get the next words, and perhaps the Enter."""
        self._reading = asyncio.get_running_loop().create_task(self._read())

    # ------------------------------------------------------------ what the parts ask for

    def action_act(self, part: str, verb: str, *args: object) -> None:
        """What the table of keys calls `part.verb`."""
        getattr(getattr(self, part), verb)(*args)

    def _push(self, screen: Screen[T], then: Then[T] | None = None) -> None:
        self.app.push_screen(screen, then)

    def offers(self) -> Sequence[Command]:
        """What the palette has beside the keys."""
        return [*self.thread_commands(), *self.presence.commands(), *self._more()]

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        if event.widget is self.people:
            event.stop()
            self.switching.to_person(event.act)

    # ------------------------------------------------------------ the first frame

    async def ready(self) -> None:
        """To be awaited before the screen is pushed: then it is laid out and painted once, with everything
        in it, where it was four times: 40 ms. Does not wait longer than `LONGEST_BLANK`."""
        await asyncio.wait({self._reading}, timeout=LONGEST_BLANK)

    async def _read(self) -> None:
        """Have the list, and the messages of the thread that will be open, from the cache."""
        await self.client.start()
        first = self._first_thread()
        if first is not None:
            await self.client.recall(first)

    def _first_thread(self) -> ThreadKey | None:
        """The last open thread, else the one that moved last."""
        threads = [thread.key for thread in self.client.threads() if not thread.archived]
        last = self.client.last_open
        return last if last in threads else next(iter(threads), None)

    def _first_open(self) -> None:
        first = self._first_thread()
        if first is not None:
            self.go(first)
        else:
            self.show_all()
        self.take(self.client.news())

    # ------------------------------------------------------------ the worker

    def on_mount(self) -> None:
        self._countdown = self.set_interval(1.0, self.show_header, pause=True)
        if self._reading.done():
            self._first_open()
        self.run_worker(self._live(opened=self._reading.done()), group="changes")

    async def _live(self, *, opened: bool) -> None:
        await self._reading
        if not opened:
            self._first_open()
        self.call_after_refresh(self._begin)
        async for batch in self.client.changes():
            self.take(batch)

    def _begin(self) -> None:
        """The cached screen has been painted: now the network's libraries may be imported."""
        self.run_worker(self._go_on(), group="connect")

    async def _go_on(self) -> None:
        await self._connect(self.client)
        # what is loaded now stays: no later collection has to walk it, which would hold up a key
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)

    # ------------------------------------------------------------ changes

    def take(self, batch: Iterable[ev.Change]) -> None:
        """Apply a batch in order; draw what it touched once."""
        touched: set[str] = set()
        for change in batch:
            touched |= self._apply(change)
        if "list" in touched:
            self.show_list()
            if self.shown is not None:  # it may be called otherwise now
                self.composer.call(self.placeholder(self.shown))
            self.telling.count_unread()
            first = self._first_thread()
            if self.client.open_thread is None and first is not None and not self._put_out:
                self.go(first)
        if touched & {"list", "people", "messages"}:
            self.show_people()
        if touched:
            self.show_header()
            self.show_footer()
            self.show_emptiness()
        if "messages" in touched:
            self.seen()
            self.seek_on()

    def _apply(self, change: ev.Change) -> set[str]:
        match change:
            case ev.ThreadsChanged():
                return {"list"}
            case ev.TimelineReset() | ev.TimelineSpliced() | ev.EdgeChanged():
                if change.thread == self.client.open_thread:
                    self._show_messages(change)
                return {"messages"}
            case ev.PeopleChanged():
                self._name_people()
                return {"list", "people"}
            case ev.StandingChanged():
                return {"header"}
            case ev.HealthChanged():
                self._health(change)
                return {"header"}
            case ev.AccountChanged():
                self._account(change)
                return {"list"}
            case ev.Vacated():
                self._vacate()
                return {"list", "people", "header"}
            case ev.TextReturned():
                self.returned(change)
            case ev.Notice():
                self.notices.tell(change)
            case ev.PricesChanged():
                self.prices_changed()
            case ev.PresenceChanged():
                return {"people"}
            case ev.Alerted():
                self.price_told(change)
                self.telling.alerted(change, listing=bool(self.side.display))
            case ev.FeedChanged():
                self.show_feed()
                return {"list"}
            case ev.Sought():
                self.sought(change)
            case ev.ThreadWaits():
                if self.shown is None and not self._put_out:
                    self.go(change.thread)
        return set()

    def _show_messages(self, change: ev.TimelineReset | ev.TimelineSpliced | ev.EdgeChanged) -> None:
        match change:
            case ev.TimelineReset():
                self.pane.reset(change.items, change.new_after)
            case ev.TimelineSpliced():
                self.pane.splice(change.start, change.removed, change.inserted)
            case ev.EdgeChanged():
                self.pane.set_edge(change.edge, change.reason)

    def _name_people(self) -> None:
        """Tell the pane who is who in the open thread."""
        key, client = self.client.open_thread, self.client
        if key is not None:
            self.pane.set_people(lambda person: client.person(key.source, person))
            self.pane.set_me(client.me(key.source))
            self.pane.set_audience(views.audience(client, key))

    def _health(self, change: ev.HealthChanged) -> None:
        now_live = live(change.health)
        if now_live and not self._was_live:
            self.look_at_gaps(again=True)
        self._was_live = now_live
        if self._countdown is not None:
            if change.health.link.state is LinkState.RECONNECTING and moving(self):
                self._countdown.resume()
            else:
                self._countdown.pause()

    def _account(self, change: ev.AccountChanged) -> None:
        self._put_out = False
        if change.account is None:
            self.post_message(SignInWanted(change.reason))
        elif self.shown is not None:
            self.show_abilities(self.shown)
            self.want_replies(self.shown)
            self.composer.call(self.placeholder(self.shown))

    def _vacate(self) -> None:
        """The account has left: nothing that it read or wrote can be seen or brought back."""
        self.stop_seeking()
        self.leave_edit()
        self._put_out = bool(self.composer.text) and self.client.account is not None
        if self.shown is not None:  # else it was typed ahead, by whoever comes in now
            self.composer.forget()
        self.standing.feed = self.standing.thread = None
        self._trail = Trail()
        self.pane.reset((), None)
        self.typing.show(names=(), below=0)
        self.show_all()
        self.set_focus(self.composer.field if self.composer.display else self.list)

    # ------------------------------------------------------------ threads

    def go(self, key: ThreadKey) -> None:
        """Open a thread: its messages, its unsent text, the keyboard in its composer. What was typed before
        any was open stands in front of that text."""
        ahead = self.composer.text if self.shown is None else ""
        self.stop_seeking()
        self.leave_edit()
        self.standing.feed, self._put_out = None, False
        self.client.open(key)
        self._trail.went(key)
        self.standing.thread = key
        self._name_people()
        self.show_abilities(key)
        self.want_replies(key)
        limit = next((s.max_length for s in self.client.sources if s.name == key.source), 65536)
        self.composer.show(self.placeholder(key), self.client.text(key), limit)
        if ahead:
            self.composer.give_back(ahead)
        self.list_asked = False
        self.typing.show(below=0)
        self.lay_out()
        self.set_focus(self.composer.field)

    def action_thread(self, by: int) -> None:
        self._go(neighbour(self.list.keys, self.client.open_thread, by))

    def action_position(self, number: int) -> None:
        keys = self.list.keys
        if number <= len(keys):
            self.go(keys[number - 1])

    def action_last_thread(self) -> None:
        self._go(self._trail.before)

    def action_next_unread(self) -> None:
        key = self._trail.next_unread(self.client.threads(), self.client.telling.mentions)
        if key is None:
            self.typing.flash(Safe("nothing unread"))
        self._go(key)

    def _go(self, key: ThreadKey | None) -> None:
        if key is not None and self.client.thread(key) is not None:
            self.go(key)
