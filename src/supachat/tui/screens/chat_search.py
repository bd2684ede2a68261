"""Searching: the page, and going to what it found.

Between `ChatFeeds` and the doors of the chat screen.
"""

from __future__ import annotations

from supachat.domain.text import Safe
from supachat.tui.screens.chat_feeds import ChatFeeds
from supachat.tui.widgets.when import local


class ChatSearch(ChatFeeds):
    """`alt+s`, and `/search words`."""

    def action_search(self, text: str = "") -> None:
        from supachat.tui.screens.search import Found, SearchPage  # late: not before the first frame

        def chosen(found: Found | None) -> None:
            if found is None:
                return
            self.go(found.thread)
            if found.at is not None:
                self.seek(local(found.at.at, self.now()).date())
                self.typing.flash(Safe("going to the day of that message"))

        self.app.push_screen(SearchPage(self.client, self.now, text), chosen)

    def with_words(self, action: str, rest: str) -> bool:
        if action == "search":
            self.action_search(rest)
            return True
        return super().with_words(action, rest)
