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
    people: Sequence[PersonView], facts: Sequence[Fact], cells: int, *, tall: bool, glyphs: Glyphs = UNICODE
) -> list[Row]:
    """The whole column, each row exactly `cells` wide."""
    air = [Row()] if tall else []
    head = [Span(Safe("People"), "bold text2")]
    rows = [*air, _line(head, [Span(Safe(f"{len(people)}"), "quiet")], cells), *air]
    ordered = sorted(people, key=lambda each: (_ORDER.index(each.presence), each.me, each.name.casefold()))
    for each in ordered:
        rows.append(_person(each, cells, glyphs))
        if each.action:
            rows.append(Row((space(4), Span(cut(each.action, cells - 7, glyphs.cut), "quiet"))))
    if facts:
        rows += [Row(), *air, _line([Span(Safe("This thread"), "bold text2")], [], cells), *air]
        rows += [_fact(each, cells) for each in facts]
    return rows


def _line(left: list[Span], right: list[Span], cells: int) -> Row:
    return Row(fit([space(2), *left], [*right, space(3)], cells))


def _person(person: PersonView, cells: int, glyphs: Glyphs) -> Row:
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
    return _line(left, [Span(Safe(said), "quiet")] if said else [], cells)


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

    def show(self, people: Sequence[PersonView], facts: Sequence[Fact]) -> None:
        """Everything it shows, whole."""
        if (tuple(people), tuple(facts)) != (self._people, self._facts):
            self._people, self._facts = tuple(people), tuple(facts)
            self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        tall, glyphs = self.app.size.height >= 30, glyphs_of(self)
        if not toneless(self):
            return people_rows(self._people, self._facts, width, tall=tall, glyphs=glyphs)
        rows = people_rows(self._people, self._facts, width - 1, tall=tall, glyphs=glyphs)
        edge = Span(Safe(glyphs.edge), "rule")
        return [Row((edge, *row.spans)) for row in [*rows, *[Row()] * (height - len(rows))]]
