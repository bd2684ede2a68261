"""What the parts of the chat screen are given of it: what is open, and narrow ways to reach beyond.

A part is a plain object about one subject. The screen makes it and routes to it; a part must never know
the screen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

from textual.message import Message as Post
from textual.screen import Screen
from textual.widget import Widget

from supachat.domain.events import Notice
from supachat.domain.keeping import AHEAD, TextKey
from supachat.domain.model import ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices

T = TypeVar("T")
Then = Callable[[T | None], None] | Callable[[T | None], Awaitable[None]]
"""What is done with the answer of a screen that closes."""
Focus = Callable[[Widget | None], None]
"""Give a widget the keyboard at once: its own `focus` comes later, and the next key may be on its way."""
Tell = Callable[[Post], object]
"""Send a post upwards, to the app."""
Go = Callable[[ThreadKey], None]
"""Open a thread."""


class Push(Protocol):
    """Open a screen over the chat; `then` gets what it came back with."""

    def __call__(self, screen: Screen[T], then: Then[T] | None = None, /) -> object: ...


class Run(Protocol):
    """Start work that waits for the server; `exclusive` ends what of its group still runs."""

    def __call__(self, work: Coroutine[Any, Any, None], /, *, group: str, exclusive: bool) -> object: ...


class Middle:
    """What stands in the middle of the screen."""

    def __init__(self) -> None:
        self.thread: ThreadKey | None = None
        """The thread whose composer is on the screen."""
        self.feed: tuple[str, str] | None = None
        """The source and the feed that stand in the pane instead of a thread."""

    @property
    def written(self) -> TextKey:
        """What the text of the composer is for, where it is no edit."""
        return self.thread or AHEAD


def misread(notices: Notices, title: str, form: str) -> bool:
    """Say that the words behind a slash were not understood, and how they are written. False."""
    words = safe_line(f"It is written {form}. The text is still here.", limit=300)
    notices.tell(Notice(Safe(title), words, "warning"))
    return False
