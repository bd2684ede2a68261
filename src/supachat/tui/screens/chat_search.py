"""Searching: the page, and going to what it found, wherever in its thread that lies.

Between `ChatFeeds` and the doors of the chat screen. Must never hold up a key: the pages around the
message are asked for, and esc ends the wait.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from supachat.client import Client
from supachat.domain.changes import Sought
from supachat.domain.events import Notice
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens.chat_feeds import ChatFeeds

if TYPE_CHECKING:
    from supachat.tui.screens.search import Found


class ChatSearch(ChatFeeds):
    """`alt+s`, and `/search words`."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._going: Found | None = None
        """What was chosen on the page and is not on the screen yet."""

    def action_search(self, text: str = "") -> None:
        from supachat.tui.screens.search import SearchPage  # late: not before the first frame

        self.app.push_screen(SearchPage(self.client, self.now, text), self._chosen)

    def _chosen(self, found: Found | None) -> None:
        if found is None:
            return
        self.go(found.thread)
        if found.at is not None:
            self._going = found
            self.typing.hold(Safe("going to that message  esc stops"))
            self.client.seek(found.thread, found.at)

    def sought(self, change: Sought) -> None:
        """The message is there, with the page around it; or it is said why not."""
        going = self._going
        if going is None or change.thread != self.client.open_thread:
            return
        self.stop_seeking()
        if change.found and self.pane.show_found(change.message, going.words):
            self.set_focus(self.pane)
        else:
            words = safe_line(f"{change.reason}. What is loaded stays.", limit=200)
            self.notices.tell(Notice(Safe("Not at that message"), words, "warning"))

    def stop_seeking(self) -> bool:
        """End every search for a place where it is; whether there was one."""
        running, self._going = self._going is not None, None
        if running:
            self.client.stop_seeking()
            self.typing.hold(NOTHING)
        return super().stop_seeking() or running

    def with_words(self, action: str, rest: str) -> bool:
        if action == "search":
            self.action_search(rest)
            return True
        return super().with_words(action, rest)
