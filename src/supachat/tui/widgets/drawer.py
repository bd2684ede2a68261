"""Draws a thread's entries where they stand, and keeps what it drew.

Knows an entry's neighbours, the new line, the selected message and which ones are opened; knows nothing
of the view or of scrolling. No Textual screen here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from itertools import islice

from supachat.domain.model import Delivery, Gap, Item, Message
from supachat.domain.text import Safe, safe_line
from supachat.tui.widgets.blocks import Blocks, Entry, Ident, ident
from supachat.tui.widgets.body import first_line
from supachat.tui.widgets.found import Sought
from supachat.tui.widgets.frame import Frame
from supachat.tui.widgets.message_lines import Cast, Drawn, Reply, Scene, draw, same_day
from supachat.tui.widgets.paint import Look, Row

KEPT = 600
"""Messages whose rows are kept drawn."""


class Drawer:
    """The entries of one thread as rows."""

    def __init__(self, cast: Cast, look: Look, shape: Frame) -> None:
        self.items = Blocks()
        self.cast = cast
        self.look = look
        self.frame = shape
        self.new_after: str | None = None
        self.expanded: set[Ident] = set()
        self.cursor: Ident | None = None
        self.cursor_row = Row.SELECTED
        self.found: Sought | None = None
        """What a search looked for in this thread."""
        self._generation = 0
        self._kept: OrderedDict[Entry, Drawn] = OrderedDict()
        self._new = 0

    def reset(self, new_after: str | None, *, same: bool) -> None:
        """Everything is put in anew: of another thread nothing is chosen or opened yet."""
        self.items = Blocks()
        self.new_after = new_after
        if not same:
            self.cursor = None
            self.expanded.clear()
        self.renew()

    def renew(self) -> None:
        """Everything must be drawn anew: another width, theme, or somebody's name."""
        self._kept.clear()
        self._generation += 1

    def mark(self, found: Sought | None) -> None:
        """Set off what was looked for; None for nothing any more."""
        if found != self.found:
            self.found = found
            self.renew()

    def touch(self, start: int, count: int) -> None:
        """Entries have changed: forget their rows and those of whoever's grouping may hang on them."""
        low = self._run_start(start - 1) if start else 0
        for index in range(low, min(start + count + 1, len(self.items))):
            self.forget(self.items[index])

    def forget(self, entry: Entry) -> None:
        """The entry's rows must be drawn anew."""
        entry.stamp = -1
        self._kept.pop(entry, None)

    def repaint(self, wanted: Ident | None) -> None:
        """The entry looks different, and is as tall as before."""
        entry = None if wanted is None else self.items.find(wanted)
        if entry is not None:
            self._kept.pop(entry, None)

    def forget_replies(self, originals: Collection[Ident]) -> None:
        """Whoever answers one of these quotes it anew."""
        for entry in list(self._kept):
            if isinstance(entry.item, Message) and entry.item.reply_to in originals:
                self._kept.pop(entry)

    def drawn(self, index: int) -> Drawn:
        """The rows of an entry; from then on its height is exact."""
        entry = self.items[index]
        known = self._kept.get(entry)
        if known is not None and entry.stamp == self._generation:
            self._kept.move_to_end(entry)
            return known
        made = draw(self._scene(index, entry), self.frame, self.look, self.cast)
        self.items.measured(index, len(made.lines), self._generation)
        self._kept[entry] = made
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    def exact(self, index: int) -> int:
        """The entry's height, measured if it was not."""
        entry = self.items[index]
        return entry.rows if entry.stamp == self._generation else len(self.drawn(index).lines)

    def _scene(self, index: int, entry: Entry) -> Scene:
        item = entry.item
        chosen = self.cursor is not None and ident(item) == self.cursor
        return Scene(
            item,
            self.items[index - 1].item if index else None,
            new=self._new if self._new and self.new_line is entry else 0,
            run=self._run(index) if isinstance(item, Message) and item.deleted else 1,
            row=self.cursor_row if chosen else Row.PLAIN,
            expanded=ident(item) in self.expanded,
            reply=self._reply(item),
            found=self.found,
            below=index + 1 < len(self.items) and _failed_alike(item, self.items[index + 1].item),
        )

    def _reply(self, item: Item) -> Reply | None:
        if not isinstance(item, Message) or item.reply_to is None:
            return None
        entry = self.items.find(item.reply_to)
        if entry is None or not isinstance(entry.item, Message):
            return None
        if entry.item.deleted:
            return Reply("", Safe("a deleted message"))
        return Reply(entry.item.author, safe_line(first_line(entry.item.body)), entry.item.own)

    # ------------------------------------------------------------ the new line

    @property
    def new_line(self) -> Entry | None:
        """The entry above which the new line stands."""
        last = None if self.new_after is None else self.items.find(self.new_after)
        index = len(self.items) if last is None else self.items.at_key(last.key) + 1
        return self.items[index] if index < len(self.items) else None

    def count_new(self) -> None:
        """How many messages of others stand under the new line."""
        line = self.new_line
        count = 0
        if line is not None:
            under = islice(self.items, self.items.at_key(line.key), None)
            count = sum(_counts(entry.item) for entry in under)
        self._set_new(count, line)

    def count_appended(self, items: Collection[Item]) -> None:
        """The same when these came under the line."""
        if self._new:
            self._set_new(self._new + sum(map(_counts, items)), self.new_line)
        else:
            self.count_new()

    def _set_new(self, count: int, line: Entry | None) -> None:
        if count != self._new and line is not None:
            self.forget(line)
        self._new = count

    # ------------------------------------------------------------ runs of deleted messages

    def _joins(self, index: int) -> bool:
        """Whether the entry is one of a run of deleted messages that an earlier one began."""
        if not 0 < index < len(self.items):
            return False
        item, before = self.items[index].item, self.items[index - 1].item
        return (
            isinstance(item, Message)
            and isinstance(before, Message)
            and item.deleted
            and before.deleted
            and item.author == before.author
            and same_day(item, before, self.frame)
            and self.items[index] is not self.new_line
        )

    def _run_start(self, index: int) -> int:
        while self._joins(index):
            index -= 1
        return index

    def _run(self, index: int) -> int:
        """How many deleted messages this row stands for; 0 if an earlier one does."""
        if self._joins(index):
            return 0
        end = index + 1
        while self._joins(end):
            end += 1
        return end - index


def _counts(item: Item) -> bool:
    return isinstance(item, Message) and not item.own and not item.is_notice


def _failed_alike(item: Item, after: Item) -> bool:
    """Whether both were not sent, and for one reason: it is said once, below the last of a run."""
    if isinstance(item, Gap) or isinstance(after, Gap) or after.deleted:
        return False
    return item.delivery is after.delivery is Delivery.FAILED and item.reason == after.reason
