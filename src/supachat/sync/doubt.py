"""Whether a draft may have been stored already, and what to read before it is tried again. Pure.

A source that takes ids from clients is never in doubt: a second try changes nothing. A source that
makes the keys itself is asked before the first try for the thread's newest message (the anchor), and
that is committed before the wire is touched. After a try whose end nobody saw, the reader's own
messages after the anchor are read: one with the draft's text is the draft. That none is there is
believed only when a second look, `SETTLE` later, says the same: a statement that the server had begun
may still commit. A row that somebody edits or deletes before it was found looks as if it was never sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from supachat.domain.model import NOTHING, Act, Cursor, Draft, DraftState, Message, Micros

SETTLE = 10.0
"""Seconds after which a statement that was under way has committed or never will."""
BEGINNING = Cursor(Micros(0), "")
"""The anchor of a thread in which nothing stands."""


class Move(StrEnum):
    """What a draft needs next."""

    SEEK = "seek"
    SEND = "send"


class Verdict(StrEnum):
    SETTLED = "settled"
    """The first of the rows that were found is the draft's."""
    GONE = "gone"
    """It was stored, and its row is not there any more."""
    CHANGED = "changed"
    """The draft is in another state: keep it."""


class Entry:
    """One draft, and what this run knows of its tries."""

    def __init__(self, draft: Draft, kept: bool, unsure: bool = False) -> None:
        self.draft = draft
        self.kept = kept
        self.not_before = 0.0
        self.barred_until = 0.0
        """The server asked for patience until then: no sign of life shortens it."""
        self.marking = False
        """Its anchor is on its way to the disk."""
        self.marked = False
        """Its anchor is on disk: the wire may be touched."""
        self.unsure = unsure
        """It may have been stored."""
        self.was_unsure = False
        """It may have been stored already before the try that is under way."""
        self.sought = False
        """A look is under way."""
        self.absent_since: float | None = None
        """When a look did not find it for the first time since the last try."""
        self.doubted = False
        """The server says that it has the row: it is looked for by its key."""
        self.stored = False
        """And it said so as an answer to our try."""
        self.reason = NOTHING
        """The words with which it said so."""
        self.trouble = NOTHING
        """What the last try came to."""


def next_move(entry: Entry, *, own_ids: bool) -> Move:
    """What comes before the next try of a draft that may go."""
    sends = entry.draft.act is Act.SEND
    seek = sends and (entry.doubted or (not own_ids and (entry.draft.anchor is None or entry.unsure)))
    entry.sought = seek
    return Move.SEEK if seek else Move.SEND


def is_row_of(draft: Draft, message: Message) -> bool:
    """Whether a row of the reader's own may be this draft. Blanks at the ends may have been cut."""
    return (
        draft.act is Act.SEND
        and draft.thread == message.thread
        and draft.anchor is not None
        and message.own
        and message.cursor > draft.anchor
        and message.raw.strip() == draft.raw.strip()
    )


def judge(entry: Entry, found: Sequence[Message], now: float, *, own_ids: bool) -> Verdict:
    """What a look means. Changes the entry."""
    entry.sought = False
    draft = entry.draft
    if not own_ids and draft.anchor is None:
        newest = max((m.cursor for m in found), default=BEGINNING)
        entry.marking = True
        entry.draft = replace(draft, anchor=newest, attempts=draft.attempts + 1)
        return Verdict.CHANGED
    if any(m.id == draft.id if own_ids else is_row_of(draft, m) for m in found):
        return Verdict.SETTLED
    if entry.stored:
        return Verdict.GONE
    if entry.doubted:
        entry.doubted = False
        entry.draft = replace(draft, state=DraftState.FAILED, reason=entry.reason)
        return Verdict.CHANGED
    entry.draft = replace(draft, state=DraftState.QUEUED)
    if entry.absent_since is None:
        entry.absent_since = now
    # one sum for both: two may round apart, and then it is asked on and on
    settled_at = entry.absent_since + SETTLE
    entry.unsure = now < settled_at
    entry.not_before = max(now, settled_at)
    return Verdict.CHANGED
