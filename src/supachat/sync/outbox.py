"""Drafts until the server confirms them: queued, sending, sent, failed.

Within a thread the order of writing is kept, edits and deletes included: one is under way at a time. A
draft may go out only once it is on disk. Where its id becomes the row's key a second try can never
double it; where the source makes the keys, `doubt` says what has to be read before a try. Time comes as
an argument; nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from supachat.domain.errors import AlreadyThere, KeyRefused, Retryable, SessionEnded, SupachatError
from supachat.domain.model import Act, Draft, DraftState, Message, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync import doubt
from supachat.sync.doubt import Entry, Move

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before the second try, and the most between two."""


class Outbox:
    """All drafts of this process, in the order in which they were written.

    `own_ids` tells of a source whether a draft's id becomes the row's key.
    """

    def __init__(self, own_ids: Callable[[str], bool] = lambda source: True) -> None:
        self._entries: dict[str, Entry] = {}
        self._own_ids = own_ids

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, draft_id: str) -> bool:
        return draft_id in self._entries

    def drafts(self, thread: ThreadKey | None = None) -> list[Draft]:
        return [e.draft for e in self._entries.values() if thread is None or e.draft.thread == thread]

    def get(self, draft_id: str) -> Draft | None:
        entry = self._entries.get(draft_id)
        return entry.draft if entry else None

    def counts(self) -> tuple[int, int]:
        """(waiting or under way, failed)."""
        failed = sum(e.draft.state is DraftState.FAILED for e in self._entries.values())
        return len(self._entries) - failed, failed

    def trouble_of(self, draft_id: str) -> Safe:
        """What the last try came to: of this run, else why it failed in an earlier one."""
        entry = self._entries[draft_id]
        return entry.draft.reason or entry.trouble

    # ------------------------------------------------------------ in and out

    def add(self, draft: Draft, *, kept: bool = False) -> None:
        self._entries[draft.id] = Entry(draft, kept)

    def restore(self, drafts: Iterable[Draft]) -> None:
        """Drafts of an earlier run: what was under way is tried again, what failed stays failed.

        That a draft was tried is on disk only where the source makes the keys: its anchor.
        """
        for draft in drafts:
            failed = draft.state is DraftState.FAILED
            unsure = draft.anchor is not None or (self._own_ids(draft.thread.source) and not failed)
            if draft.state is DraftState.SENDING:
                draft = replace(draft, state=DraftState.QUEUED)
            self._entries[draft.id] = Entry(draft, kept=True, unsure=unsure)

    def drop(self, draft_id: str) -> Draft | None:
        entry = self._entries.pop(draft_id, None)
        return entry.draft if entry else None

    def overtaken(self, change: Draft) -> list[Draft]:
        """Waiting changes of the same message that `change` makes needless."""
        return [
            e.draft
            for e in self._entries.values()
            if change.target and e.draft.target == change.target and e.draft.state is DraftState.QUEUED
        ]

    def change_of(self, target: str) -> Draft | None:
        """The last change of a message that waits or is under way."""
        found = [e.draft for e in self._entries.values() if e.draft.target == target]
        return next((d for d in reversed(found) if d.state is not DraftState.FAILED), None)

    def can_drop(self, draft_id: str) -> bool:
        """Whether it is certain that dropping it leaves nothing on the server."""
        entry = self._entries.get(draft_id)
        return entry is not None and entry.draft.state is not DraftState.SENDING and not entry.unsure

    # ------------------------------------------------------------ trying

    def keep(self, draft_id: str, attempts: int = 0) -> Draft | None:
        """It is on disk now, in the version that was tried so often."""
        entry = self._entries.get(draft_id)
        if entry is None:
            return None
        entry.kept = True
        if entry.marking and attempts == entry.draft.attempts:
            entry.marking, entry.marked = False, True
        return entry.draft

    def is_kept(self, draft_id: str) -> bool:
        entry = self._entries.get(draft_id)
        return entry is not None and entry.kept

    def moves(self, now: float) -> list[tuple[Draft, Move]]:
        """What is to be done now: at most one thing for each thread, and that marked as under way."""
        found: list[tuple[Draft, Move]] = []
        for entry in self._first():
            draft = entry.draft
            if entry.marked and draft.state is DraftState.SENDING:
                entry.marked = False
                entry.was_unsure, entry.unsure = False, True
                found.append((draft, Move.SEND))
            elif draft.state is DraftState.QUEUED and entry.kept and entry.not_before <= now:
                found.append(self._start(entry))
        return found

    def _first(self) -> Iterable[Entry]:
        """Of each thread the one whose turn it is."""
        first: dict[ThreadKey, Entry] = {}
        for entry in self._entries.values():
            if entry.draft.state is not DraftState.FAILED:
                first.setdefault(entry.draft.thread, entry)
        return first.values()

    def _start(self, entry: Entry) -> tuple[Draft, Move]:
        move = doubt.next_move(entry, own_ids=self._own_ids(entry.draft.thread.source))
        tries = entry.draft.attempts + (move is Move.SEND)
        entry.draft = replace(entry.draft, state=DraftState.SENDING, attempts=tries)
        if move is Move.SEND:
            entry.was_unsure, entry.unsure = entry.unsure, True
        return entry.draft, move

    def next_due(self) -> float | None:
        """When the next waiting draft may be tried again."""
        waiting = (e for e in self._first() if e.draft.state is DraftState.QUEUED and e.kept)
        return min((e.not_before for e in waiting), default=None)

    def hurry(self) -> None:
        """The way is clear again: nothing has to wait for its next try, unless the server asked for it."""
        for entry in self._entries.values():
            entry.not_before = entry.barred_until

    def retry(self, draft_id: str) -> Draft | None:
        entry = self._entries.get(draft_id)
        if entry is None or entry.draft.state is not DraftState.FAILED:
            return None
        entry.draft = replace(entry.draft, state=DraftState.QUEUED, reason=None)
        entry.not_before = 0.0
        return entry.draft

    # ------------------------------------------------------------ how it went

    def trouble(self, draft_id: str, error: SupachatError, now: float) -> Draft | None:
        """A try failed: wait and try again where that may help, else stop with the reason in words."""
        entry = self._entries.get(draft_id)
        if entry is None:
            return None
        draft = entry.draft
        entry.trouble = safe_line(error.message)
        if isinstance(
            error, Retryable | SessionEnded | KeyRefused
        ):  # the last two say nothing of the draft
            self._wait(entry, error, now)
        elif isinstance(error, AlreadyThere) and draft.act is Act.SEND and not entry.doubted:
            entry.doubted, entry.reason = True, entry.trouble
            entry.draft = replace(draft, state=DraftState.QUEUED)
        else:
            self._fail(entry, safe_line(str(error), limit=400))
        return entry.draft

    @staticmethod
    def _wait(entry: Entry, error: SupachatError, now: float) -> None:
        draft = entry.draft
        after = error.after if isinstance(error, Retryable) else None
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(max(draft.attempts, 1) - 1, 10))
        # a server that asks for no time at all would be asked as fast as it answers
        entry.not_before = now + (after or wait)
        entry.barred_until = entry.not_before if after else 0.0
        if entry.unsure and not entry.sought:
            arrived = isinstance(error, Retryable) and error.arrived
            entry.unsure = arrived or entry.was_unsure
            entry.absent_since = None
        entry.sought = False
        entry.draft = replace(draft, state=DraftState.QUEUED, reason=None)

    @staticmethod
    def _fail(entry: Entry, reason: Safe) -> None:
        """It stops. Where only the look was refused, the try before it stays in doubt: it is looked for
        again before anybody's retry sends it."""
        entry.unsure = entry.sought and entry.unsure
        entry.was_unsure = entry.doubted = entry.sought = False
        anchor = entry.draft.anchor if entry.unsure else None
        entry.draft = replace(entry.draft, state=DraftState.FAILED, reason=reason, anchor=anchor)

    def told_only(self, draft_id: str, now: float) -> Draft | None:
        """The server said that it has the row and did not show it: it is looked for."""
        entry = self._entries.get(draft_id)
        if entry is None:
            return None
        entry.doubted, entry.stored, entry.not_before = True, True, now
        entry.draft = replace(entry.draft, state=DraftState.QUEUED)
        return entry.draft

    def sought(
        self, draft_id: str, found: Sequence[Message], now: float
    ) -> tuple[doubt.Verdict, Draft] | None:
        """The answer of a look. Settled by a row, or gone, or the draft in its new state."""
        entry = self._entries.get(draft_id)
        if entry is None or entry.draft.state is not DraftState.SENDING:
            return None
        verdict = doubt.judge(entry, found, now, own_ids=self._own_ids(entry.draft.thread.source))
        return verdict, entry.draft

    def matches(self, message: Message) -> str | None:
        """The draft whose row this is. Where the source makes the keys: the one under way with its text."""
        entry = self._entries.get(message.id)
        if entry is not None and entry.draft.act is Act.SEND:
            return message.id
        if not message.own or self._own_ids(message.thread.source):
            return None
        for entry in self._entries.values():
            if entry.unsure and doubt.is_row_of(entry.draft, message):
                return entry.draft.id
        return None
