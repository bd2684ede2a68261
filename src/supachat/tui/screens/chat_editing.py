"""Changing what was said: one's own message in the composer again, or gone after a question.

Must never lose a text: what stood in the composer comes back, an edit that is given up is one press of up
away, and one that was not finished, or that the server refused, comes back as an edit. It is the text of a
new message only where its own cannot be changed any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from supachat.client import Client
from supachat.domain.errors import BadInput
from supachat.domain.events import Notice
from supachat.domain.keeping import TextKey
from supachat.domain.model import NOTHING, Delivery, Draft, Feature, Item, Message, MessageKey, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.domain.values import dataclass
from supachat.tui import slash
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Focus, Middle
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.typing_line import Question, TypingLine

LOOKED_AT: Final = 200
"""Messages among which one's last is looked for."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A message that is being edited."""

    message: MessageKey
    was: str | None
    """Its text, as it stood in the composer at first; None where another was typed or refused before."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The last edit that was given to the server from here."""

    message: MessageKey
    texts: tuple[str, str]
    """What it was before, and what it was made."""


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
        self._saved: Saved | None = None

    def show_abilities(self, key: ThreadKey) -> None:
        """Tell the pane what can be done with one's own messages there."""
        wanted = (("edit", Feature.EDIT), ("delete", Feature.DELETE))
        self._pane.set_abilities(frozenset(v for v, f in wanted if self._client.can(key.source, f)))

    # ------------------------------------------------------------ editing

    def begin(self, message: Message) -> None:
        """Edit it in the composer; what stands there waits, another edit too."""
        self._keep()
        typed = self._client.text(message.key)
        self._begin(message.key, typed or message.raw, anew=not typed)

    def last(self) -> None:
        """Edit the last message of one's own that can be; first what was refused and waits."""
        key = self._middle.thread
        if key is None or not self._client.can(key.source, Feature.EDIT):
            self._typing.flash(Safe("messages cannot be edited here"))
            return
        if self._edit is None and self._client.texts.refused(key):
            self.resume()
            return
        mine = (item for item in reversed(self._pane.newest(LOOKED_AT)) if isinstance(item, Message))
        last = next((m for m in mine if m.own and not m.deleted and m.delivery is Delivery.SENT), None)
        if last is None:
            self._typing.flash(Safe("nothing of yours to edit"))
        else:
            self.begin(last)

    def _begin(self, message: MessageKey, text: str, *, anew: bool) -> None:
        self._composer.edit(text)
        self._edit = Edit(message, self._composer.text if anew else None)
        self._focus(self._composer.field)
        self._typing.hold(Safe("editing  enter saves  esc leaves it as it was"))

    def _end(self) -> None:
        """Back to what stood in the composer before."""
        self._edit = None
        self._typing.hold(NOTHING)
        self._composer.write(self._client.text(self._middle.written))

    def keeps(self, event: Composer.Changed) -> bool:
        """The composer's text is another one now; whether it is an edit's."""
        if self._edit is not None and event.text == self._composer.text:
            self._keep()
        return self._edit is not None

    def _keep(self) -> None:
        """What stands in the composer is on disk within a second, as what it is."""
        text = self._composer.text
        was = self._edit.was if self._edit is not None else None
        self._client.keep_text(self.written, "" if text == was else text)

    @property
    def written(self) -> TextKey:
        """What the text of the composer is for."""
        return self._edit.message if self._edit is not None else self._middle.written

    def lay_by(self) -> None:
        """The composer is wanted for something else: an edit waits for its thread to be open again."""
        self._keep()
        self.forget()

    def forget(self) -> None:
        """Nothing is edited here any more; what is kept of it is where it was."""
        if self._edit is not None:
            self._end()

    def resume(self) -> None:
        """Go on with an edit in the open thread that was not finished, else with one that was refused."""
        thread = self._middle.thread
        if thread is None or self._edit is not None:
            return
        self._keep()
        if self._go_on(thread):
            return
        for draft in reversed(self._client.texts.refused(thread)):
            if self._client.take_back(draft.id) and self._go_on(thread):
                words = Safe("Not changed, your edit is back")
                self._notices.tell(Notice(words, draft.reason or NOTHING, "warning"))
                return

    def _go_on(self, thread: ThreadKey) -> bool:
        """With the last that was typed at. What cannot be changed is laid down as a new message's text."""
        for message in reversed(self._client.texts.begun(thread)):
            if self._client.texts.can_edit(message):
                self._begin(message, self._client.text(message), anew=False)
                return True
            self._lay_down(message)
        return False

    def _lay_down(self, message: MessageKey) -> None:
        self._keep()
        self._client.texts.move(message, message.thread)
        self._end()
        words = Safe("What you had typed to change it stands in the composer, as a new message.")
        self._notices.tell(Notice(Safe("That message cannot be changed any more"), words, "warning"))

    def takes(self, text: str) -> bool:
        """Enter was pressed behind `text`: save it, where it is an edit; whether it was one."""
        edit = self._edit
        if edit is None:
            return False
        if not self._client.texts.can_edit(edit.message):
            self._lay_down(edit.message)
            return True
        try:
            if text != edit.was:
                self._watch(edit.message, text)
                self._client.edit(edit.message, text)
                self._composer.remember(text)  # another screen may edit it too: the last one stays
        except BadInput as error:
            words = Safe(f"{safe_line(error.cure)}. The text is still here.")
            self._notices.tell(Notice(safe_line(error.message), words, "error"))
        else:
            self._end()
            self.resume()
        return True

    def _watch(self, message: MessageKey, text: str) -> None:
        shown = (item for item in self._pane.newest(LOOKED_AT) if isinstance(item, Message))
        was = next((item.raw for item in shown if item.key == message), None)
        self._saved = Saved(message, (was.strip(), text.strip())) if was is not None else None

    def heard(self, items: Iterable[Item]) -> None:
        """These are shown now: whose edit another screen has written over is told so."""
        mine = self._saved
        for item in items if mine is not None else ():
            if isinstance(item, Message) and mine is not None and item.key == mine.message:
                if item.deleted or item.raw.strip() in mine.texts:
                    continue
                self._saved = mine = None
                words = Safe("It was changed again elsewhere. Up in an empty composer brings yours back.")
                self._notices.tell(Notice(Safe("Your edit was written over"), words, "warning"))

    def leave(self) -> bool:
        """Leave the message as it was, by esc; whether one was being edited. A changed text can be
        recalled."""
        if self._edit is None:
            return False
        text = self._composer.text
        if text.strip() and text != self._edit.was:
            self._composer.remember(text)
        self._client.keep_text(self._edit.message, "")
        self._end()
        self._typing.flash(Safe("left as it was"))
        self.resume()
        return True

    # ------------------------------------------------------------ what comes back

    def refused(self, draft: Draft) -> None:
        """The server refused an edit: it is edited again, at once where its thread is open and nothing
        else is being written. What is typed is never taken from under the fingers."""
        if not self._composer.text:
            self.resume()
        if draft in self._client.texts.refused(draft.thread):
            thread = self._client.thread(draft.thread)
            back = "ctrl+up takes it up again"
            if thread is not None and thread.key != self._middle.thread:
                back = f"opening {thread.title} brings it back"
            words = Safe(f"{draft.reason}; {back}" if draft.reason else back)
            self._notices.tell(Notice(Safe("Not changed, your edit waits"), words, "error"))

    def take_back(self, draft: str) -> None:
        """What is not sent yet into the composer again, unless it is on its way."""
        self.lay_by()  # else the two texts would be one edit
        if not self._client.take_back(draft, lambda d: slash.written(d.subject, d.raw)):
            self._typing.flash(Safe("it is on its way, too late for that"))
        else:
            self._composer.write(self._client.text(self._middle.written))
            self._focus(self._composer.field)

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
