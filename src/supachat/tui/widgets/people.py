"""The people of a thread and what is known of the thread: a column on wide screens, else over the pane.

Names come from profiles. Presence that is not known is left blank: it is never shown as offline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from supachat.domain.model import NOTHING, PersonKind, Presence
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, fit, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of, toneless
from supachat.tui.widgets.marks import of_presence

_ORDER = (Presence.ONLINE, Presence.AWAY, Presence.OFFLINE, Presence.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PersonView:
    """One row. `id` goes back with a click, to open a thread with that person."""

    id: str
    name: Safe
    presence: Presence
    kind: PersonKind = PersonKind.PERSON
    me: bool = False
    owner: bool = False
    seen: Safe = NOTHING
    """When they were last there."""
    action: Safe = NOTHING
    """What they did last, in their words."""


@dataclass(frozen=True, slots=True)
class Fact:
    label: Safe
    words: Safe


def people_rows(
    people: Sequence[PersonView],
    facts: Sequence[Fact],
    cells: int,
    height: int,
    *,
    skip: int = 0,
    tall: bool,
    glyphs: Glyphs = UNICODE,
) -> list[Row]:
    """The whole column, each row exactly `cells` wide. Where not everybody has room, the first `skip` are
    left out, and what stands below is counted."""
    air = [Row()] if tall else []
    count = [Span(Safe(f"{len(people)}"), "quiet")]
    head = [*air, _line([Span(Safe("People"), "bold text2")], count, cells), *air]
    foot = [Row(), *air, _line([Span(Safe("This thread"), "bold text2")], [], cells), *air] if facts else []
    foot += [_fact(each, cells) for each in facts]
    ordered = sorted(people, key=lambda each: (_ORDER.index(each.presence), each.me, each.name.casefold()))
    drawn = [_person(each, cells, glyphs) for each in ordered]
    room = height - len(head) - len(foot)
    while skip and sum(map(len, drawn[skip - 1 :])) <= room:
        skip -= 1  # nothing is left out at the top that has room
    end = min(len(drawn), skip + max(0, room))
    while end > skip and sum(map(len, drawn[skip:end])) + (end < len(drawn)) > room:
        end -= 1
    more = Span(Safe(f"{len(drawn) - end:,} more below"), "quiet")
    below = [_line([space(2), more], [], cells)] if end < len(drawn) else []
    return [*head, *(row for rows in drawn[skip:end] for row in rows), *below, *foot]


def _line(left: list[Span], right: list[Span], cells: int) -> Row:
    return Row(fit([space(2), *left], [*right, space(3)], cells))


def _person(person: PersonView, cells: int, glyphs: Glyphs) -> list[Row]:
    glyph, colour = of_presence(person.presence, glyphs)
    here = person.presence in (Presence.ONLINE, Presence.AWAY)
    name = Safe("You") if person.me else person.name
    left = [
        Span(Safe(f"{glyph} "), colour),
        Span(name, "foreground" if here else "text2", "" if person.me else person.id),
    ]
    kind = "" if person.kind is PersonKind.PERSON else person.kind.value
    said = "owner" if person.owner else kind or person.seen
    said = said or ("away" if person.presence is Presence.AWAY else "")
    row = _line(left, [Span(Safe(said), "quiet")] if said else [], cells)
    did = Row((space(4), Span(cut(person.action, cells - 7, glyphs.cut), "quiet")))
    return [row, did] if person.action else [row]


def _fact(fact: Fact, cells: int) -> Row:
    room = cells - 15
    return Row((space(2), Span(Safe(f"{fact.label:<10}"), "quiet"), Span(cut(fact.words, room), "text2")))


class PeopleColumn(Drawn):
    """The widget. A click on a name acts as that person's id."""

    ON: ClassVar[str] = "surface"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._people: tuple[PersonView, ...] = ()
        self._facts: tuple[Fact, ...] = ()
        self._skip = 0

    def show(self, people: Sequence[PersonView], facts: Sequence[Fact]) -> None:
        """Everything it shows, whole."""
        if (tuple(people), tuple(facts)) != (self._people, self._facts):
            self._people, self._facts = tuple(people), tuple(facts)
            self.redraw()

    def begin(self) -> None:
        """Another thread: from its first person on."""
        self._skip = 0
        self.redraw()

    def on_mouse_scroll_down(self) -> None:
        self._wheel(1)

    def on_mouse_scroll_up(self) -> None:
        self._wheel(-1)

    def _wheel(self, by: int) -> None:
        """Not beyond the end, where another step shows the same."""
        before, skipped = self.rows(*self.size), self._skip
        self._skip = max(0, skipped + by)
        if by > 0 and self.rows(*self.size) == before:
            self._skip = skipped
        self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        tall, glyphs, edged = self.app.size.height >= 30, glyphs_of(self), toneless(self)
        rows = people_rows(
            self._people, self._facts, width - edged, height, skip=self._skip, tall=tall, glyphs=glyphs
        )
        if not edged:
            return rows
        edge = Span(Safe(glyphs.edge), "rule")
        return [Row((edge, *row.spans)) for row in [*rows, *[Row()] * (height - len(rows))]]
