"""Going to a place in a thread: to a day, page by page until it is loaded, or to what a search found.

Must never hold up a key: each page is asked for when the one before it has come, and esc ends the way
where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from supachat.client import Client
from supachat.domain.changes import Sought
from supachat.domain.events import Edge, Notice
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Focus, Go, Middle, Push
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.typing_line import TypingLine

if TYPE_CHECKING:
    from supachat.tui.screens.search import Found


class Seeking:
    """One way at a time: `alt+g` and `/date`, `alt+s` and `/search`."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        pane: MessageList,
        typing: TypingLine,
        notices: Notices,
        *,
        now: Callable[[], datetime],
        push: Push,
        go: Go,
        focus: Focus,
    ) -> None:
        self._client = client
        self._middle = middle
        self._pane = pane
        self._typing = typing
        self._notices = notices
        self._now = now
        self._push = push
        self._go = go
        self._focus = focus
        self._goal: date | Found | None = None
        """What is not on the screen yet."""

    def stop(self) -> bool:
        """End the way where it is; whether there was one."""
        goal, self._goal = self._goal, None
        if goal is None:
            return False
        if not isinstance(goal, date):
            self._client.stop_seeking()
        self._typing.hold(NOTHING)
        return True

    def leave(self) -> bool:
        """The same, by esc."""
        stopped = self.stop()
        if stopped:
            self._typing.flash(Safe("stopped"))
        return stopped

    # ------------------------------------------------------------ to a day

    def ask_day(self) -> None:
        from supachat.tui.screens.date_jump import DateJump  # late: not before the first frame

        if self._middle.thread is not None:
            self._push(DateJump(self._now().date()), self._to_day)

    def day_in(self, words: str) -> bool:
        """To a day in a person's words; False, and said, where they name none."""
        from supachat.tui.screens.days import parse_day  # late: not before the first frame

        day = parse_day(words, self._now().date())
        if day is None:
            can_be = Safe(
                "It can be 2026-11-03, yesterday, last friday, 3 days ago. The text is still here."
            )
            self._notices.tell(Notice(Safe("That is no day"), can_be, "warning"))
        self._to_day(day)
        return day is not None

    def _to_day(self, day: date | None) -> None:
        """To the first message of `day`, reading back as far as needed."""
        if day is not None and self._middle.thread is not None:
            self.stop()
            self._goal = day
            self.go_on()

    def go_on(self) -> None:
        """More of the thread may have come: is the day in it?"""
        day = self._goal
        if not isinstance(day, date):
            return
        oldest, edge = self._pane.oldest_day, self._pane.edge
        if oldest is not None and (oldest < day or edge.is_end):
            self.stop()
            self._arrive(day)
        elif edge is Edge.FAILED:
            self.stop()
            words = Safe("Older messages could not be read. What is loaded stays; try again when live.")
            self._notices.tell(Notice(Safe(f"Not at {_named(day)} yet"), words, "warning"))
        else:
            read_to = f", read back to {_named(oldest)}" if oldest else ""
            self._typing.hold(Safe(f"going to {_named(day)}{read_to}  esc stops"))
            if edge is Edge.MORE:
                self._client.load_older()

    def _arrive(self, day: date) -> None:
        found = self._pane.scroll_to_day(day)
        if found is None:
            self._typing.flash(Safe(f"nothing since {_named(day)}: this is the newest"))
        elif found != day:
            self._typing.flash(Safe(f"nothing on {_named(day)}, the next is of {_named(found)}"))
        else:
            self._typing.flash(_named(day))

    # ------------------------------------------------------------ to what was found

    def search(self, words: str = "") -> bool:
        """The page of the search, with these words in it. True: any words will do."""
        from supachat.tui.screens.search import SearchPage  # late: not before the first frame

        self._push(SearchPage(self._client, self._now, words), self._to_found)
        return True

    def _to_found(self, found: Found | None) -> None:
        if found is None:
            return
        self._go(found.thread)
        if found.at is not None:
            self._goal = found
            self._typing.hold(Safe("going to that message  esc stops"))
            self._client.seek(found.thread, found.at)

    def sought(self, change: Sought) -> None:
        """The message is there, with the page around it; or it is said why not."""
        found = self._goal
        if found is None or isinstance(found, date) or change.thread != self._client.open_thread:
            return
        self.stop()
        if change.found and self._pane.show_found(change.message, found.words):
            self._focus(self._pane)
        else:
            words = safe_line(f"{change.reason}. What is loaded stays.", limit=200)
            self._notices.tell(Notice(Safe("Not at that message"), words, "warning"))


def _named(day: date) -> Safe:
    return Safe(f"{day.day} {day:%B} {day.year}")
