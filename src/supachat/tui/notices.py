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

    def __init__(self, notice: Notice, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.notice = notice

    def fit(self, cells: int) -> None:
        """Take the room it needs, before it is mounted: set later it may come too late for the layout."""
        self.styles.width = cells
        self.styles.height = len(toast_rows(self.notice, cells))

    def on_mount(self) -> None:
        if self.notice.grade not in STAYING:
            self.set_timer(STAYS, self.close)

    def close(self) -> None:
        """Go away; the ones below move up."""
        self.remove()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.close()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return toast_rows(self.notice, width, glyphs_of(self))


class Notices(Vertical):
    """The place where toasts stand; empty it takes no room and no click."""

    _cells = 0

    @property
    def busy(self) -> bool:
        """Whether something is being told."""
        return bool(self.query(Toast))

    def tell(self, notice: Notice) -> None:
        """Show it; the oldest goes if there are too many, an error last."""
        shown = list(self.query(Toast))
        if any(toast.notice == notice for toast in shown):
            return
        if len(shown) >= MOST:
            gentle = [toast for toast in shown if toast.notice.grade != "error"]
            (gentle or shown)[0].close()
        toast = Toast(notice)
        toast.fit(self._cells)
        self.display = True
        self.mount(toast)

    def lay_out(self, cells: int, beside: int) -> None:
        """Toasts of so many cells, so many from the right edge."""
        self._cells = cells
        self.styles.offset = (-beside, 0)
        for toast in self.query(Toast):
            toast.fit(cells)

    def dismiss(self) -> bool:
        """Close all; whether there was an error among them."""
        shown = list(self.query(Toast))
        for toast in shown:
            toast.close()
        return any(toast.notice.grade == "error" for toast in shown)
