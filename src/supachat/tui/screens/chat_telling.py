"""What is told where the person does not look: toasts, notices of the desktop, the unread count.

Between the doors and the chat screen. The client has weighed it already: nothing here is of the thread
that is looked at, of what is muted, or comes in quiet hours unless it is urgent.
"""

from __future__ import annotations

from textual.message import Message as Post

from supachat.domain.changes import Alerted
from supachat.domain.events import Notice
from supachat.domain.text import Safe
from supachat.tui.screens.chat_doors import ChatDoors
from supachat.tui.widgets.markdown import unmarked


class ChatTelling(ChatDoors):
    """The desktop is the app's: it hears `Told` and `Unread`."""

    class Told(Post):
        """To be told outside the terminal too."""

        def __init__(self, title: Safe, details: Safe, urgent: bool) -> None:
            super().__init__()
            self.title = title
            self.details = details
            self.urgent = urgent

    class Unread(Post):
        """So many messages are unread."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    def alerted(self, change: Alerted) -> None:
        """Something happened elsewhere. A message whose thread stands in the list needs no toast: its
        count is what tells it; nor does a row of the feeds that are looked at, which it would cover."""
        self.price_told(change)
        # only what a person wrote has signs: an alert's words are its backend's
        details = unmarked(change.details) if change.thread is not None else change.details
        self.post_message(self.Told(change.title, details, change.urgent))
        listed = change.thread is not None and self.side.display and change.thread in self.list.keys
        looked_at = bool(change.feed) and self.feed_open is not None and self.feed_open[0] == change.source
        if not listed and not looked_at:
            grade = "error" if change.urgent else "info"
            self.notices.tell(Notice(change.title, details, grade))

    def count_unread(self) -> None:
        """The window's title says it."""
        self.post_message(self.Unread(sum(self.client.telling.unread().values())))
