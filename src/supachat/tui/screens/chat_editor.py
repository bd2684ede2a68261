"""The composer's text in the person's own editor; the link lives on behind it.

Must never lose a text, nor give it to another account or to another thread's or message's text: what did
not come back from the editor stays where it was taken from.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from supachat.client import Client
from supachat.domain.events import Notice
from supachat.domain.keeping import TextKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Middle, Run
from supachat.tui.widgets.composer import Composer

if TYPE_CHECKING:
    from supachat.tui.editor import Edited


class OwnEditor:
    """$VISUAL, else $EDITOR. `written` says what the composer's text is for."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        written: Callable[[], TextKey],
        composer: Composer,
        notices: Notices,
        run: Run,
    ) -> None:
        self._client = client
        self._middle = middle
        self._written = written
        self._composer = composer
        self._notices = notices
        self._run = run

    def open(self) -> None:
        if self._middle.thread is not None:
            self._run(self._open(), group="editor", exclusive=True)

    async def _open(self) -> None:
        from supachat.tui import editor  # late: not before the first frame

        command, app = editor.editor_command(os.environ), self._composer.app
        written, whose = self._written(), self._whose()

        def late() -> str:
            return "" if self._whose() == whose else "Another account came in meanwhile"

        if not command:
            words = Safe("Set VISUAL or EDITOR to the program that should open, for example nano.")
            self._notices.tell(Notice(Safe("There is no editor"), words, "warning"))
            return
        try:
            with app.batch_update(), app.suspend():
                edited = await editor.edit(self._composer.text, command, late)
        except SuspendNotSupported:
            words = Safe("An editor needs a terminal of its own, and there is none here.")
            self._notices.tell(Notice(Safe("The editor was not opened"), words, "warning"))
            return
        if edited.kept is None:
            self._tell_of_its_file()
        if edited.text is None:
            self._tell_that_it_failed(edited)
        elif self._written() == written:
            self._composer.replace(edited.text)
        else:
            self._client.keep_text(written, edited.text)

    def _whose(self) -> str:
        account = self._client.account
        return account.user_id if account is not None else ""

    def _tell_that_it_failed(self, edited: Edited) -> None:
        kept = f" What was saved is kept in {edited.kept}." if edited.kept else ""
        words = safe_line(f"{edited.trouble}. The text is as it was.{kept}", limit=300)
        self._notices.tell(Notice(Safe("Nothing came back from the editor"), words, "error"))

    def _tell_of_its_file(self) -> None:
        """Nothing is to be on disk, and an editor needs a file."""
        if not self._client.kept_on_disk:
            words = Safe(
                "Only you could read it, and it is gone. Copies that your editor keeps are its own."
            )
            self._notices.tell(Notice(Safe("The text was in a file"), words))
