"""The chat screen: the only place that hears Changes, and the keys that act on the client.

One worker loops over `client.changes()` and applies whole batches; what a batch touches is drawn once.
Must never wait for the network between a key and its paint.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from textual import events
from textual.timer import Timer

from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.errors import BadInput
from supachat.domain.model import NOTHING, Gap, LinkState, Message, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.chat_view import ChatView
from supachat.tui.screens.navigation import Trail, neighbour
from supachat.tui.widgets.composer import Composer, Field
from supachat.tui.widgets.drawn import Drawn
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import Question, TypingLine

TWICE = 0.8
"""Seconds within which a second esc goes to the newest message."""


class ChatScreen(ChatView):
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
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._connect = connect
        self._trail = Trail()
        self._escaped = 0.0
        self._countdown: Timer | None = None

    # ------------------------------------------------------------ the worker

    def on_mount(self) -> None:
        self._countdown = self.set_interval(1.0, self.show_header, pause=True)
        self.run_worker(self._live(), group="changes")

    async def _live(self) -> None:
        await self.client.start()
        self._first_open()
        self.call_after_refresh(self.run_worker, self._connect(self.client), group="connect")
        async for batch in self.client.changes():
            self.take(batch)

    def _first_open(self) -> None:
        """The last open thread, else the one that moved last."""
        threads = [thread.key for thread in self.client.threads() if not thread.archived]
        last = self.client.last_open
        if last in threads:
            self.go(last)
        elif threads:
            self.go(threads[0])
        else:
            self.show_all()

    # ------------------------------------------------------------ changes

    def take(self, batch: Iterable[ev.Change]) -> None:
        """Apply a batch in order; draw what it touched once."""
        touched: set[str] = set()
        for change in batch:
            touched |= self._apply(change)
        if "list" in touched:
            self.show_list()
            if self.client.open_thread is None and self.client.threads():
                self._first_open()
        if touched & {"list", "people"}:
            self.show_people()
        if touched:
            self.show_header()
            self.show_footer()
            self.show_emptiness()
        if "messages" in touched:
            self._seen()

    def _apply(self, change: ev.Change) -> set[str]:
        match change:
            case ev.ThreadsChanged():
                return {"list"}
            case ev.TimelineReset() | ev.TimelineSpliced() | ev.EdgeChanged():
                if change.thread == self.client.open_thread:
                    self.pane.apply(change)
                return {"messages"}
            case ev.PeopleChanged():
                self.pane.renamed()
                return {"list", "people"}
            case ev.HealthChanged():
                self._health(change)
                return {"header"}
            case ev.AccountChanged():
                self._account(change)
                return {"list"}
            case ev.TextReturned():
                self._returned(change)
            case ev.Notice():
                self.notices.tell(change)
        return set()

    def _health(self, change: ev.HealthChanged) -> None:
        if self._countdown is not None:
            if change.health.link.state is LinkState.RECONNECTING:
                self._countdown.resume()
            else:
                self._countdown.pause()

    def _account(self, change: ev.AccountChanged) -> None:
        if change.account is None:
            self.app.post_message(SignInWanted(change.reason))

    def _returned(self, change: ev.TextReturned) -> None:
        if change.thread == self.shown:
            self.composer.give_back(change.text)
        else:
            here = self.client.text(change.thread)
            self.client.keep_text(change.thread, f"{change.text}\n{here}" if here else change.text)
        if change.reason:
            self.notices.tell(ev.Notice(Safe("Not sent, the text is back"), change.reason, "warning"))
