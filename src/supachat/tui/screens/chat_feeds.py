"""Feeds in the pane: alerts, notifications, logs of one source; reading them again and taking a row.

While feeds are shown no thread is: what is new in the one that was open is not marked as seen.
"""

from __future__ import annotations

from collections.abc import Callable

from supachat.client import Client
from supachat.domain.feeds import FeedAct, FeedRow
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.screens.chat_hands import Middle
from supachat.tui.screens.views import called, source_label
from supachat.tui.widgets.feed_list import FeedList
from supachat.tui.widgets.feed_rows import FeedRowView, FeedSection
from supachat.tui.widgets.typing_line import TypingLine


class Feeds:
    """The feeds of the source whose feed was opened. `turned` draws the screen when the pane is another."""

    def __init__(
        self, client: Client, middle: Middle, rows: FeedList, typing: TypingLine, turned: Callable[[], None]
    ) -> None:
        self._client = client
        self._middle = middle
        self._rows = rows
        self._typing = typing
        self._turned = turned

    def open(self, source: str, feed: str) -> None:
        """Show the feeds of a source, the chosen row in that one."""
        self._middle.feed = (source, feed)
        self._turned()
        self._rows.go_to(feed)

    def close(self) -> bool:
        """Back to the thread that was open; whether feeds were shown."""
        if self._middle.feed is None:
            return False
        self._middle.feed = None
        self._turned()
        return True

    # ------------------------------------------------------------ what is shown

    def show(self) -> None:
        """The rows, from the client."""
        if self._middle.feed is not None:
            self._rows.show(self._sections(self._middle.feed[0]))

    def _sections(self, source: str) -> list[FeedSection]:
        infos = [info for info in self._client.feeds.all() if info.source == source]
        infos.sort(key=lambda info: (not info.urgent, not info.takes))
        return [
            FeedSection(i, tuple(self._row(row) for row in self._client.feeds.rows(source, i.name)))
            for i in infos
        ]

    def _row(self, row: FeedRow) -> FeedRowView:
        taker, closer = (called(self._client, row.source, by) for by in (row.taken_by, row.closed_by))
        return FeedRowView(row, taker, closer)

    def words(self) -> tuple[Safe, Safe]:
        """What the header says of the feeds: a title, and how much waits."""
        if self._middle.feed is None:
            return NOTHING, NOTHING
        source = self._middle.feed[0]
        waiting = [(s.info.label, s.waiting) for s in self._sections(source) if s.waiting]
        said = ", ".join(f"{number:,} in {name}" for name, number in waiting)
        return source_label(self._client, source), Safe(said or "nothing waits")

    # ------------------------------------------------------------ what is done

    def take(self, row: FeedRow, act: FeedAct) -> None:
        self._client.feeds.take(row, act)
        self._typing.flash(Safe({FeedAct.TAKE: "taken", FeedAct.CLOSE: "closed"}[act]))

    def again(self) -> None:
        """Read every feed of the source again."""
        if self._middle.feed is None:
            return
        for info in self._client.feeds.all():
            if info.source == self._middle.feed[0]:
                self._client.feeds.refresh(info.source, info.name)
        self._typing.flash(Safe("reading again" if self._client.online else "waits until live"))

    def idle_keys(self) -> tuple[str, ...]:
        """The keys of the feeds that would do nothing to the chosen row."""
        ids = {FeedAct.TAKE: "take", FeedAct.CLOSE: "close_row"}
        return tuple(id_ for act, id_ in ids.items() if act not in self._rows.acts)
