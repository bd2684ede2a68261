"""Feeds in the pane: alerts, notifications, logs of one source; reading them again and taking a row.

Between `ChatPrices` and the search. While feeds are shown no thread is: what is new in the one that was
open is not marked as seen.
"""

from __future__ import annotations

from supachat.domain.feeds import FeedAct, FeedRow
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place
from supachat.tui.screens.chat_prices import ChatPrices
from supachat.tui.widgets.feed_list import FeedList
from supachat.tui.widgets.feed_rows import FeedRowView, FeedSection
from supachat.tui.widgets.message_posts import Head
from supachat.tui.widgets.thread_list import ThreadList


class ChatFeeds(ChatPrices):
    """The feed pane of the source whose feed was opened."""

    def on_thread_list_feed_opened(self, event: ThreadList.FeedOpened) -> None:
        self.filter.stop()
        self.open_feed(event.source, event.feed)

    def open_feed(self, source: str, feed: str) -> None:
        """Show the feeds of a source, the chosen row in that one."""
        self.leave_edit()
        self.standing.feed = (source, feed)
        self.notices.dismiss()  # what it told stands here
        self.pinned.show(Head())
        self.show_all()
        self.feed.go_to(feed)
        self.set_focus(self.feed)

    def close_feed(self) -> bool:
        """Back to the thread that was open; whether feeds were shown."""
        if self.feed_open is None:
            return False
        self.standing.feed = None
        self.show_all()
        return True

    def show_feed(self) -> None:
        """The rows, from the client."""
        if self.feed_open is not None:
            self.feed.show(self._sections(self.feed_open[0]))

    def _sections(self, source: str) -> list[FeedSection]:
        infos = [info for info in self.client.feeds.all() if info.source == source]
        infos.sort(key=lambda info: (not info.urgent, not info.takes))
        return [
            FeedSection(i, tuple(self._row(row) for row in self.client.feeds.rows(source, i.name)))
            for i in infos
        ]

    def _row(self, row: FeedRow) -> FeedRowView:
        return FeedRowView(row, self._who(row.source, row.taken_by), self._who(row.source, row.closed_by))

    def _who(self, source: str, id_: str) -> Safe:
        """What to call whoever took or closed a row."""
        if not id_:
            return NOTHING
        if id_ == self.client.me(source):
            return Safe("you")
        person = self.client.person(source, id_)
        return person.name if person else safe_line(id_, limit=40)

    def feed_words(self) -> tuple[Safe, Safe]:
        """What the header says of the feeds: a title, and how much waits."""
        if self.feed_open is None:
            return NOTHING, NOTHING
        label = self._label(self.feed_open[0])
        waiting = [(s.info.label, s.waiting) for s in self._sections(self.feed_open[0]) if s.waiting]
        said = ", ".join(f"{number:,} in {name}" for name, number in waiting)
        return Safe(f"{label}: alerts and notifications"), Safe(said or "nothing waits")

    def on_feed_list_moved(self) -> None:
        self.show_footer()

    def on_feed_list_taken(self, event: FeedList.Taken) -> None:
        self.client.feeds.take(event.row, event.act)
        self.typing.flash(Safe({FeedAct.TAKE: "taken", FeedAct.CLOSE: "closed"}[event.act]))

    def action_feed_again(self) -> None:
        """Read every feed of the source again."""
        if self.feed_open is not None:
            for info in self.client.feeds.all():
                if info.source == self.feed_open[0]:
                    self.client.feeds.refresh(info.source, info.name)
            self.typing.flash(Safe("reading again" if self.client.online else "waits until live"))

    def _without(self) -> tuple[str, ...]:
        if self.place is Place.FEED:
            ids = {FeedAct.TAKE: "take", FeedAct.CLOSE: "close_row"}
            return tuple(id_ for act, id_ in ids.items() if act not in self.feed.acts)
        return super()._without()

    def seen(self) -> None:
        if self.feed_open is None:
            super().seen()

    def action_back(self) -> None:
        if self.place is Place.FEED and self.close_feed():
            if self.shown is not None:
                self.set_focus(self.composer.field)
        else:
            super().action_back()
