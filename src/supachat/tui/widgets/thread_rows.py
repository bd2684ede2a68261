"""The rows of the thread list, cell by cell. Pure: values in, spans out.

Marks at 2, text at 4, counts right-aligned in three cells before the last one, which is air. What gives
way first is the preview, then the title; a count never goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from supachat.domain.model import NOTHING, Presence, Thread, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, fit, space, width
from supachat.tui.widgets.when import short

TWO_ROWS: Final = 36
"""The width from which a thread has two rows."""
MOST_UNREAD: Final = 999


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread and what the list says of it beside the thread's own facts."""

    thread: Thread
    presence: Presence | None = None
    """Of the other one, in a thread of two."""
    author: Safe = NOTHING
    """Who wrote the preview; empty in a thread of two."""
    typing: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class SourceView:
    """A section: one source and its threads, in the order to be shown."""

    name: str
    label: Safe
    threads: tuple[ThreadView, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the list that the cursor can stand on, or a blank row."""

    kind: Literal["source", "thread", "archived", "blank"]
    id: str
    """The source's name; for a thread its key's id, within the source."""
    source: SourceView | None = None
    view: ThreadView | None = None
    folded: bool = False
    count: int = 0

    @property
    def key(self) -> ThreadKey | None:
        return self.view.thread.key if self.view else None


@dataclass(frozen=True, slots=True)
class Look:
    """What the drawing of one entry depends on beside the entry."""

    now: datetime
    glyphs: Glyphs = UNICODE
    open: bool = False
    cursor: bool = False
    focus: bool = False

    @property
    def tone(self) -> str:
        if self.cursor and self.focus:
            return "select"
        return "hold" if self.open or self.cursor else ""


def entries(sources: Iterable[SourceView], folded: Collection[str], *, tall: bool) -> list[Entry]:
    """The list from top to bottom. `folded` holds source names, and `name/archived` for those unfolded."""
    found: list[Entry] = []
    for source in sources:
        if tall:
            found.append(Entry("blank", source.name))
        shut = source.name in folded
        shown = [view for view in source.threads if not view.thread.archived]
        found.append(Entry("source", source.name, source, folded=shut, count=_sum(shown)))
        if shut:
            continue
        found += [Entry("thread", view.thread.key.id, source, view) for view in shown]
        found += _archived(source, folded)
    return found


def _archived(source: SourceView, folded: Collection[str]) -> list[Entry]:
    views = [view for view in source.threads if view.thread.archived]
    if not views:
        return []
    shut = f"{source.name}/archived" not in folded
    head = Entry("archived", source.name, source, folded=shut, count=len(views))
    return (
        [head] if shut else [head, *(Entry("thread", view.thread.key.id, source, view) for view in views)]
    )


def _sum(views: Iterable[ThreadView]) -> int:
    return sum(view.thread.unread for view in views if not view.thread.muted)


def keep_order(shown: Sequence[ThreadKey], views: Sequence[ThreadView]) -> tuple[ThreadView, ...]:
    """`views` in the order in which they are on the screen; new ones at the end. For a list in use."""
    place = {key: number for number, key in enumerate(shown)}
    return tuple(sorted(views, key=lambda view: place.get(view.thread.key, len(place))))


def height(entry: Entry, cells: int) -> int:
    """Rows that the entry takes in a list of that width."""
    return 2 if entry.kind == "thread" and cells >= TWO_ROWS else 1


def draw(entry: Entry, cells: int, look: Look) -> list[Row]:
    """The entry's rows, each exactly `cells` wide."""
    if entry.kind == "blank":
        return [Row()]
    if entry.kind == "source":
        return [_source_row(entry, cells, look)]
    if entry.kind == "archived":
        return [_archived_row(entry, cells, look)]
    return _thread_rows(entry, cells, look)


def _edge(look: Look) -> Span:
    return Span(Safe(f"{look.glyphs.you} "), "bold accent") if look.open or look.cursor else space(2)


def _fold_mark(entry: Entry, look: Look) -> Span:
    return Span(Safe(f"{look.glyphs.folded if entry.folded else look.glyphs.open} "), "quiet")


def _source_row(entry: Entry, cells: int, look: Look) -> Row:
    source = entry.source
    label = source.label if source else Safe("")
    left = [_edge(look), _fold_mark(entry, look), Span(label, "bold text2")]
    right: list[Span] = []
    if source and not source.threads:
        right = [Span(Safe("none"), "quiet"), space(1)]
    elif entry.folded and entry.count:
        right = [Span(_number(entry.count), "bold foreground"), space(1)]
    return Row(fit(left, right, cells), look.tone)


def _archived_row(entry: Entry, cells: int, look: Look) -> Row:
    left = [_edge(look), _fold_mark(entry, look), Span(Safe("archived"), "quiet")]
    return Row(fit(left, [Span(_number(entry.count), "quiet"), space(1)], cells), look.tone)


def _number(count: int) -> Safe:
    return Safe(f"{min(count, MOST_UNREAD):>3}")


def _mark(view: ThreadView, look: Look) -> Span:
    glyphs = look.glyphs
    glyph, colour = {
        Presence.ONLINE: (glyphs.online, "success"),
        Presence.AWAY: (glyphs.away, "warning"),
        Presence.OFFLINE: (glyphs.system, "quiet"),
    }.get(view.presence or Presence.UNKNOWN, (" ", "quiet"))
    return Span(Safe(f"{glyph} "), "quiet" if view.thread.muted else colour)


def _title(view: ThreadView, look: Look) -> Span:
    thread = view.thread
    if thread.muted:
        return Span(thread.title, "quiet")
    strong = thread.unread or look.open
    return Span(thread.title, "bold foreground" if strong else "text2")


def _counts(view: ThreadView, look: Look) -> list[Span]:
    """The muted sign, the unread count or the pencil, and the air behind them."""
    thread, glyphs = view.thread, look.glyphs
    spans: list[Span] = []
    if thread.muted:
        spans.append(Span(Safe(f"{glyphs.muted} "), "quiet"))
    if thread.unread:
        spans.append(Span(_number(thread.unread), "quiet" if thread.muted else "bold foreground"))
    elif thread.muted:
        spans.append(space(3))
    elif thread.draft:
        spans.append(Span(Safe(glyphs.draft), "quiet"))
    return [*spans, space(1)]


def _thread_rows(entry: Entry, cells: int, look: Look) -> list[Row]:
    view = entry.view
    if view is None:
        return [Row()]
    act = "open"
    left = [_edge(look), _mark(view, look), _title(view, look)._replace(act=act)]
    counts = _counts(view, look)
    if cells < TWO_ROWS:
        return [Row(fit(left, counts, cells, air=1 if len(counts) > 1 else 0), look.tone)]
    last = view.thread.last
    time = [Span(short(last.at, look.now), "quiet"), space(1)] if last else [space(1)]
    first = Row(fit(left, time, cells), look.tone)
    below = [space(4), Span(_preview(view, cells), "quiet")]
    return [first, Row(fit(below, counts, cells, air=1 if len(counts) > 1 else 0), look.tone)]


def _preview(view: ThreadView, cells: int) -> Safe:
    if view.typing:
        return view.typing
    said = Safe(view.thread.preview.split("\n", 1)[0])
    return cut(Safe(f"{view.author}: {said}") if view.author and said else said, cells)


def marks_width(row: Row) -> int:
    """Cells that a row takes; for tests of the grid."""
    return width(row.spans)
