"""Reading the open thread: moving through it, what is done to a chosen message or draft in the pane."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.model import Message
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices
from supachat.tui.screens import views
from supachat.tui.screens.chat_hands import Focus, Middle
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.typing_line import Question, TypingLine


class Reading:
    """What the pane shows and what is done to it."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        pane: MessageList,
        typing: TypingLine,
        notices: Notices,
        *,
        now: Callable[[], datetime],
        focus: Focus,
    ) -> None:
        self._client = client
        self._middle = middle
        self._pane = pane
        self._typing = typing
        self._notices = notices
        self._now = now
        self._focus = focus

    # ------------------------------------------------------------ what is shown

    def show(self, change: ev.TimelineReset | ev.TimelineSpliced | ev.EdgeChanged) -> None:
        """Apply a change of the open thread's timeline."""
        if change.thread != self._client.open_thread:
            return
        match change:
            case ev.TimelineReset():
                self._pane.reset(change.items, change.new_after)
            case ev.TimelineSpliced():
                self._pane.splice(change.start, change.removed, change.inserted)
            case ev.EdgeChanged():
                self._pane.set_edge(change.edge, change.reason)

    def name_people(self) -> None:
        """Tell the pane who is who in the open thread."""
        key, client = self._client.open_thread, self._client
        if key is not None:
            self._pane.set_people(lambda person: client.person(key.source, person))
            self._pane.set_me(client.me(key.source))
            self._pane.set_audience(views.audience(client, key))

    def seen(self) -> None:
        """The newest message may be on the screen of somebody who looks at it."""
        key, app = self._client.open_thread, self._pane.app
        looked_at = app.app_focus and app.screen is self._pane.screen and self._middle.feed is None
        if key is not None and self._pane.at_end and looked_at:
            self._client.seen(key)

    def at_end(self, event: MessageList.AtEnd) -> None:
        """The newest message came into view, or left it."""
        self._typing.show(below=0 if event.at_end else event.below)
        if event.at_end:
            self.seen()

    # ------------------------------------------------------------ keys

    def choose(self) -> None:
        """The keyboard to the messages."""
        if self._middle.thread is not None:
            self._focus(self._pane)

    def copy(self) -> None:
        item = self._pane.selected
        if isinstance(item, Message) and not item.deleted:
            self._pane.app.copy_to_clipboard(item.body)
            self._typing.flash(Safe("copied"))

    def details(self) -> None:
        item = self._pane.selected
        if isinstance(item, Message):
            self._notices.tell(views.details(self._client, item, self._now()))

    def idle_keys(self) -> tuple[str, ...]:
        """The keys of the messages that would do nothing to the chosen one."""
        verbs = {"delete_message" if verb == "delete" else verb for verb in self._pane.verbs}
        chosen = self._pane.selected
        if isinstance(chosen, Message) and not chosen.deleted:
            verbs.add("copy_message")
        return tuple({"retry", "edit", "delete_message", "discard", "copy_message"} - verbs)

    def open_link(self, url: str) -> None:
        self._pane.app.open_url(url)
        self._typing.flash(safe_line(f"opening {url}"))

    # ------------------------------------------------------------ what is not sent yet

    def ask_discard(self, draft: str) -> None:
        """Throw it away, after a question."""

        def answered(yes: bool) -> None:
            if yes:
                self._client.discard(draft)
            self._focus(self._pane)

        words = Safe("Discard this message, which was not sent?")
        self._typing.ask(Question(words, Safe("discard"), Safe("keep"), answered))
