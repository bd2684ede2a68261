"""What the chat screen tells the app: that somebody should sign in, what is told outside the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.message import Message

from supachat.domain.text import Safe

SIGN_OUT: Final = "sign-out"
SIGN_IN: Final = "sign-in"
"""Commands of the palette that the app offers and the chat answers."""


class SignInWanted(Message):
    """The session is over, or there never was one; `reason` may be empty."""

    def __init__(self, reason: Safe) -> None:
        super().__init__()
        self.reason = reason


class CommandWanted(Message):
    """Something of the palette that is not the chat's: a theme, a workspace. `unkept` is told why what was
    chosen could not be written down."""

    def __init__(self, command: str, unkept: Callable[[Safe], None]) -> None:
        super().__init__()
        self.command = command
        self.unkept = unkept


class Told(Message):
    """To be told outside the terminal too."""

    def __init__(self, title: Safe, details: Safe, urgent: bool) -> None:
        super().__init__()
        self.title = title
        self.details = details
        self.urgent = urgent


class Unread(Message):
    """So many messages are unread."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
