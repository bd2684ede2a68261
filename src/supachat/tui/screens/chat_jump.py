"""Going to a day: the prompt, then back page by page until that day is loaded.

Between `ChatReading` and the rest of the chat screen. Must never hold up a key: each page is asked for
when the one before it has come, and esc ends the search where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from supachat.client import Client
from supachat.domain.events import Edge, Notice
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.screens.chat_reading import ChatReading


class ChatJump(ChatReading):
    """The search for one day of the open thread."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._sought: date | None = None

    def action_date(self) -> None:
        from supachat.tui.screens.date_jump import DateJump  # late: not before the first frame

        if self.shown is not None:
            self.app.push_screen(DateJump(self.now().date()), self.seek)

    def seek(self, day: date | None) -> None:
        """Go to the first message of `day`, reading back as far as needed."""
        if day is not None and self.shown is not None:
            self._sought = day
            self.seek_on()

    def seek_words(self, text: str) -> bool:
        """The same for a day in a person's words; False, and said, where they name none."""
        from supachat.tui.screens.days import parse_day  # late: not before the first frame

        day = parse_day(text, self.now().date())
        if day is None:
            words = Safe(
                "It can be 2026-11-03, yesterday, last friday, 3 days ago. The text is still here."
            )
            self.notices.tell(Notice(Safe("That is no day"), words, "warning"))
        self.seek(day)
        return day is not None

    def seek_on(self) -> None:
        """More of the thread may have come: is the day in it?"""
        day = self._sought
        if day is None:
            return
        oldest, edge = self.pane.oldest_day, self.pane.edge
        if oldest is not None and (oldest < day or edge.is_end):
            self.stop_seeking()
            self._arrive(day)
        elif edge is Edge.FAILED:
            self.stop_seeking()
            words = Safe("Older messages could not be read. What is loaded stays; try again when live.")
            self.notices.tell(Notice(Safe(f"Not at {_named(day)} yet"), words, "warning"))
        else:
            read_to = f", read back to {_named(oldest)}" if oldest else ""
            self.typing.hold(Safe(f"going to {_named(day)}{read_to}  esc stops"))
            if edge is Edge.MORE:
                self.client.load_older()

    def stop_seeking(self) -> bool:
        """End the search where it is; whether there was one."""
        running = self._sought is not None
        self._sought = None
        if running:
            self.typing.hold(NOTHING)
        return running

    def _arrive(self, day: date) -> None:
        found = self.pane.scroll_to_day(day)
        if found is None:
            self.typing.flash(Safe(f"nothing since {_named(day)}: this is the newest"))
        elif found != day:
            self.typing.flash(Safe(f"nothing on {_named(day)}, the next is of {_named(found)}"))
        else:
            self.typing.flash(_named(day))

    def action_back(self) -> None:
        if self.stop_seeking():
            self.typing.flash(Safe("stopped"))
        else:
            super().action_back()


def _named(day: date) -> Safe:
    return Safe(f"{day.day} {day:%B} {day.year}")
