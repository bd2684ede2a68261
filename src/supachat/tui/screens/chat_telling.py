"""What is told where the person does not look: toasts, notices of the desktop, the unread count.

The client has weighed it already: nothing here is of the thread that is looked at, of what is muted, or
comes in quiet hours unless it is urgent. The desktop is the app's: it hears `Told` and `Unread`.
"""

from __future__ import annotations

from supachat.client import Client
from supachat.domain.changes import Alerted
from supachat.domain.events import Notice
from supachat.domain.text import Safe
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Middle, Tell, misread
from supachat.tui.screens.chat_posts import Told, Unread
from supachat.tui.widgets.markdown import unmarked
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import TypingLine


class Telling:
    """What stands among `threads` needs no toast."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        threads: ThreadList,
        typing: TypingLine,
        notices: Notices,
        tell: Tell,
    ) -> None:
        self._client = client
        self._middle = middle
        self._threads = threads
        self._typing = typing
        self._notices = notices
        self._tell = tell

    def alerted(self, change: Alerted, *, listing: bool) -> None:
        """Something happened elsewhere. A message whose thread stands in the list needs no toast: its
        count is what tells it, while the list is on the screen (`listing`); nor does a row of the feeds
        that are looked at, which it would cover."""
        # only what a person wrote has signs: an alert's words are its backend's
        details = unmarked(change.details) if change.thread is not None else change.details
        self._tell(Told(change.title, details, change.urgent))
        of = set(change.among) if change.thread is None else {change.thread}
        listed = bool(of) and listing and of <= set(self._threads.keys)
        feed = self._middle.feed
        looked_at = bool(change.feed) and feed is not None and feed[0] == change.source
        if not listed and not looked_at:
            grade = "error" if change.urgent else "info"
            self._notices.tell(Notice(change.title, details, grade))

    def count_unread(self) -> None:
        """The window's title says it."""
        self._tell(Unread(sum(self._client.telling.unread().values())))

    def quiet(self, rest: str) -> bool:
        """Hours in which nothing is told, as a person writes them; whether they were understood."""
        from supachat.tui.screens import told_words  # late: not before the first frame

        if rest.strip().casefold() in told_words.OFF:
            self._client.telling.set_quiet(None)
            self._typing.flash(Safe("told at every hour"))
            return True
        hours = told_words.parse_quiet(rest)
        if hours is None:
            return misread(self._notices, "Those are no hours", told_words.QUIET_FORM)
        self._client.telling.set_quiet(hours)
        words = f"quiet {told_words.quiet_words(hours)}; critical alerts still come"
        self._typing.flash(Safe(words))
        return True
