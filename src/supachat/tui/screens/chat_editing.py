"""Changing what was said: one's own message in the composer again, or gone after a question.

Must never lose a text: what stood in the composer comes back, an edit that is given up is one press of up
away, and one that the server refused comes back as an edit, never as a message to send.
"""

from __future__ import annotations

from typing import Final

from supachat.client import Client
from supachat.domain.errors import BadInput
from supachat.domain.events import Notice, TextReturned
from supachat.domain.model import Delivery, Feature, Message, MessageKey, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.domain.values import dataclass
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Focus, Middle
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.typing_line import Question, TypingLine

LOOKED_AT: Final = 200
"""Messages among which one's last is looked for."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A message that is being edited: its text in the composer first, and as the server has it."""

    message: MessageKey
    text: str
    was: str | None
    """None where that is not known: the server refused `text`."""


class Editing:
    """Edit and delete, where the source can."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        pane: MessageList,
        composer: Composer,
        typing: TypingLine,
        notices: Notices,
        focus: Focus,
    ) -> None:
        self._client = client
        self._middle = middle
        self._pane = pane
        self._composer = composer
        self._typing = typing
        self._notices = notices
        self._focus = focus
        self._edit: Edit | None = None
        self._refused: list[Edit] = []
        """What was refused while another thread was open: edited again when its own is."""

    @property
    def active(self) -> bool:
        """Whether the composer holds a message that was sent before, not the thread's unsent text."""
        return self._edit is not None

    def show_abilities(self, key: ThreadKey) -> None:
        """Tell the pane what can be done with one's own messages there."""
        wanted = (("edit", Feature.EDIT), ("delete", Feature.DELETE))
        self._pane.set_abilities(frozenset(v for v, f in wanted if self._client.can(key.source, f)))

    # ------------------------------------------------------------ editing

    def begin(self, message: Message) -> None:
        """Edit it in the composer; what stands there waits."""
        self._begin(Edit(message.key, message.raw, message.raw))

    def last(self) -> None:
        """Edit the last message of one's own that can be."""
        key = self._middle.thread
        if key is None or not self._client.can(key.source, Feature.EDIT):
            self._typing.flash(Safe("messages cannot be edited here"))
            return
        mine = (item for item in reversed(self._pane.newest(LOOKED_AT)) if isinstance(item, Message))
        last = next((m for m in mine if m.own and not m.deleted and m.delivery is Delivery.SENT), None)
        if last is None:
            self._typing.flash(Safe("nothing of yours to edit"))
        else:
            self.begin(last)

    def _begin(self, edit: Edit) -> None:
        if self._middle.thread is not None and self._edit is None:
            self._client.keep_text(self._middle.thread, self._composer.text)
        self._edit = edit
        self._composer.edit(edit.text)
        self._focus(self._composer.field)
        self._typing.hold(Safe("editing  enter saves  esc leaves it as it was"))

    def _end(self) -> None:
        self._edit = None
        self._typing.hold(Safe(""))
        thread = self._middle.thread
        self._composer.stop_editing(self._client.text(thread) if thread is not None else "")

    def takes(self, text: str) -> bool:
        """Enter was pressed behind `text`: save it, where it is an edit; whether it was one."""
        edit = self._edit
        if edit is None:
            return False
        try:
            if text != edit.was:
                self._client.edit(edit.message, text)
        except BadInput as error:
            words = Safe(f"{safe_line(error.cure)}. The text is still here.")
            self._notices.tell(Notice(safe_line(error.message), words, "error"))
        else:
            self._end()
        return True

    def stop(self) -> bool:
        """Leave the message as it was; whether one was being edited. A changed text can be recalled."""
        if self._edit is None:
            return False
        text = self._composer.text
        if text.strip() and text != self._edit.was:
            self._composer.remember(text)
        self._end()
        return True

    def leave(self) -> bool:
        """The same, by esc."""
        stopped = self.stop()
        if stopped:
            self._typing.flash(Safe("left as it was"))
        return stopped

    # ------------------------------------------------------------ what the server refused

    def returned(self, change: TextReturned) -> None:
        """The server refused an edit: it is edited again, at once where its thread is open."""
        self._refused.append(Edit(MessageKey(change.thread, change.message), change.text, None))
        self.resume()
        self._notices.tell(Notice(Safe("Not changed, your edit is back"), change.reason, "warning"))

    def resume(self) -> None:
        """Go on with what was refused in the open thread; of several, the last: up brings the others."""
        here = [edit for edit in self._refused if edit.message.thread == self._middle.thread]
        for edit in here:
            self._refused.remove(edit)
            self.stop()
            self._begin(edit)

    def forget(self) -> None:
        """The account has left: nothing of its texts stays."""
        self.stop()
        self._refused.clear()

    # ------------------------------------------------------------ deleting

    def ask_delete(self, key: MessageKey) -> None:
        """Delete it for everyone, after a question."""

        def answered(yes: bool) -> None:
            self._focus(self._pane)
            if yes:
                self._delete(key)

        words = Safe("Delete this message for everyone?")
        self._typing.ask(Question(words, Safe("delete"), Safe("keep"), answered))

    def _delete(self, key: MessageKey) -> None:
        try:
            self._client.delete(key)
        except BadInput as error:
            self._notices.tell(Notice(safe_line(error.message), safe_line(error.cure), "error"))
