"""Changing what was said: one's own message in the composer again, or gone after a question.

Between `ChatWriting` and the hand on the link. Must never lose a text: what stood in the composer comes
back, and an edit that is given up is one press of up away.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from supachat.client import Client
from supachat.domain.errors import BadInput
from supachat.domain.events import Notice, TextReturned
from supachat.domain.model import Delivery, Feature, Message, MessageKey, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens.chat_writing import ChatWriting
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.typing_line import Question

LOOKED_AT: Final = 200
"""Messages among which one's last is looked for."""


class ChatEditing(ChatWriting):
    """Edit and delete, where the source can."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._edited: Message | None = None
        self._deleted: MessageKey | None = None

    def show_abilities(self, key: ThreadKey) -> None:
        """Tell the pane what can be done with one's own messages there."""
        wanted = (("edit", Feature.EDIT), ("delete", Feature.DELETE))
        self.pane.set_abilities(frozenset(v for v, f in wanted if self.client.can(key.source, f)))

    # ------------------------------------------------------------ editing

    def on_message_list_verb(self, event: MessageList.Verb) -> None:
        sent = event.message.delivery in (Delivery.SENT, Delivery.RECEIVED)
        if event.name == "edit" and sent:
            event.prevent_default()
            self._begin_edit(event.message)
        elif event.name == "delete":
            event.prevent_default()
            self._deleted = event.message.key
            words = Safe("Delete this message for everyone?")
            self.typing.ask(Question(words, Safe("delete"), Safe("keep"), self._delete))

    def action_edit_last(self) -> None:
        """The last message of one's own that can be edited."""
        key = self.shown
        if key is None or not self.client.can(key.source, Feature.EDIT):
            self.typing.flash(Safe("messages cannot be edited here"))
            return
        mine = (item for item in reversed(self.pane.newest(LOOKED_AT)) if isinstance(item, Message))
        last = next((m for m in mine if m.own and not m.deleted and m.delivery is Delivery.SENT), None)
        if last is None:
            self.typing.flash(Safe("nothing of yours to edit"))
        else:
            self._begin_edit(last)

    def _begin_edit(self, message: Message) -> None:
        if self.shown is not None and self._edited is None:
            self.client.keep_text(self.shown, self.composer.text)
        self._edited = message
        self.composer.edit(message.raw)
        self.set_focus(self.composer.field)
        self.typing.hold(Safe("editing  enter saves  esc leaves it as it was"))

    def _end_edit(self) -> None:
        self._edited = None
        self.typing.hold(Safe(""))
        self.composer.stop_editing(self.client.text(self.shown) if self.shown is not None else "")

    def leave_edit(self) -> bool:
        """Leave the message as it was; whether one was being edited. A changed text can be recalled."""
        message = self._edited
        if message is None:
            return False
        text = self.composer.text
        if text.strip() and text != message.raw:
            self.composer.remember(text)
        self._end_edit()
        return True

    def on_composer_changed(self, event: Composer.Changed) -> None:
        if self._edited is not None:
            event.prevent_default()  # the thread's unsent text is another one

    async def on_composer_submitted(self, event: Composer.Submitted) -> None:
        message = self._edited
        if message is None:
            return
        event.prevent_default()
        try:
            if event.text != message.raw:
                self.client.edit(message.key, event.text)
        except BadInput as error:
            words = Safe(f"{safe_line(error.cure)}. The text is still here.")
            self.notices.tell(Notice(safe_line(error.message), words, "error"))
            return
        self._end_edit()

    def action_back(self) -> None:
        if self.leave_edit():
            self.typing.flash(Safe("left as it was"))
        else:
            super().action_back()

    def returned(self, change: TextReturned) -> None:
        """A text that was refused waits behind the one that is being edited."""
        if self._edited is not None and change.thread == self.shown:
            self.leave_edit()
        super().returned(change)

    # ------------------------------------------------------------ deleting

    def _delete(self, yes: bool) -> None:
        key, self._deleted = self._deleted, None
        self.set_focus(self.pane)
        if yes and key is not None:
            try:
                self.client.delete(key)
            except BadInput as error:
                self.notices.tell(Notice(safe_line(error.message), safe_line(error.cure), "error"))
