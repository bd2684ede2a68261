"""What a person writes: sending it, commands that begin with a slash, copying.

Must never lose a text: what cannot be sent, or is no command, stays in the composer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from supachat.client import Client
from supachat.domain.errors import BadInput
from supachat.domain.events import Notice
from supachat.domain.model import Feature
from supachat.domain.text import Safe, safe_line
from supachat.tui import slash
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Middle
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.drawn import keys_of
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.typing_line import TypingLine


class Writing:
    """Everything between the composer and the client. `do` runs what the table of keys calls so; `words`
    are the slashes that are given what follows them, and say whether they understood it."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        composer: Composer,
        pane: MessageList,
        typing: TypingLine,
        notices: Notices,
        *,
        do: Callable[[str], Awaitable[None]],
        words: Mapping[str, Callable[[str], bool]],
    ) -> None:
        self._client = client
        self._middle = middle
        self._composer = composer
        self._pane = pane
        self._typing = typing
        self._notices = notices
        self._do = do
        self._words = {"subject": self._subject, **words}

    def keep(self, event: Composer.Changed) -> None:
        """The thread's unsent text is another one now."""
        thread = self._middle.thread
        if event.text != self._composer.text:
            return  # sent or changed since: a later one says what stands there now
        self._client.keep_text(self._middle.written, event.text)
        if thread is not None and event.typed and event.text:
            self._client.keystroke(thread)

    async def submit(self, text: str) -> None:
        """Enter: send it, or do what its slash asks."""
        if self._middle.thread is None:
            self._typing.flash(Safe("no conversation is open yet, the text stays"))
            return
        command = slash.parse(text)
        if command is not None:
            await self._obey(command, text)
            return
        subject, body = slash.letter(text) or ("", slash.message(text))
        try:
            self._client.send(self._middle.thread, body, subject)
        except BadInput as error:
            words = Safe(f"{safe_line(error.cure)}. The text is still here.")
            self._notices.tell(Notice(safe_line(error.message), words, "error"))
            return
        self._done(text)
        self._pane.scroll_to_newest()

    def _done(self, text: str) -> None:
        """The text did what it was for: out of the composer, into the history."""
        self._composer.remember(text)
        self._composer.clear()
        if self._middle.thread is not None:
            self._client.keep_text(self._middle.thread, "")

    async def _obey(self, command: slash.Slash, text: str) -> None:
        """Do what a slash asks; one that is not known is said, and its text stays."""
        known = slash.SLASHES.get(command.name)
        if known is None:
            self._tell_unknown(command.name)
            return
        if known.given and (command.rest or known.does != "date"):
            if self._words[known.does](command.rest):
                self._done(text)
            return
        self._done(text)
        await self._do(known.does)
        self._go_on_with(command.rest)

    def _tell_unknown(self, name: str) -> None:
        near = slash.nearest(name)
        meant = f"/{near} is one. " if near else ""
        words = f"{meant}The text is still here; // in front sends it as it is."
        self._notices.tell(Notice(safe_line(f"There is no /{name}"), safe_line(words), "warning"))

    def _go_on_with(self, rest: str) -> None:
        """What stood behind a slash's name stands in the question that it asks."""
        from supachat.tui.screens.overlay import Overlay  # late: not before the first frame

        over = self._composer.app.screen
        if rest and isinstance(over, Overlay):
            over.begin(rest)

    def _subject(self, subject: str) -> bool:
        """The subject stays as the first line, the message is written below it."""
        thread = self._middle.thread
        if thread is None or not self._client.can(thread.source, Feature.SUBJECT):
            self._typing.flash(Safe("messages have no subject here"))
        elif not subject:
            self._typing.flash(Safe("the words of the subject go behind it: /subject Next week"))
        else:
            self._composer.replace(slash.written(subject, ""))
            self._typing.flash(Safe("now the message, enter sends both"))
        return False

    def tell_too_large(self, size: int) -> None:
        """A paste of so many characters was not taken."""
        words = Safe("Nothing was changed. Send it in parts, or as a file.")
        self._notices.tell(Notice(Safe(f"That paste has {size:,} characters"), words, "error"))

    def copy(self) -> None:
        """Copy what is selected; else clear the text, which undo brings back; else say how to quit."""
        field, keys = self._composer.field, keys_of(self._composer)
        selected = self._composer.screen.get_selected_text() or field.selected_text
        if selected:
            self._composer.app.copy_to_clipboard(selected)
            self._typing.flash(Safe("copied"))
        elif field.text and self._composer.screen.focused in (field, None):
            self._composer.clear()
            self._typing.flash(Safe(f"cleared, {keys['undo'].shown.split()[0]} brings it back"))
        else:
            self._typing.flash(Safe(f"{keys['leave'].first} quits"))
