"""Whether somebody looks here, and what the desktop is told while nobody does: notices, the window's title.

What is told is made by `desktop`; must never know what it is about.
"""

from __future__ import annotations

import os

from supachat.client import Client
from supachat.tui import desktop
from supachat.tui.screens.chat import ChatScreen
from supachat.tui.screens.chat_posts import Told, Unread
from supachat.tui.turns import Turns


class Attending(Turns, inherit_bindings=False):
    """An app that tells its terminal what happened, and its client whether the person is there."""

    client: Client | None = None
    """Of the workspace that is open."""
    _unread = -1
    """What the window's title says; -1 before it says anything of ours."""
    _reports_focus = False
    """The terminal has said once that the person looks elsewhere, so it says when they do not."""

    def on_told(self, event: Told) -> None:
        """Something happened elsewhere: the desktop says it, unless the person is known to look here."""
        if event.urgent or not (self._reports_focus and self.app_focus):
            self.tell_terminal(desktop.notice(event.title, event.details, os.environ))

    def on_unread(self, event: Unread) -> None:
        if event.count != self._unread and self.client is not None:
            keep = desktop.KEEP_TITLE if self._unread < 0 else ""
            self._unread = event.count
            self.tell_terminal(keep + desktop.window_title(self.client.workspace, event.count))

    def tell_terminal(self, sequence: str) -> None:
        """Write a sequence of `desktop` to the terminal, between two frames."""
        if self._driver is not None:
            self._driver.write(sequence)

    def on_app_blur(self) -> None:
        """The person looks elsewhere: from now on the open thread is told of too."""
        self._reports_focus = True
        if self.client is not None:
            self.client.telling.looks(False)

    async def on_app_focus(self) -> None:
        """The person came back to this terminal."""
        if self.client is not None:
            self.client.focused()
        if isinstance(self.screen, ChatScreen):
            self.screen.seen()

    def restore_title(self) -> None:
        """The window is called again what it was called before."""
        if self._unread >= 0:
            self.tell_terminal(desktop.RESTORE_TITLE)
