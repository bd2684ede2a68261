"""What the message pane knows, without a screen: the items, their rows, and where the reader is.

The reader is at the newest, or at a place: a character of a message, so and so many rows above it. The
top row follows from that and is never the truth, so whatever arrives, leaves, or is wrapped anew, the
rows that are being read stay. Rows are exact near the view and estimated elsewhere. No Textual here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from supachat.domain.events import Edge
from supachat.domain.model import Item, Message
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.widgets import across
from supachat.tui.widgets.blocks import Blocks, Entry, Ident, ident
from supachat.tui.widgets.drawer import Drawer
from supachat.tui.widgets.frame import Frame, frame
from supachat.tui.widgets.message_lines import Cast, estimate
from supachat.tui.widgets.paint import Look
from supachat.tui.widgets.rows import Canvas, Line, Place


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the reader is. The top row is `above` rows over the row that holds `place` of the entry."""

    key: int
    place: Place = (0, -1)
    """The default is the row where the text begins, whatever stands above it."""
    above: int = 0


class Viewport:
    """The state of one thread's view. Rows count from the top of everything that is loaded."""

    def __init__(self, cast: Cast, look: Look, shape: Frame | None = None, height: int = 1) -> None:
        self.drawer = Drawer(cast, look, shape or frame(80))
        self.height = height
        """Rows of the view."""
        self.top = 0
        """The first row that is seen. Follows from `anchor`."""
        self.anchor: Anchor | None = None
        """None: at the newest, and staying there."""
        self.stays = False
        """The reader is busy with a message: the newest is not followed."""
        self.edge = Edge.MORE
        self.reason = Safe("")
        self.audience = Safe("")
        """Who can read a thread in which nothing was said yet, in words."""
        self._head: tuple[Line, ...] | None = None

    @property
    def items(self) -> Blocks:
        return self.drawer.items

    # ------------------------------------------------------------ what changes

    def reset(self, items: Sequence[Item], new_after: str | None) -> None:
        """Another thread: the view goes to the newest. Or the same from the start: what is being read stays
        where it is."""
        same = bool(items) and len(self.items) > 0 and items[0].thread == self.items[0].item.thread
        anchored = self._anchored() if same else None
        self.drawer.reset(new_after, same=same)
        self.items.splice(0, 0, items, self._estimate)
        self.drawer.count_new()
        self._rekey(anchored)
        if anchored is None or self.items.find(anchored) is None:
            self.anchor, self.stays = None, False
        self._head = None

    def splice(self, start: int, removed: int, inserted: Sequence[Item]) -> None:
        """`items[start:start + removed] = inserted`. Call `settle` before anything is read."""
        start = min(start, len(self.items))
        removed = min(removed, len(self.items) - start)
        appended = start == len(self.items)
        changed = {ident(self.items[start + at].item) for at in range(removed)} | {*map(ident, inserted)}
        if not self._swap(start, removed, inserted):
            anchored = self._anchored()
            self.items.splice(start, removed, inserted, self._estimate)
            self._rekey(anchored)
        self.drawer.touch(start, len(inserted))
        if appended:
            self.drawer.count_appended(inserted)
        else:
            self.drawer.forget_replies(changed)
            self.drawer.count_new()
        self._head = None

    def _swap(self, start: int, removed: int, inserted: Sequence[Item]) -> bool:
        """New versions of the same items keep their places; False if they are not the same."""
        old = [self.items[start + at] for at in range(removed)]
        if len(old) != len(inserted) or any(
            ident(entry.item) != ident(item) for entry, item in zip(old, inserted, strict=True)
        ):
            return False
        for at, item in enumerate(inserted):
            self.items.replace(start + at, item)
        return True

    def _anchored(self) -> Ident | None:
        if self.anchor is None:
            return None
        index = self.items.at_key(self.anchor.key)
        return ident(self.items[index].item) if index < len(self.items) else None

    def _rekey(self, anchored: Ident | None) -> None:
        """The message that is being read may have come back in another place."""
        entry = None if anchored is None else self.items.find(anchored)
        if self.anchor is not None and entry is not None:
            self.anchor = replace(self.anchor, key=entry.key)

    def set_edge(self, edge: Edge, reason: Safe) -> None:
        self.edge, self.reason = edge, reason
        self._head = None

    def set_audience(self, words: Safe) -> None:
        self.audience = words
        self._head = None

    def renew(self, *, cast: Cast | None = None, look: Look | None = None) -> None:
        """Other people, or other colours."""
        self.drawer.cast = cast or self.drawer.cast
        self.drawer.look = look or self.drawer.look
        self.drawer.renew()
        self._head = None

    def resize(self, shape: Frame, height: int) -> None:
        """Another width, or another height of the view."""
        self.height = max(height, 1)
        if shape != self.drawer.frame:
            self.drawer.frame = shape
            self.renew()

    def _estimate(self, item: Item) -> int:
        return estimate(item, self.drawer.frame)

    # ------------------------------------------------------------ rows

    @property
    def head(self) -> tuple[Line, ...]:
        """The rows above the oldest item; of an empty pane, everything it says."""
        if self._head is None:
            canvas = Canvas(self.drawer.frame, self.drawer.look)
            if not len(self.items):
                self._head = across.nothing(canvas, self.edge, self.audience, self.reason)
            else:
                first = self.items[0].item
                began = first.at if isinstance(first, Message) else None
                self._head = across.top(canvas, self.edge, self.reason, began)
        return self._head

    @property
    def first_row(self) -> int:
        """Where the items begin: a short thread stands at the lower end of the view."""
        return max(len(self.head), self.height - self.items.rows)

    @property
    def rows(self) -> int:
        """Of everything."""
        return self.first_row + self.items.rows

    @property
    def last_top(self) -> int:
        """The greatest `top`."""
        return max(0, self.rows - self.height)

    def row_of(self, index: int) -> int:
        """The row in which an entry begins."""
        return self.first_row + self.items.top(index)

    def place_at(self, row: int) -> tuple[int, int] | None:
        """Index of the entry that covers a row, and which of its rows it is; None above and below."""
        within = row - self.first_row
        if not 0 <= within < self.items.rows:
            return None
        index = self.items.at_row(within)
        return index, within - self.items.top(index)

    def visible(self) -> Iterator[tuple[Entry | None, Line]]:
        """The rows of the view, top to bottom, with the entry that each belongs to."""
        canvas = Canvas(self.drawer.frame, self.drawer.look)
        left = self.height
        air = self.first_row - len(self.head)
        for at in range(self.top, min(self.first_row, self.top + left)):
            yield None, self.head[at - air] if at >= air else canvas.empty()
            left -= 1
        found = self.place_at(max(self.top, self.first_row))
        index, skip = found or (len(self.items), 0)
        while left > 0 and index < len(self.items):
            for line in self.drawer.drawn(index).lines[skip : skip + left]:
                yield self.items[index], line
                left -= 1
            index, skip = index + 1, 0
        for _ in range(left):
            yield None, canvas.empty()

    # ------------------------------------------------------------ where the reader is

    @property
    def at_end(self) -> bool:
        """Whether the newest is in view."""
        return self.anchor is None or self.top >= self.last_top

    @property
    def below(self) -> int:
        """How many messages stand below the view."""
        found = None if self.at_end else self.place_at(self.top + self.height - 1)
        return 0 if found is None else len(self.items) - 1 - found[0]

    def settle(self) -> None:
        """Make the rows around the reader exact, and say which row is on top."""
        if self.anchor is not None and len(self.items):
            index = min(self.items.at_key(self.anchor.key), len(self.items) - 1)
            self._measure_down(index, 2 * self.height)
            self._measure_up(index, self.height + max(self.anchor.above, 0))
            wanted = self._anchor_row(index, self.anchor) - self.anchor.above
            self.top = min(max(wanted, 0), self.last_top)
            if wanted < self.last_top or self.stays:
                if wanted != self.top:  # there is no such row any more: what is seen counts
                    self.anchor = self._anchor_at(self.top)
                return
            self.anchor = None
        self._measure_up(len(self.items), 2 * self.height)
        self.top = self.last_top

    def _anchor_row(self, index: int, anchor: Anchor) -> int:
        """The row that holds the anchor's place."""
        drawn = self.drawer.drawn(index)
        if not drawn.lines:  # deleted, and shown by the row above it from now on
            return self.row_of(index) - 1
        row = drawn.lead
        if self.items[index].key == anchor.key:
            for at in range(drawn.lead, len(drawn.lines)):
                if drawn.lines[at].at > anchor.place:
                    break
                row = at
        return self.row_of(index) + row

    def _measure_up(self, index: int, rows: int) -> None:
        while index > 0 and rows > 0:
            index -= 1
            rows -= self.drawer.exact(index)

    def _measure_down(self, index: int, rows: int) -> None:
        while index < len(self.items) and rows > 0:
            rows -= self.drawer.exact(index)
            index += 1

    def scroll_to(self, row: int) -> None:
        """The reader goes to another row; from the last one on, the newest is followed."""
        row = max(row, 0)
        follows = not len(self.items) or (row >= self.last_top and not self.stays)
        self.anchor = None if follows else self._anchor_at(min(row, self.last_top))
        self.settle()

    def stay(self, *, still: bool) -> None:
        """Follow the newest no longer, or again where it is in view."""
        self.stays = still
        if still and self.anchor is None and len(self.items):
            self.anchor = self._anchor_at(self.top)

    def scroll_to_entry(self, entry: Entry, above: int = 0) -> None:
        """The text of `entry` comes to the top, `above` rows below it."""
        self.anchor = Anchor(entry.key, above=above)
        self.settle()

    def _anchor_at(self, row: int) -> Anchor:
        """The place whose row it is. Rows above a message's text hang on the row where that begins."""
        index = self.items.at_row(max(row - self.first_row, 0))
        drawn = self.drawer.drawn(index)
        at = min(row - self.row_of(index), len(drawn.lines) - 1)
        key = self.items[index].key
        if at >= drawn.lead:
            return Anchor(key, drawn.lines[at].at)
        return Anchor(key, above=drawn.lead - at)
