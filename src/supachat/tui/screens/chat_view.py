"""What the chat screen shows of the client, drawn anew part by part. Acts on nothing, hears nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from supachat.client import Client
from supachat.domain.health import LinkState
from supachat.domain.model import NOTHING, Feature, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place
from supachat.tui.screens import views
from supachat.tui.screens.chat_feeds import Feeds
from supachat.tui.screens.chat_hands import Middle
from supachat.tui.screens.chat_list import Lists
from supachat.tui.screens.chat_places import Places
from supachat.tui.screens.chat_presence import PresenceByHand
from supachat.tui.screens.chat_prices import Prices
from supachat.tui.screens.chat_reading import Reading
from supachat.tui.screens.chat_widgets import Widgets
from supachat.tui.widgets.badge import live
from supachat.tui.widgets.drawn import keys_of

AHEAD: Final = Safe("What you type waits here")


class View:
    """Header, people, footer, the words of an empty place; the list, the prices and the feeds draw
    themselves."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        widgets: Widgets,
        places: Places,
        *,
        lists: Lists,
        prices: Prices,
        feeds: Feeds,
        reading: Reading,
        presence: PresenceByHand,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._middle = middle
        self._widgets = widgets
        self._places = places
        self._lists = lists
        self._prices = prices
        self._feeds = feeds
        self._reading = reading
        self._presence = presence
        self._now = now
        self._monotonic = monotonic

    def all(self) -> None:
        """Everything from the client, anew."""
        self._lists.show()
        self._prices.show()
        self._feeds.show()
        self.header()
        self.people()
        self.footer()
        self.emptiness()

    def header(self) -> None:
        client, key, now = self._client, self._client.open_thread, self._places.frame
        thread = client.thread(key) if key else None
        title, account = thread.title if thread else NOTHING, client.account
        facts = views.facts(client, key, self._now()) if key else NOTHING
        if self._middle.feed:
            title, facts = self._feeds.words()
        self._widgets.header.show(
            self._monotonic(),
            workspace=client.workspace,
            account=(account.name or account.email) if account else NOTHING,
            presence=self._presence.words(),
            title=title,
            facts=facts,
            health=client.health,
            list_width=0 if now.over else now.list_width,
            wide=now.wide,
        )
        goes = live(client.health) or key is None  # else that it waits would be said twice
        self._widgets.composer.live(goes, kept=client.kept_on_disk)

    def people(self) -> None:
        client, key, widgets = self._client, self._client.open_thread, self._widgets
        names = tuple(person.name for person in client.typing(key)) if key else ()
        widgets.typing.show(names=names, writing=views.writing_words(client, widgets.pane.newest(1)))
        if key and widgets.people.display:
            now = self._now()
            widgets.people.show(views.people(client, key, now), views.thread_facts(client, key, now))

    def footer(self) -> None:
        here = self._places.here
        if here is Place.LIST and not self._client.threads():  # nothing to open, fold or filter
            here = Place.EVERYWHERE
        idle = {
            Place.LIST: self._lists.idle_keys,
            Place.FEED: self._feeds.idle_keys,
            Place.MESSAGES: self._reading.idle_keys,
            Place.EVERYWHERE: self._unstartable,
        }
        without = idle[here]() if here in idle else ()
        narrow = not self._places.frame.wide
        self._widgets.footer.show(
            keys_of(self._widgets.footer).footer(here, narrow=narrow, without=without)
        )

    def _unstartable(self) -> tuple[str, ...]:
        return () if views.startable(self._client) else ("start",)

    def emptiness(self) -> None:
        """Words instead of messages, where there are none to show."""
        feed = self._middle.feed is not None
        there = self._client.open_thread is not None and not feed
        signed_out = self._client.health.link.state is LinkState.SIGNED_OUT
        widgets = self._widgets
        widgets.empty.display, widgets.pane.display = not there and not feed, there
        self._show_composer(there or not (feed or signed_out))
        widgets.feed.display = feed
        if widgets.empty.display:
            widgets.empty.show(views.empty_words(self._client))

    def _show_composer(self, shown: bool) -> None:
        """Before the first conversation is open what is typed waits in it, and no key is a command."""
        composer, entries = self._widgets.composer, self._widgets.list
        turned = shown is not composer.display
        composer.display = shown
        if self._middle.thread is not None:
            return
        composer.field.call(AHEAD)
        if turned and composer.screen.focused in (None, entries, composer.field):
            composer.screen.set_focus(composer.field if shown else entries)

    def placeholder(self, key: ThreadKey) -> Safe:
        """What stands in the composer of a thread while nothing is written."""
        thread = self._client.thread(key)
        if self._client.can(key.source, Feature.CANNED) and thread:
            return Safe(f"Reply to {thread.title}, / for canned replies")
        hint = ", /subject for a subject" if self._client.can(key.source, Feature.SUBJECT) else ""
        return Safe(f"Message {thread.title}{hint}") if thread else Safe("Message")
