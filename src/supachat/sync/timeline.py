"""One thread's order: merge, dedupe, edits, deletes, gaps, drafts at the end.

A timeline is a list of items and the stretches ("spans") in which every message is known. What lies
between two spans is a gap, and a gap is shown, never glued. Every operation answers with the splices
that turn the list as it was into the list as it is. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeGuard

from supachat.domain.keeping import Span
from supachat.domain.model import Cursor, Draft, Item, Message, ThreadKey
from supachat.sync import looks
from supachat.sync.dressing import Dressing
from supachat.sync.gaps import Gaps
from supachat.sync.order import Key, Order, Splice, draft_key, message_key
from supachat.sync.spans import START, gaps_between, merge_spans, span_of


class Timeline:
    """The known part of one thread. `spans` may reach further back than the items in memory."""

    def __init__(self, thread: ThreadKey) -> None:
        self.thread = thread
        self.spans: list[Span] = []
        self._order = Order()
        self._dressing = Dressing()
        self._known: dict[str, Key] = {}
        self._drafts: dict[str, Key] = {}
        self.gaps = Gaps(self._order)
        self._draft_count = 0
        self._heard: dict[str, int] = {}
        """The turn in which a row's change or end was last heard: an older read says nothing of it."""
        self._notices: set[str] = set()
        """What stands among the messages and is none."""

    # ------------------------------------------------------------ questions

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._known

    @property
    def items(self) -> Sequence[Item]:
        """What is shown, oldest first. The list itself: it changes with the timeline."""
        return self._order.items

    @property
    def newest(self) -> Cursor | None:
        """The newest confirmed message in memory."""
        return self._first_confirmed(reversed(self.items))

    @property
    def first(self) -> Cursor | None:
        """The oldest in memory, be it a notice."""
        return next((item.cursor for item in self.items if isinstance(item, Message)), None)

    @property
    def oldest(self) -> Cursor | None:
        return self._first_confirmed(self.items)

    def _first_confirmed(self, items: Iterable[Item]) -> Cursor | None:
        known = (item for item in items if isinstance(item, Message) and item.id in self._known)
        return next((message.cursor for message in known), None)

    @property
    def complete_to(self) -> Cursor | None:
        """The end of the newest stretch: what lies after it has not been asked for yet.

        A message that was only heard is a stretch of its own and says nothing about its neighbours.
        """
        return next((high for low, high in reversed(self.spans) if low != high), None)

    @property
    def holes(self) -> int:
        """Gaps before `complete_to`: what lies after it is still to be caught up with."""
        known = self.complete_to
        return sum(known is not None and gap.before <= known for gap in self.gaps.all())

    @property
    def from_start(self) -> bool:
        """Whether the first message of the thread is known to be in the first span."""
        return bool(self.spans) and self.spans[0][0] == START

    def span_of(self, cursor: Cursor) -> Span | None:
        return span_of(self.spans, cursor)

    def last_before(self, cursor: Cursor) -> Message | None:
        """The newest confirmed message in memory that is not after `cursor`."""
        before = self.items[: self._order.end(cursor)]
        return next((m for m in reversed(before) if self._is_message(m)), None)

    def foreign_after(self, cursor: Cursor) -> bool:
        """Whether somebody else wrote after `cursor`."""
        return self.foreign_count(cursor) > 0

    def foreign_count(self, after: Cursor | None) -> int:
        """Messages in memory that somebody else wrote after `after`."""
        rest = self.items[self._order.end(after) :]
        return sum(self._is_message(item) and not item.own for item in rest)

    def between(self, low: Cursor, high: Cursor) -> list[Message]:
        """The confirmed messages in memory after `low` and before `high`."""
        inside = self.items[self._order.end(low) : self._order.index(high)]
        return [item for item in inside if self._is_message(item)]

    def window(self, upto: Cursor, most: int) -> tuple[Cursor, list[Message]]:
        """Up to `most` confirmed messages that end at `upto`, nothing unread among them, oldest first; and
        the cursor after which they are all there are."""
        found: list[Message] = []
        span = self.span_of(upto)
        low = span[0] if span is not None else upto
        index = self._past_notices(self._order.end(upto))
        while index and len(found) < most and isinstance(item := self.items[index - 1], Message):
            if item.cursor < low:
                break
            found.insert(0, item)
            index = self._past_notices(index - 1)
        before = self.items[index - 1] if index else None
        if isinstance(before, Message) and before.cursor >= low:
            return before.cursor, found
        if before is None and low == START:
            return START, found
        return (found[0].cursor, found[1:]) if found else (upto, [])

    def _past_notices(self, index: int) -> int:
        """The end of `items[:index]` without the notices there: they are no part of any history."""
        while index and isinstance(item := self.items[index - 1], Message) and item.id in self._notices:
            index -= 1
        return index

    def _is_message(self, item: Item) -> TypeGuard[Message]:
        """Of the two kinds of things that are told in a thread, the one that the server keeps a row of."""
        return isinstance(item, Message) and item.id not in self._notices

    def shown(self, message_id: str) -> Message | None:
        """A confirmed message as it is shown."""
        key = self._known.get(message_id)
        item = self.items[self._order.at(key)] if key is not None else None
        return item if isinstance(item, Message) else None

    # ------------------------------------------------------------ confirmed messages

    def put(
        self,
        messages: Sequence[Message],
        covers: Span | None = None,
        *,
        as_of: int = 0,
        changed: bool = False,
    ) -> list[Splice]:
        """Merge confirmed messages; `covers` is the stretch in which they are all there are.

        A message that was a draft here stops being one. An older version never replaces a newer one:
        `as_of` is the turn in which they were asked for, 0 for rows that were only heard, and `changed`
        says that a heard row is known to be a new version. A notice gets its place by time and is part of
        no stretch.
        """
        splices: list[Splice] = []
        fresh: list[Message] = []
        for message in sorted({m.id: m for m in messages}.values(), key=lambda m: m.cursor):
            if message.is_notice:
                fresh += [message] if message.id not in self._notices else []
                self._notices.add(message.id)
                continue
            splices += self.drop_draft(message.id)
            if message.id not in self._known:
                fresh.append(self._dressing.dressed(message))
                self._known[message.id] = message_key(message)
            elif (splice := self._refresh(message, as_of, changed)) is not None:
                splices.append(splice)
        splices += self._order.insert([(self._known.get(m.id) or message_key(m), m) for m in fresh])
        self.spans = merge_spans(
            [*self.spans, *([covers] if covers else ()), *(_dot(m) for m in fresh if m.id in self._known)]
        )
        return splices + self._regap()

    def forget(self, message_id: str, turn: int = 0) -> list[Splice]:
        """A row is gone: a tombstone stays in its place. An id that is not known is ignored."""
        base = self.base(message_id)
        if base is None:
            return []
        self._heard[message_id] = turn
        self._dressing.grows(message_id)
        return [] if base.deleted else [self._rebase(looks.tombstone(base))]

    def base(self, message_id: str) -> Message | None:
        """A confirmed message as the server has it."""
        return self._dressing.base(message_id) or self.shown(message_id)

    def note_heard(self, message_id: str, turn: int) -> None:
        """A change of the row was heard in this turn."""
        if message_id in self._known:
            self._heard[message_id] = turn

    def _refresh(self, message: Message, as_of: int, changed: bool) -> Splice | None:
        held = self.base(message.id)
        if held is None or message.cursor != held.cursor or not self._newer(message, held, as_of, changed):
            return None
        message = replace(message, seen_by=max(message.seen_by, held.seen_by))
        if message == held:
            return None
        self._dressing.renewed(message.id)
        return self._rebase(message)

    def _newer(self, message: Message, held: Message, as_of: int, changed: bool) -> bool:
        read_since = as_of > self._heard.get(message.id, 0)
        if held.deleted and not message.deleted:
            return read_since  # only a read that was asked for after it lifts a tombstone
        new, old = message.edited or 0, held.edited or 0
        return new > old if new != old else changed or read_since

    def _rebase(self, message: Message) -> Splice:
        return self._order.replace(self._order.index(message.cursor), self._dressing.dressed(message))

    # ------------------------------------------------------------ our changes, other people's reading

    def put_change(self, change: Draft) -> list[Splice]:
        """Show a message as our change will make it, before the server has confirmed that."""
        self._dressing.put_change(change)
        base = self.base(change.target)
        return [self._rebase(base)] if base is not None else []

    def drop_change(self, message_id: str) -> list[Splice]:
        """The change came true or to nothing: show what the server has."""
        base = self._dressing.drop_change(message_id)
        return [self._rebase(base)] if base is not None and self.shown(message_id) != base else []

    def put_unfinished(self, message_id: str) -> list[Splice]:
        """Nothing more is expected of a message that was growing."""
        self._dressing.put_unfinished(message_id)
        base = self.base(message_id)
        return [self._rebase(base)] if base is not None else []

    def read_by(self, person: str, to: Cursor) -> list[Splice]:
        """Somebody else has read up to `to`: one splice over what that changes."""
        since = self._dressing.read_to(person)
        if since is not None and since >= to:
            return []
        self._dressing.put_read(person, to)
        low, high = self._order.end(since), self._order.end(to)
        touched = [i for i in range(low, high) if self._seen(i) != self.items[i]]
        if not touched:
            return []
        low, high = touched[0], touched[-1] + 1
        return [self._order.replace(low, *(self._seen(index) for index in range(low, high)))]

    def _seen(self, index: int) -> Item:
        item = self.items[index]
        return self._dressing.seen(item) if isinstance(item, Message) else item

    # ------------------------------------------------------------ gaps

    def cover(self, span: Span) -> list[Splice]:
        """`span` is known whole although no message of it came."""
        self.spans = merge_spans([*self.spans, span])
        return self._regap()

    def lose(self, since: Cursor, before: Cursor) -> list[Splice]:
        """What was kept of a stretch, from `since` to before `before`, is not to be had any more."""
        spans = ((max(low, before) if high >= since else low, high) for low, high in self.spans)
        self.spans = [(low, high) for low, high in spans if low <= high]
        return self._regap()

    def _regap(self) -> list[Splice]:
        """Make the gap rows those that the spans imply, as far as the items reach."""
        return self.gaps.renew(gaps_between(self.thread, self.spans, self.oldest))

    # ------------------------------------------------------------ drafts

    def put_draft(self, picture: Message) -> list[Splice]:
        """Show a draft at the end, or its new state in its place."""
        if picture.id in self._known:
            return []
        key = self._drafts.get(picture.id)
        if key is not None:
            index = self._order.at(key)
            return [self._order.replace(index, picture)] if self.items[index] != picture else []
        self._draft_count += 1
        key = self._drafts[picture.id] = draft_key(self._draft_count)
        return self._order.insert([(key, picture)])

    def drop_draft(self, draft_id: str) -> list[Splice]:
        key = self._drafts.pop(draft_id, None)
        return [self._order.remove(key)] if key is not None else []


def _dot(message: Message) -> Span:
    return message.cursor, message.cursor
