"""Toasts: top right under the header, beside the people, three at most, never over the composer.

Errors and hints stay until Esc or a click, others go after five seconds. A toast never tells what the
badge tells.
Takes `Safe` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual import events
from textual.containers import Vertical
from textual.message import Message as Post
from textual.timer import Timer

from supachat.domain.events import Notice
from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, space, wrap
from supachat.tui.widgets.drawn import Drawn, glyphs_of

STAYS: Final = 5.0
STAYING: Final = ("error", "hint")
"""The grades that wait for Esc. A hint tells something of use when there is time for it."""
MOST: Final = 3


def toast_rows(notice: Notice, cells: int, glyphs: Glyphs = UNICODE) -> list[Row]:
    """Air, the title with its glyph, the details, the way to close an error, air."""
    glyph, colour = {
        "error": (glyphs.alert, "error"),
        "warning": (glyphs.alert, "warning"),
        "hint": (glyphs.assistant, "accent"),
    }.get(notice.grade, (glyphs.done, "success"))
    rows = [Row()]
    for number, line in enumerate(wrap(notice.title, cells - 6)):
        mark = Span(Safe(f"{glyph} " if number == 0 else "  "), colour)
        rows.append(Row((space(2), mark, Span(line, "bold foreground"))))
    details = wrap(notice.details, cells - 6) if notice.details else []
    rows += [Row((space(4), Span(line, "text2"))) for line in details]
    if notice.grade in STAYING:
        rows.append(Row((space(4), Span(Safe("esc"), "bold text2"), Span(Safe(" close"), "quiet"))))
    return [*rows, Row()]


class Toast(Drawn):
    """One notice."""

    ON: ClassVar[str] = "panel"

    class Closed(Post):
        """It has been read."""

        def __init__(self, notice: Notice) -> None:
            super().__init__()
            self.notice = notice

    def __init__(self, notice: Notice, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.notice = notice
        self._stays: Timer | None = None

    def fit(self, cells: int) -> None:
        """Take the room it needs, before it is mounted: set later it may come too late for the layout."""
        self.styles.width = cells
        self.styles.height = len(toast_rows(self.notice, cells))

    def on_mount(self) -> None:
        self.stay()

    def stay(self) -> None:
        """Its seconds begin now."""
        if self._stays is not None:
            self._stays.stop()
        if self.notice.grade not in STAYING:
            self._stays = self.set_timer(STAYS, self._stayed)

    def _stayed(self) -> None:
        if self.visible:  # else nobody has seen it yet, see `Notices.uncover`
            self.close()

    def close(self) -> None:
        """Go away; the ones below move up."""
        self.post_message(self.Closed(self.notice))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.close()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return toast_rows(self.notice, width, glyphs_of(self))


class Notices(Vertical):
    """The place where toasts stand; empty it takes no room and no click."""

    _cells = 0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._told: list[Notice] = []
        """What is to be seen, the oldest first."""
        self._toasts: list[Toast] = []

    @property
    def busy(self) -> bool:
        """Whether something is being told."""
        return bool(self._told)

    def tell(self, notice: Notice) -> None:
        """Show it; the oldest goes if there are too many, an error last."""
        if notice in self._told:
            return
        if len(self._told) >= MOST:
            gentle = [told for told in self._told if told.grade != "error"]
            self._told.remove((gentle or self._told)[0])
        self._told.append(notice)
        self.display = True
        self.call_next(self._show)

    def _show(self) -> None:
        """Of a burst what is left of it: a toast for each notice, and none for what has gone."""
        for toast in [toast for toast in self._toasts if toast.notice not in self._told]:
            self._toasts.remove(toast)
            toast.remove()
        here = [toast.notice for toast in self._toasts]
        for notice in [told for told in self._told if told not in here]:
            toast = Toast(notice)
            toast.fit(self._cells)
            self._toasts.append(toast)
            self.mount(toast)

    def on_toast_closed(self, event: Toast.Closed) -> None:
        event.stop()
        self._forget([event.notice])

    def _forget(self, notices: Sequence[Notice]) -> None:
        self._told = [told for told in self._told if told not in notices]
        self.call_next(self._show)

    def cover(self) -> None:
        """Another screen lies over this one: beside a picker's box only half the words were seen."""
        self.visible = False

    def uncover(self) -> None:
        """It is gone: whatever was told meanwhile is seen from now on."""
        self.visible = True
        for toast in self._toasts:
            toast.stay()

    def lay_out(self, cells: int, beside: int) -> None:
        """Toasts of so many cells, so many from the right edge."""
        self._cells = cells
        self.styles.offset = (-beside, 0)
        for toast in self._toasts:
            toast.fit(cells)

    def dismiss(self) -> bool:
        """Close all; whether there was an error among them."""
        told = self._told
        self._forget(told)
        return any(notice.grade == "error" for notice in told)
