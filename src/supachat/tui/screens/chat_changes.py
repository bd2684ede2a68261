"""What the client tells, applied to the parts of the chat screen: whole batches, each part drawn once."""

from __future__ import annotations

from collections.abc import Iterable

from textual.timer import Timer

from supachat.domain import events as ev
from supachat.domain.health import LinkState
from supachat.tui.screens.chat_hands import Tell
from supachat.tui.screens.chat_parts import Parts
from supachat.tui.screens.chat_posts import SignInWanted
from supachat.tui.widgets.badge import live
from supachat.tui.widgets.drawn import moving


class Changes:
    """The one way from the client to the screen."""

    def __init__(self, parts: Parts, tell: Tell) -> None:
        self._parts = parts
        self._tell = tell
        self._countdown: Timer | None = None
        self._was_live = False

    def begin(self) -> None:
        """The widgets are there: the header may count down to the next try."""
        parts = self._parts
        self._countdown = parts.widgets.header.set_interval(1.0, parts.view.header, pause=True)

    def take(self, batch: Iterable[ev.Change]) -> None:
        """Apply a batch in order; draw what it touched once."""
        touched: set[str] = set()
        for change in batch:
            touched |= self._apply(change)
        parts = self._parts
        if "list" in touched:
            parts.lists.show()
            parts.telling.count_unread()
            parts.going.listed()
        if touched & {"list", "people", "messages"}:
            parts.view.people()
        if touched:
            parts.view.header()
            parts.view.footer()
            parts.view.emptiness()
        if "messages" in touched:
            parts.reading.seen()
            parts.seeking.go_on()

    def _apply(self, change: ev.Change) -> set[str]:
        """Hand it to the part that knows what it means. What is to be drawn anew of list, people, messages
        and header comes back."""
        parts = self._parts
        match change:
            case ev.ThreadsChanged():
                return {"list"}
            case ev.TimelineReset() | ev.TimelineSpliced() | ev.EdgeChanged():
                parts.reading.show(change)
                if isinstance(change, ev.TimelineSpliced):
                    parts.editing.heard(change.inserted)
                return {"messages"}
            case ev.PeopleChanged():
                parts.reading.name_people()
                return {"list", "people"}
            case ev.StandingChanged():
                return {"header"}
            case ev.HealthChanged():
                self._health(change)
                return {"header", "people"}  # who is there is not known without a link
            case ev.AccountChanged():
                self._account(change)
                return {"list"}
            case ev.Vacated():
                parts.going.vacate()
                return {"list", "people", "header"}
            case ev.EditRefused():
                parts.editing.refused(change.draft)
            case ev.Notice():
                parts.widgets.notices.tell(change)
            case ev.PricesChanged():
                parts.prices.changed()
            case ev.PresenceChanged():
                return {"people"}
            case ev.Alerted():
                parts.prices.crossed(change)
                parts.telling.alerted(change, listing=bool(parts.widgets.side.display))
            case ev.FeedChanged():
                parts.feeds.show()
                return {"list"}
            case ev.Sought():
                parts.seeking.sought(change)
            case ev.ThreadWaits():
                parts.going.arrived(change.thread)
        return set()

    def _health(self, change: ev.HealthChanged) -> None:
        now_live = live(change.health)
        if now_live and not self._was_live:
            self._parts.gaps.look(again=True)
        self._was_live = now_live
        if self._countdown is not None:
            waits = change.health.link.state is LinkState.RECONNECTING
            if waits and moving(self._parts.widgets.header):
                self._countdown.resume()
            else:
                self._countdown.pause()

    def _account(self, change: ev.AccountChanged) -> None:
        self._parts.going.came_in()
        if change.account is None:
            self._tell(SignInWanted(change.reason))
        else:
            self._parts.going.learn()
