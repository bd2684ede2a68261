"""What waits to be sent, on the health page: one row for each draft. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from supachat.domain.health import Health, Waiting
from supachat.domain.model import Act, DraftState
from supachat.domain.text import Safe
from supachat.tui.glyphs import Glyphs
from supachat.tui.spans import Row, Span, cut, space, width
from supachat.tui.widgets.badge import ordinal
from supachat.tui.widgets.health_parts import Look, columns, count, heading, up_to
from supachat.tui.widgets.when import span

MOST: Final = 20
"""Drafts that are shown; of the others their number."""
_LOOKS: Final = {
    DraftState.QUEUED: Look("waiting", "quiet", "queued"),
    DraftState.SENDING: Look("sending", "quiet", "sending"),
    DraftState.FAILED: Look("failed", "error", "not sent"),
}
_CHANGES: Final = {Act.EDIT: "an edit: ", Act.DELETE: "a delete"}


def outbox_rows(health: Health, waiting: Sequence[Waiting], cells: int, glyphs: Glyphs) -> list[Row]:
    """The section; those that need somebody come first."""
    if not waiting:
        return [Row(), heading("Outbox", "nothing waits", cells, glyphs)]
    needs = "needs" if health.failed == 1 else "need"
    words = f"{health.queued:,} waiting, {health.failed:,} {needs} you"
    rows = [Row(), heading("Outbox", words, cells, glyphs, "error" if health.failed else "quiet")]
    ordered = sorted(waiting, key=lambda one: one.state is not DraftState.FAILED)
    rows += [_row(one, cells, glyphs) for one in ordered[:MOST]]
    if len(ordered) > MOST:
        more = Safe(f"and {count(len(ordered) - MOST, 'message')} more")
        rows.append(Row((space(6), Span(more, "quiet"))))
    return rows


def _row(one: Waiting, cells: int, glyphs: Glyphs) -> Row:
    look, at = _LOOKS[one.state], columns(cells)
    glyph = Span(Safe(f"{getattr(glyphs, look.glyph)} "), look.look)
    title = Span(cut(one.title, at.state - 8, glyphs.cut), "foreground")
    head = up_to([space(4), glyph, title], at.state)
    head.append(Span(Safe(look.words), "text2" if look.look == "quiet" else look.look))
    age = span(one.age)
    if at.since:
        head = [*up_to(head, at.since), Span(age, "quiet")]
    head = up_to(head, at.row_note)
    note = _note(one) if at.since else ", ".join(part for part in (age, _note(one)) if part)
    return Row((*head, Span(cut(Safe(note), max(0, cells - width(head) - 4), glyphs.cut), "text2")))


def _note(one: Waiting) -> str:
    """What the last try came to and how many there were, then what it is."""
    tries = f"{ordinal(one.tries)} try" if one.tries else ""
    text = f'"{one.words}"' if one.act is not Act.DELETE else ""
    return ", ".join(part for part in (one.reason, tries, _CHANGES.get(one.act, "") + text) if part)
