"""From one item of a thread and its neighbours to the rows that show it.

The one pure function of the pane: everything it needs is an argument, so that each rule of the look is a
row in a table of tests. Knows nothing of scrolling, of other messages' heights or of Textual's screen.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len

from supachat.domain.mentions import calls
from supachat.domain.model import Delivery, Gap, Item, Message, Person, PersonKind
from supachat.domain.text import Safe, safe_line
from supachat.domain.values import dataclass
from supachat.tui.widgets import across
from supachat.tui.widgets import message_extra as extra
from supachat.tui.widgets.body import Body, draw_body
from supachat.tui.widgets.found import Sought
from supachat.tui.widgets.frame import Frame
from supachat.tui.widgets.paint import Look, Row
from supachat.tui.widgets.pieces import Piece, Role
from supachat.tui.widgets.rows import LAST, Canvas, Line
from supachat.tui.widgets.wrapping import cut, cut_pieces, wrap

GROUP_MICROS = 5 * 60 * 1_000_000
"""Messages of one author this close stand under one name."""


def _nobody(_person: str) -> Person | None:
    return None


class Cast:
    """Who the people are, as they were when they were first asked for.

    `resolve` takes a person id of the thread's source; `me` is the reader's.
    """

    def __init__(self, resolve: Callable[[str], Person | None] = _nobody, me: str = "") -> None:
        self.me = me
        self.resolve = resolve
        self._known: dict[str, Person | None] = {}

    def person(self, person_id: str) -> Person | None:
        if person_id not in self._known:
            self._known[person_id] = self.resolve(person_id)
        return self._known[person_id]

    def changed(self) -> bool:
        """Whether somebody whom it knows is called otherwise by now."""
        return any(self.resolve(person_id) != known for person_id, known in self._known.items())

    def name(self, person_id: str) -> Safe:
        """What to call them; their id where nothing is known."""
        person = self.person(person_id)
        return person.name if person is not None and person.name else safe_line(person_id, limit=40)

    def calls(self) -> frozenset[str]:
        """What others write after an @ to mean the reader, folded to lower case."""
        person = self.person(self.me) if self.me else None
        return calls(person.name, person.handle) if person is not None else frozenset()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message answers: its author and first line, or what stands for it."""

    author: str
    text: Safe
    own: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """An item where it stands."""

    item: Item
    before: Item | None = None
    """The item above it; None at the top of what is known."""
    new: int = 0
    """Stands under the line "n new"; 0 for no line."""
    run: int = 1
    """For a deleted message: how many follow each other from here; 0 if an earlier row shows it."""
    row: Row = Row.PLAIN
    expanded: bool = False
    reply: Reply | None = None
    found: Sought | None = None
    """What a search looked for."""
    below: bool = False
    """Why it was not sent stands below the next one, which was not sent for the same reason."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The rows of an item. The first `lead` of them stand above its text: air, day, new, author."""

    lines: tuple[Line, ...]
    lead: int
    opens: bool = False
    """Something of it is folded or cut, or was: Enter changes it."""


def draw(scene: Scene, frame: Frame, look: Look, cast: Cast) -> Drawn:
    """The rows of `scene`, each exactly `frame.width` cells. None for a message shown by another's row."""
    item = scene.item
    plain, own = Canvas(frame, look), Canvas(frame, look, scene.row)
    above = _above(scene, plain)
    if isinstance(item, Gap):
        return Drawn((*above, across.gap(own, item)), len(above))
    if item.deleted and scene.run == 0:
        return Drawn((), 0)
    head = [] if is_notice(item, cast) or grouped(scene, frame) else [_head(item, own, cast)]
    body = _message(scene, own, cast, headed=bool(head))
    return Drawn((*above, *head, *body.lines), len(above) + len(head), body.opens)


def is_notice(item: Item, cast: Cast) -> bool:
    """Whether the item is the system speaking: no author, no head."""
    if isinstance(item, Gap):
        return False
    return extra.kind_of(item, cast.person(item.author)) is PersonKind.SYSTEM


