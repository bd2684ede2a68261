"""Signing out, after a question where something would be lost with it."""

from __future__ import annotations

from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.events import Notice
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Run
from supachat.tui.widgets.typing_line import Question, TypingLine


class Account:
    """The way out of the account."""

    def __init__(self, client: Client, typing: TypingLine, notices: Notices, run: Run) -> None:
        self._client = client
        self._typing = typing
        self._notices = notices
        self._run = run

    def sign_out(self) -> None:
        dropped = self._client.entry.would_drop()
        if dropped:
            words = Safe(f"Drop {dropped}?")
            self._typing.ask(Question(words, Safe("sign out"), Safe("stay"), self._answered))
        else:
            self._answered(True)

    def _answered(self, yes: bool) -> None:
        if yes:
            self._run(self._sign_out(), group="sign-out", exclusive=True)

    async def _sign_out(self) -> None:
        try:
            await self._client.entry.sign_out()
        except SupachatError as error:
            words = safe_line(str(error), limit=300)
            self._notices.tell(Notice(Safe("Still signed in"), words, "error"))
