"""The rows of the thread list, cell by cell. Pure: values in, spans out.

Marks at 2, text at 4, counts right-aligned in three cells before the last one, which is air. What gives
way first is the preview, then the title; a count never goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from supachat.domain.model import Micros
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, fit, space
from supachat.tui.widgets.list_entries import Entry, FeedView, ThreadView
from supachat.tui.widgets.markdown import unmarked
from supachat.tui.widgets.marks import of_thread
from supachat.tui.widgets.when import short

TWO_ROWS: Final = 36
"""The width from which a thread has two rows."""
ASSIGNEES: Final = 28
"""The width from which there is a column for whoever is to see to it."""
MOST_UNREAD: Final = 999


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


def height(entry: Entry, cells: int) -> int:
    """Rows that the entry takes in a list of that width."""
    empty = entry.feed is not None and not entry.feed.preview
    return 2 if entry.kind in ("thread", "feed") and cells >= TWO_ROWS and not empty else 1


def draw(entry: Entry, cells: int, look: Look) -> list[Row]:
    """The entry's rows, each exactly `cells` wide."""
    if entry.kind == "blank":
        return [Row()]
    if entry.kind == "source":
        return [_source_row(entry, cells, look)]
    if entry.kind == "archived":
        return [_archived_row(entry, cells, look)]
    if entry.kind == "feed":
        return _feed_rows(entry.feed, cells, look) if entry.feed else [Row()]
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
    if source and not source.threads and not source.feeds:
        right = [Span(Safe("none"), "quiet"), space(1)]
    elif entry.folded and (entry.count or entry.mentions):
        sums = Span(_number(entry.count), "bold foreground") if entry.count else space(3)
        right = [*_meant(entry.mentions), sums, space(1)]
    if source and source.muted:
        right = [Span(Safe(f"{look.glyphs.muted} "), "quiet"), *(right or [space(4)])]
    return Row(fit(left, right, cells), look.tone)


def _archived_row(entry: Entry, cells: int, look: Look) -> Row:
    left = [_edge(look), _fold_mark(entry, look), Span(Safe("archived"), "quiet")]
    return Row(fit(left, [Span(_number(entry.count), "quiet"), space(1)], cells), look.tone)


def below_row(hidden: Sequence[Entry], cells: int, glyphs: Glyphs = UNICODE) -> Row:
    """What a list that is too long says in its last row: how much stands below, what of it is new, and
    whether an alert is among it that nobody has taken."""
    found = [
        entry for entry in hidden if entry.kind != "blank" and (entry.kind != "source" or entry.folded)
    ]
    count = sum(_new(entry) for entry in found)
    sums = [Span(_number(count), "bold foreground"), space(1)] if count else [space(1)]
    meant = sum(entry.view.mentions if entry.view else entry.mentions for entry in found)
    alert = any(feed.info.urgent and feed.waiting for entry in found if (feed := entry.feed) is not None)
    mark = Span(Safe(f"{glyphs.alert} "), "error") if alert else space(2)
    said = Span(Safe(f"{len(found):,} more below"), "quiet")
    return Row(fit([space(2), mark, said], [*_meant(meant), *sums], cells))


def _new(entry: Entry) -> int:
    if entry.view is not None:
        return 0 if entry.view.thread.muted else entry.view.thread.unread
    if entry.feed is not None:
        return entry.feed.waiting
    return entry.count if entry.kind == "source" else 0


def _number(count: int) -> Safe:
    return Safe(f"{min(count, MOST_UNREAD):>3}")


def _title(view: ThreadView, look: Look) -> Span:
    thread = view.thread
    if thread.muted:
        return Span(thread.title, "quiet")
    strong = thread.unread or look.open
    return Span(thread.title, "bold foreground" if strong else "text2")


def _counts(view: ThreadView, cells: int, look: Look) -> list[Span]:
    """What means the reader, else the muted sign or who is to see to it; the unread count or the pencil;
    the air behind them."""
    thread, glyphs = view.thread, look.glyphs
    spans = _meant(view.mentions)
    if spans:
        pass
    elif thread.muted:
        spans.append(Span(Safe(f"{glyphs.muted} "), "quiet"))
    elif view.assignee and cells >= ASSIGNEES:
        spans.append(Span(Safe(f"{view.assignee:>3} "), "text2" if view.assignee == "you" else "quiet"))
    if thread.unread:
        spans.append(Span(_number(thread.unread), "quiet" if thread.muted else "bold foreground"))
    elif thread.draft and not thread.muted:
        spans += [*([space(2)] if spans else []), Span(Safe(glyphs.draft), "quiet")]
    elif spans:
        spans.append(space(3))
    return [*spans, space(1)]


def _meant(count: int) -> list[Span]:
    """`@2`: so many unread messages mean the reader; `@+` for more than one digit says."""
    said = str(count) if count < 10 else "+"
    return [Span(Safe(f"@{said} "), "bold accent")] if count else []


def _thread_rows(entry: Entry, cells: int, look: Look) -> list[Row]:
    view = entry.view
    if view is None:
        return [Row()]
    mark, colour = of_thread(view, look.glyphs)
    left = [_edge(look), Span(Safe(f"{mark} "), colour), _title(view, look)._replace(act="open")]
    last = view.thread.last
    return _rows(
        left,
        _counts(view, cells, look),
        _preview(view, cells, look.glyphs),
        last.at if last else None,
        cells,
        look,
    )


def _feed_rows(feed: FeedView, cells: int, look: Look) -> list[Row]:
    """A feed: what it is called and how many of its rows wait."""
    glyphs = look.glyphs
    glyph, colour = (glyphs.system, "quiet")
    if feed.info.urgent:
        glyph, colour = (glyphs.alert, "error") if feed.waiting else (glyphs.done, "quiet")
    strong = feed.waiting or look.open
    title = Span(feed.info.label, "bold foreground" if strong else "text2", "open")
    left = [_edge(look), Span(Safe(f"{glyph} "), colour), title]
    counts = [Span(_number(feed.waiting), "bold foreground"), space(1)] if feed.waiting else [space(1)]
    return _rows(left, counts, feed.preview, feed.last, cells, look)


def _rows(
    left: list[Span], counts: list[Span], preview: Safe, at: Micros | None, cells: int, look: Look
) -> list[Row]:
    """One row; in a wide list a second one with the preview, and the counts move there."""
    air = 1 if len(counts) > 1 else 0
    if cells < TWO_ROWS:
        return [Row(fit(left, counts, cells, air=air), look.tone)]
    time = [Span(short(at, look.now), "quiet"), space(1)] if at is not None else [space(1)]
    below = [space(4), Span(preview, "quiet")]
    return [Row(fit(left, time, cells), look.tone), Row(fit(below, counts, cells, air=air), look.tone)]


def _preview(view: ThreadView, cells: int, glyphs: Glyphs) -> Safe:
    """Who writes just now, else what the project's backend told since the last message, else that one."""
    if view.typing:
        return view.typing
    if told := view.thread.notice:
        return cut(Safe(f"{glyphs.system} {told}"), cells)
    said = unmarked(Safe(view.thread.preview.split("\n", 1)[0]))
    return cut(Safe(f"{view.author}: {said}") if view.author and said else said, cells)