def grouped(scene: Scene, frame: Frame) -> bool:
    """Whether a message stands under the name of the one above it."""
    item, before = scene.item, scene.before
    return (
        isinstance(item, Message)
        and isinstance(before, Message)
        and item.author == before.author
        and item.own == before.own
        and not (before.is_notice or scene.new or item.reply_to or extra.stands_alone(item))
        and 0 <= item.at - before.at <= GROUP_MICROS
        and same_day(item, before, frame)
    )


def same_day(item: Message, before: Message, frame: Frame) -> bool:
    """Whether no day begins between the two, in the reader's zone."""
    return abs(item.at - before.at) < 86_400_000_000 and frame.day(item.at) == frame.day(before.at)


def _above(scene: Scene, canvas: Canvas) -> list[Line]:
    """Air, the day and the new line: whatever separates the item from the one above."""
    item, before, frame = scene.item, scene.before, canvas.frame
    lines: list[Line] = []
    air = [canvas.empty()] if frame.airy else []
    if isinstance(item, Message):
        known = before.at if isinstance(before, Message) else item.at if before else None
        if known is None or frame.day(item.at) != frame.day(known):
            lines += [*(air if before else []), across.day(canvas, item.at)]
        if scene.new:
            lines += [*(air if before or lines else []), across.new(canvas, scene.new)]
    apart = bool(lines) or (before is not None and not _close(scene, frame))
    return lines + (air if apart else [])


def _close(scene: Scene, frame: Frame) -> bool:
    """Whether no air belongs above the item: it continues a group, or a run of notices."""
    item, before = scene.item, scene.before
    if isinstance(item, Message) and isinstance(before, Message) and item.is_notice and before.is_notice:
        return True
    return grouped(scene, frame)


def _head(item: Message, canvas: Canvas, cast: Cast) -> Line:
    """Mark, name, kind, meta."""
    frame = canvas.frame
    person = cast.person(item.author)
    kind = extra.WORDS.get(extra.kind_of(item, person), "")
    if item.own:
        mark, name = Piece(frame.glyphs.you, Role.ME), Piece("You", Role.ME)
        kind = kind if item.extra is not None else ""
    else:
        glyph = getattr(frame.glyphs, kind) if kind else " "
        called = extra.called(item, person, cast.name(item.author))
        mark, name = Piece(glyph, Role.NAME), Piece(called, Role.NAME)
    text = [Piece(cut(name.text, frame.text, frame.glyphs.cut), name.role)]
    tail = Piece(f"  {kind}", Role.QUIET)
    if kind and cell_len(name.text) + len(tail.text) <= frame.text:
        text.append(tail)
    return canvas.line(text, mark=mark, meta=meta(item, frame, head=True), at=(0, 0), edge=True)


def meta(item: Message, frame: Frame, *, head: bool) -> list[Piece]:
    """What stands at the right: for one's own message how far it got, then the time."""
    wide = frame.meta >= 17
    pieces: list[Piece] = []
    if item.own and item.delivery is not Delivery.RECEIVED:  # else not on disk yet: it claims nothing
        glyph, words, role = _fate(item, frame)
        pieces.append(Piece(words if wide else glyph, role))
    pieces += extra.hearsay(item, wide=wide)
    gap = ("  " if wide else " ") if pieces else ""
    if extra.extra_of(item).growing:
        pieces.append(Piece(f"{gap}writing", Role.ACCENT))
    elif head or not frame.terse:
        pieces.append(Piece(gap + frame.clock(item.at), Role.QUIET))
    return pieces


def _fate(item: Message, frame: Frame) -> tuple[str, str, Role]:
    """Glyph, words and colour of one's own message's delivery."""
    glyphs = frame.glyphs
    match item.delivery:
        case Delivery.QUEUED:
            return glyphs.waiting, f"{glyphs.waiting} queued", Role.QUIET
        case Delivery.SENDING:
            return glyphs.sending, f"{glyphs.sending} sending", Role.QUIET
        case Delivery.FAILED:
            return glyphs.failed, f"{glyphs.failed} not sent", Role.ERROR
    if item.seen_by:
        count = str(item.seen_by) if item.seen_by < 10 else "+"
        return glyphs.done + count, f"seen by {min(item.seen_by, 9999)}", Role.QUIET
    return glyphs.done, f"{glyphs.done} sent", Role.QUIET


