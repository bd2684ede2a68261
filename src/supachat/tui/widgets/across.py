"""The lines that go across the pane, and the few rows at its upper end. Pure."""

from __future__ import annotations

from supachat.domain.events import Edge
from supachat.domain.model import Gap, Micros
from supachat.domain.text import Safe
from supachat.tui.widgets.frame import LEFT, Frame
from supachat.tui.widgets.pieces import Piece, Role
from supachat.tui.widgets.rows import Canvas, Line
from supachat.tui.widgets.wrapping import cut, cut_pieces, wrap


def day(canvas: Canvas, at: Micros) -> Line:
    """A day begins."""
    label = [Piece(canvas.frame.day_name(at), Role.QUIET_BOLD)]
    return canvas.across(_fit(label, canvas), canvas.frame.glyphs.rule, Role.RULE)


def new(canvas: Canvas, count: int) -> Line:
    """From here on the reader has not seen it."""
    label = [Piece(f"{count:,} new", Role.ME)]
    return canvas.across(_fit(label, canvas), canvas.frame.glyphs.rule, Role.ACCENT)


def gap(canvas: Canvas, item: Gap) -> Line:
    """A stretch that is missing, and how it is filled."""
    frame = canvas.frame
    after, before = _moments(item, frame)
    role = Role.ACCENT if item.filling else Role.WARNING
    if item.filling:
        done = "" if item.about is None else f", {item.filled:,} of {guess(item.about + item.filled)}"
        text = f"filling{done or f', {after} to {before}'}"
    elif frame.meta >= 17:
        many = "messages" if item.about is None else f"{guess(item.about)} messages"
        text = f"{many} missing between {after} and {before}  Enter fills"
    else:
        many = "messages missing" if item.about is None else f"{guess(item.about)} missing"
        text = f"{many}, {after} to {before}  Enter fills"
    label = _fit([Piece(text, role, click="" if item.filling else "fill")], canvas)
    return canvas.across(label, frame.glyphs.gap, role, before=2, edge=True)


def guess(count: int) -> str:
    """A number that is a guess, in no more digits than it is worth: two, and under a hundred all.

    >>> [guess(7), guess(343), guess(12_846)]
    ['~7', '~340', '~13,000']
    """
    return f"~{round(count, min(0, 2 - len(str(count)))):,}"


def _moments(item: Gap, frame: Frame) -> tuple[str, str]:
    """Both ends as times, with their days if those differ."""
    ends = (item.after.at, item.before.at)
    if frame.day(ends[0]) == frame.day(ends[1]):
        return frame.clock(ends[0]), frame.clock(ends[1])
    named = [f"{frame.when(at).day} {frame.when(at):%b} {frame.clock(at)}" for at in ends]
    return named[0], named[1]


def _fit(label: list[Piece], canvas: Canvas) -> list[Piece]:
    return list(cut_pieces(label, canvas.frame.end - LEFT, canvas.frame.glyphs.cut))


def top(canvas: Canvas, edge: Edge, reason: Safe, first: Micros | None) -> tuple[Line, ...]:
    """The row above the oldest item: always as tall, so that nothing moves when it changes."""
    frame = canvas.frame
    air = (canvas.empty(),) if frame.airy else ()
    if edge is Edge.LOADING:
        words = [Piece("Reading 50 older messages", Role.QUIET)]
        line = canvas.line(words, mark=Piece(frame.glyphs.system, Role.QUIET))
    elif edge is Edge.WAITING:
        line = canvas.line([Piece("Older messages come once there is a connection", Role.QUIET)])
    elif edge is Edge.FAILED:
        line = _failed(canvas, "older messages could not be read", reason)
    elif edge.is_end and first is not None:
        date = frame.when(first)
        what = "What was heard here" if edge is Edge.HEARD else "This is where the thread"
        words = [Piece(f"{what} begins, {date.day} {date:%B} {date.year}", Role.QUIET)]
        line = canvas.line(cut_pieces(words, frame.end - LEFT, frame.glyphs.cut))
    else:
        line = canvas.empty()
    return (line, *air)


def _failed(canvas: Canvas, what: str, reason: Safe) -> Line:
    """What could not be read and why, which is cut first, and how to try again."""
    frame = canvas.frame
    tail = [Piece("  Enter", Role.HEADING, click="older"), Piece(" tries again", Role.QUIET, click="older")]
    room = frame.end - LEFT - sum(len(piece.text) for piece in tail)
    words = cut(f"{what}: {reason}" if reason else what, room, frame.glyphs.cut)
    row = cut_pieces([Piece(words, Role.ERROR, click="older"), *tail], frame.end - LEFT, frame.glyphs.cut)
    return canvas.line(row, mark=Piece(frame.glyphs.alert, Role.ERROR))


def nothing(canvas: Canvas, edge: Edge, audience: Safe, reason: Safe) -> tuple[Line, ...]:
    """A pane without a message."""
    frame = canvas.frame
    if edge is Edge.LOADING:
        words = [Piece("Reading messages", Role.QUIET)]
        return (canvas.line(words, mark=Piece(frame.glyphs.system, Role.QUIET)),)
    if edge is Edge.FAILED:
        return (_failed(canvas, "the messages could not be read", reason),)
    if edge is Edge.WAITING:
        return (canvas.line([Piece("The messages come once there is a connection", Role.QUIET)]),)
    if edge is Edge.MORE:
        return ()
    said = "Nothing said yet", "Your first message starts this thread."
    if edge is Edge.HEARD:
        said = ("Nothing heard yet", "Messages here are told and not stored: nobody hears them later.")
    texts = [said[1]] + ([audience] if audience else [])
    rows = [row for text in texts for row in wrap([Piece(text, Role.TEXT2)], frame.text)]
    return (canvas.line([Piece(said[0], Role.NAME)]), *(canvas.line(row) for row in rows))
