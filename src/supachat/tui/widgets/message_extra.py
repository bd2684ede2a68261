"""What only some sources say of a message: who its author is there, its subject, a card, its trouble.

Pure: values in, rows out, like `message_lines`, of which this is the part that most messages do without.
"""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from supachat.domain.model import Extra, Message, MessageKind, Person, PersonKind
from supachat.domain.text import Safe
from supachat.tui.glyphs import Glyphs
from supachat.tui.widgets.pieces import Piece, Role
from supachat.tui.widgets.rows import LAST, Canvas, Line
from supachat.tui.widgets.wrapping import cut_pieces, wrap

NOTHING_MORE: Final = Extra()
WORDS: Final = {
    PersonKind.CUSTOMER: "customer",
    PersonKind.AGENT: "agent",
    PersonKind.ASSISTANT: "assistant",
    PersonKind.BOT: "bot",
}
"""What stands beside a name; the glyph before it is the field of `Glyphs` of the same name."""
LABEL: Final = 14
"""The most cells that the names in a card take."""


def extra_of(item: Message) -> Extra:
    """What its source says of it beside the usual."""
    return item.extra or NOTHING_MORE


def kind_of(item: Message, person: Person | None) -> PersonKind:
    """What its author is: what the row says wins over what the person is."""
    said = extra_of(item).role
    if said is not None:
        return said
    return person.kind if person is not None else PersonKind.PERSON


def called(item: Message, person: Person | None, name: Safe) -> Safe:
    """What to call its author; of whom nothing is known but a role, that role."""
    role = extra_of(item).role
    if person is None and role is not None and item.author in ("", role.value):
        return Safe(role.value.capitalize())
    return name


def stands_alone(item: Message) -> bool:
    """Whether it gets a head of its own, however close it is to the one before."""
    extra = item.extra
    return extra is not None and (
        extra.growing or bool(extra.subject) or extra.kind is not MessageKind.TEXT
    )


def subject(item: Message, canvas: Canvas) -> tuple[Line, ...]:
    """The subject line, if it has one."""
    words = extra_of(item).subject
    if not words:
        return ()
    row = cut_pieces([Piece(words, Role.BOLD)], canvas.frame.text, canvas.frame.glyphs.cut)
    return (canvas.line(row, at=(0, 0)),)


def label(item: Message, canvas: Canvas) -> tuple[Line, ...]:
    """What a message is that is not text: what follows is its transcript, or what was done."""
    kind = extra_of(item).kind
    if kind is MessageKind.TEXT:
        return ()
    said = bool(item.body.strip())
    words = {
        MessageKind.VOICE: "voice message, transcript" if said else "voice message, no transcript",
        MessageKind.ACTION: "action",
    }[kind]
    row = cut_pieces([Piece(words, Role.QUIET)], canvas.frame.text, canvas.frame.glyphs.cut)
    return (canvas.line(row, at=(0, 0)),)


def card(item: Message, canvas: Canvas) -> tuple[Line, ...]:
    """The facts of an action: names and values on a band of their own."""
    extra = extra_of(item)
    if extra.kind is not MessageKind.ACTION or not extra.facts:
        return ()
    frame = canvas.frame
    room = max(frame.text - 2, 1)
    column = min(max(cell_len(name) for name, _ in extra.facts), LABEL, max(room // 2, 1)) + 2
    edge = Piece(frame.glyphs.edge if canvas.look.edges else " ", Role.BAND_EDGE)
    lines: list[Line] = []
    for name, value in extra.facts:
        cut = cut_pieces([Piece(" ".join(name.split()), Role.BAND_QUIET)], column - 2, frame.glyphs.cut)
        used = sum(cell_len(piece.text) for piece in cut)
        rows = wrap([Piece(" ".join(value.split()), Role.BAND)], max(room - column, 1)) or [()]
        for number, row in enumerate(rows):
            first = (*cut, Piece(" " * (column - used), Role.BAND))
            before = first if number == 0 else (Piece(" " * column, Role.BAND),)
            pieces = cut_pieces([edge, *before, *row], frame.text, frame.glyphs.cut)
            lines.append(canvas.line(pieces, fill=Role.BAND, at=(LAST, len(lines))))
    return tuple(lines)


def notice(item: Message, glyphs: Glyphs) -> tuple[Piece, tuple[Piece, ...]]:
    """The mark of whoever speaks without a name, and the words, as one run. What the project's backend
    told has a title, which stands out."""
    said = extra_of(item)
    if said.kind is not MessageKind.NOTICE:
        return Piece(glyphs.system, Role.QUIET), (Piece(" ".join(item.body.split()), Role.QUIET, 0, 0),)
    title, _, body = item.body.partition("\n")
    mark = Piece(glyphs.alert, Role.ERROR) if said.urgent else Piece(glyphs.system, Role.ACCENT)
    words = " ".join(body.split())
    rest = (Piece("  "), Piece(words, Role.QUIET, 1, 0)) if words else ()
    return mark, (Piece(title, Role.TEXT2, 0, 0), *rest)


def trouble(item: Message, canvas: Canvas) -> tuple[Line, ...]:
    """Why the other side failed with it, or that it is not finished."""
    words = extra_of(item).trouble
    if not words:
        return ()
    rows = wrap([Piece(words, Role.ERROR)], canvas.frame.text)
    return tuple(canvas.line(row, at=(LAST, number)) for number, row in enumerate(rows, 1))


def hearsay(item: Message, *, wide: bool) -> tuple[Piece, ...]:
    """That nobody can say who wrote it, before the time. Of one's own there is no doubt."""
    if item.own or not extra_of(item).hearsay:
        return ()
    return (Piece("unverified" if wide else "?", Role.QUIET),)
