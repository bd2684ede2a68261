"""Gaps that come into view are counted, and filled once they were looked at for a moment.

Must never ask twice for the same: a gap that comes back waits for Enter, or for another link.
"""

from __future__ import annotations

from typing import Final

from textual.timer import Timer

from supachat.client import Client
from supachat.domain.model import Cursor, ThreadKey
from supachat.tui.widgets.badge import live
from supachat.tui.widgets.message_list import MessageList

ON_SIGHT: Final = 0.6
"""Seconds that a gap has to be in view before it is filled: a page that flies by asks for nothing."""


class Gaps:
    """Those of the pane."""

    def __init__(self, client: Client, pane: MessageList) -> None:
        self._client = client
        self._pane = pane
        self._sighting: Timer | None = None
        self._counted: set[tuple[ThreadKey, Cursor]] = set()
        """Where gaps begin whose messages were asked to be counted: once, however they shrink."""
        self._tried: set[tuple[ThreadKey, Cursor, Cursor]] = set()
        """Gaps that were filled on sight."""

    def look(self, *, again: bool = False) -> None:
        """Fill what is missing in view, once it has been looked at; `again`: also what failed before."""
        if again:
            self._tried.clear()
            self._counted.clear()
        if self._sighting is not None:
            self._sighting.stop()
        if self._pane.gaps_in_view:
            self._count_seen()
            self._sighting = self._pane.set_timer(ON_SIGHT, self._fill_seen)

    def _count_seen(self) -> None:
        for gap in self._pane.gaps_in_view:
            if live(self._client.health) and (gap.thread, gap.after) not in self._counted:
                self._counted.add((gap.thread, gap.after))
                self._client.count_gap(gap)

    def _fill_seen(self) -> None:
        if not live(self._client.health):
            return
        for gap in self._pane.gaps_in_view:
            if not gap.filling and gap.place not in self._tried:
                self._tried.add(gap.place)
                self._client.fill_gap(gap)