def _message(scene: Scene, canvas: Canvas, cast: Cast, *, headed: bool) -> Body:
    """Everything of a message that stands below its head."""
    item = scene.item
    assert isinstance(item, Message)
    first_meta = [] if headed else meta(item, canvas.frame, head=False)
    if is_notice(item, cast):
        return Body(_notice(item, canvas), opens=False)
    if item.deleted:
        words = "message deleted" if scene.run <= 1 else f"{scene.run} messages deleted"
        return Body(
            (canvas.line([Piece(words, Role.GONE)], meta=first_meta, edge=not headed),), opens=False
        )
    before = _reply(scene.reply, canvas, cast) if item.reply_to else ()
    before = (*before, *extra.subject(item, canvas), *extra.label(item, canvas))
    body = draw_body(
        item,
        canvas,
        cast.calls(),
        meta=() if before else first_meta,
        edge=not headed and not before,
        expanded=scene.expanded,
        found=scene.found,
    )
    card = extra.card(item, canvas)
    text = body.lines
    if not item.body.strip() and (card or before):
        text = ()
    elif not item.body and not (item.extra is not None and item.extra.growing):
        # a picture, say, that stands in a column which no map can name
        text = (canvas.line([Piece("no text", Role.QUIET)], meta=first_meta, edge=not headed),)
    after = _not_sent(item, canvas, why=not scene.below) if item.delivery is Delivery.FAILED else ()
    return Body((*before, *text, *card, *extra.trouble(item, canvas), *after), body.opens)


def _notice(item: Message, canvas: Canvas) -> tuple[Line, ...]:
    mark, words = extra.notice(item, canvas.frame.glyphs)
    rows = wrap(words, canvas.frame.text)
    when = [Piece(canvas.frame.clock(item.at), Role.QUIET)]
    first = canvas.line(rows[0], mark=mark, meta=when, edge=True)
    return (first, *(canvas.line(row) for row in rows[1:]))


def _reply(reply: Reply | None, canvas: Canvas, cast: Cast) -> tuple[Line, ...]:
    """What is answered, on one row."""
    frame = canvas.frame
    pieces = [Piece(f"{frame.glyphs.reply} ", Role.QUIET)]
    if reply is None:
        pieces.append(Piece("an earlier message", Role.QUIET))
    else:
        if reply.author:
            name = "You" if reply.own else cast.name(reply.author)
            pieces += [Piece(name, Role.TEXT2), Piece("  ")]
        pieces.append(Piece(reply.text, Role.QUIET))
    return (canvas.line(cut_pieces(pieces, frame.text, frame.glyphs.cut), at=(0, -1)),)


def _not_sent(item: Message, canvas: Canvas, *, why: bool) -> tuple[Line, ...]:
    """Why, and what can be done."""
    words = Piece(f"not sent: {item.reason}" if item.reason else "not sent", Role.ERROR)
    rows = wrap([words], canvas.frame.text) if why else ()
    lines = [canvas.line(row, at=(LAST, at)) for at, row in enumerate(rows, 1)]
    verbs: list[Piece] = []
    for key, verb in (("r", "retry"), ("e", "edit"), ("x", "discard")):
        click = f"verb({verb!r})"
        verbs += [Piece("  ")] if verbs else []
        verbs += [Piece(key, Role.HEADING, click=click), Piece(f" {verb}", Role.QUIET, click=click)]
    row = cut_pieces(verbs, canvas.frame.text, canvas.frame.glyphs.cut)
    return (*lines, canvas.line(row, at=(LAST, len(lines) + 1)))


def estimate(item: Item, frame: Frame) -> int:
    """About how many rows the item takes: cheap, asked for every message that is not near the view."""
    if isinstance(item, Gap) or item.deleted or item.is_notice:
        return 1
    body = item.body
    rows = 1 + len(body) // frame.text
    if "\n" in body:
        rows += body.count("\n")
    if not body.isascii():
        rows += len(body) // (2 * frame.text)
    return min(rows, frame.longest) + 1
