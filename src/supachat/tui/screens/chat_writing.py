"""What a person writes: sending it, commands that begin with a slash, the person's own editor, copying.

Between `ChatJump` and the doors of the chat screen. Must never lose a text: what cannot be sent, is no
command, or did not come back from the editor stays in the composer.
"""

from __future__ import annotations

import os

from textual.app import SuspendNotSupported

from supachat.domain.errors import BadInput
from supachat.domain.events import Notice, TextReturned
from supachat.domain.model import Feature
from supachat.domain.text import Safe, safe_line
from supachat.tui import slash
from supachat.tui.key import runs
from supachat.tui.keymap import Place
from supachat.tui.screens.chat_jump import ChatJump
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.drawn import keys_of
from supachat.tui.widgets.field import EditingField


class ChatWriting(ChatJump):
    """Everything between the composer and the client."""

    def on_composer_changed(self, event: Composer.Changed) -> None:
        if self.shown is None or event.text != self.composer.text:
            return  # sent or changed since: a later one says what stands there now
        self.client.keep_text(self.shown, event.text)
        if event.typed and event.text:
            self.client.keystroke(self.shown)

    async def on_composer_submitted(self, event: Composer.Submitted) -> None:
        if self.shown is None:
            self.typing.flash(Safe("no conversation is open yet, the text stays"))
            return
        command = slash.parse(event.text)
        if command is not None:
            await self._obey(command, event.text)
            return
        subject, text = slash.letter(event.text) or ("", slash.message(event.text))
        try:
            self.client.send(self.shown, text, subject)
        except BadInput as error:
            words = Safe(f"{safe_line(error.cure)}. The text is still here.")
            self.notices.tell(Notice(safe_line(error.message), words, "error"))
            return
        self._done(event.text)
        self.pane.scroll_to_newest()

    def _done(self, text: str) -> None:
        """The text did what it was for: out of the composer, into the history."""
        self.composer.remember(text)
        self.composer.clear()
        if self.shown is not None:
            self.client.keep_text(self.shown, "")

    async def _obey(self, command: slash.Slash, text: str) -> None:
        """Do what a slash asks; one that is not known is said, and its text stays."""
        action = slash.SLASHES.get(command.name)
        if action is None:
            near = slash.nearest(command.name)
            meant = f"/{near} is one. " if near else ""
            words = f"{meant}The text is still here; // in front sends it as it is."
            self.notices.tell(
                Notice(safe_line(f"There is no /{command.name}"), safe_line(words), "warning")
            )
            return
        if action in slash.WITH_TEXT and (command.rest or action != "date"):
            if not self.with_words(action, command.rest):
                return
            action = ""
        self._done(text)
        if action:
            await self.do(action)
            self._go_on_with(command.rest)

    async def do(self, what: str) -> None:
        """Run a key by its id, or an action as the table of keys writes them."""
        keys = keys_of(self)
        await self.run_action(keys[what].run if what in keys else runs(what))

    def _go_on_with(self, rest: str) -> None:
        """What stood behind a slash's name stands in the question that it asks."""
        from supachat.tui.screens.overlay import Overlay  # late: not before the first frame

        if rest and isinstance(self.app.screen, Overlay):
            self.app.screen.begin(rest)

    def with_words(self, action: str, rest: str) -> bool:
        """Do what a slash asks with what follows it; False, and said, where that is not understood."""
        return self._begin_letter(rest) if action == "subject" else self.seek_words(rest)

    def _begin_letter(self, subject: str) -> bool:
        """The subject stays as the first line, the message is written below it."""
        if self.shown is None or not self.client.can(self.shown.source, Feature.SUBJECT):
            self.typing.flash(Safe("messages have no subject here"))
        elif not subject:
            self.typing.flash(Safe("the words of the subject go behind it: /subject Next week"))
        else:
            self.composer.replace(slash.written(subject, ""))
            self.typing.flash(Safe("now the message, enter sends both"))
        return False

    def returned(self, change: TextReturned) -> None:
        """A text that was not sent: in front of whatever stands in its thread's composer."""
        if change.thread == self.shown:
            self.composer.give_back(change.text)
        else:
            here = self.client.text(change.thread)
            self.client.keep_text(change.thread, f"{change.text}\n{here}" if here else change.text)
        if change.reason:
            self.notices.tell(Notice(Safe("Not sent, the text is back"), change.reason, "warning"))

    def on_editing_field_too_large(self, event: EditingField.TooLarge) -> None:
        words = Safe("Nothing was changed. Send it in parts, or as a file.")
        self.notices.tell(Notice(Safe(f"That paste has {event.size:,} characters"), words, "error"))

    def action_copy(self) -> None:
        """Copy what is selected; else clear the text, which undo brings back; else say how to quit."""
        field = self.composer.field
        selected = self.get_selected_text() or field.selected_text
        if selected:
            self.app.copy_to_clipboard(selected)
            self.typing.flash(Safe("copied"))
        elif field.text and self.place is Place.COMPOSER:
            self.composer.clear()
            self.typing.flash(Safe(f"cleared, {keys_of(self)['undo'].shown.split()[0]} brings it back"))
        else:
            self.typing.flash(Safe(f"{keys_of(self)['leave'].first} quits"))

    # ------------------------------------------------------------ the person's own editor

    def action_editor(self) -> None:
        if self.shown is not None:
            self.run_worker(self._edit(), group="editor", exclusive=True)

    async def _edit(self) -> None:
        """The composer's text in $VISUAL or $EDITOR; the link lives on behind it."""
        from supachat.tui import editor  # late: not before the first frame

        command, thread, text = editor.editor_command(os.environ), self.shown, self.composer.text
        if not command:
            words = Safe("Set VISUAL or EDITOR to the program that should open, for example nano.")
            self.notices.tell(Notice(Safe("There is no editor"), words, "warning"))
            return
        try:
            with self.app.batch_update(), self.app.suspend():
                edited = await editor.edit(text, command)
        except SuspendNotSupported:
            words = Safe("An editor needs a terminal of its own, and there is none here.")
            self.notices.tell(Notice(Safe("The editor was not opened"), words, "warning"))
            return
        if edited.kept is None:
            self._tell_of_its_file()
        if edited.text is None:
            kept = f" What was saved is kept in {edited.kept}." if edited.kept else ""
            words = safe_line(f"{edited.trouble}. The text is as it was.{kept}", limit=300)
            self.notices.tell(Notice(Safe("Nothing came back from the editor"), words, "error"))
        elif self.shown == thread:
            self.composer.replace(edited.text)
        elif thread is not None:
            self.client.keep_text(thread, edited.text)

    def _tell_of_its_file(self) -> None:
        """Nothing is to be on disk, and an editor needs a file."""
        if not self.client.kept_on_disk:
            words = Safe(
                "Only you could read it, and it is gone. Copies that your editor keeps are its own."
            )
            self.notices.tell(Notice(Safe("The text was in a file"), words))
