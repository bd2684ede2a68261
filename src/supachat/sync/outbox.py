"""Drafts until the server confirms them: queued, sending, sent, failed.

A draft's id is the row's key, so a second try can never double it. Within a thread the order of
sending is kept: one is under way at a time. A draft may go out only once it is on disk. Time comes as
an argument; nothing here waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from supachat.domain.errors import Retryable, SessionEnded, SupachatError
from supachat.domain.model import Delivery, Draft, DraftState, Message, ThreadKey
from supachat.domain.text import safe, safe_line

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before the second try, and the most between two."""


@dataclass(slots=True)
class _Entry:
    draft: Draft
    kept: bool
    not_before: float = 0.0


class Outbox:
    """All drafts of this process, in the order in which they were written."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

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

    def add(self, draft: Draft, *, kept: bool = False) -> None:
        self._entries[draft.id] = _Entry(draft, kept)

    def restore(self, drafts: Iterable[Draft]) -> None:
        """Drafts of an earlier run: what was under way is tried again, what failed stays failed."""
        for draft in drafts:
            if draft.state is DraftState.SENDING:
                draft = replace(draft, state=DraftState.QUEUED)
            self.add(draft, kept=True)

    def keep(self, draft_id: str) -> Draft | None:
        """It is on disk now."""
        entry = self._entries.get(draft_id)
        if entry is None:
            return None
        entry.kept = True
        return entry.draft

    def is_kept(self, draft_id: str) -> bool:
        entry = self._entries.get(draft_id)
        return entry is not None and entry.kept

    def due(self, now: float) -> list[Draft]:
        """What is to be sent now, marked as under way: the first of each thread that may go."""
        taken: set[ThreadKey] = set()
        ready: list[Draft] = []
        for entry in self._entries.values():
            draft = entry.draft
            if draft.state is DraftState.FAILED or draft.thread in taken:
                continue
            taken.add(draft.thread)
            if draft.state is DraftState.QUEUED and entry.kept and entry.not_before <= now:
                entry.draft = replace(draft, state=DraftState.SENDING, attempts=draft.attempts + 1)
                ready.append(entry.draft)
        return ready

    def next_due(self) -> float | None:
        """When the next waiting draft may be tried again."""
        waiting = (e for e in self._entries.values() if e.draft.state is DraftState.QUEUED and e.kept)
        return min((e.not_before for e in waiting), default=None)

    def trouble(self, draft_id: str, error: SupachatError, now: float) -> Draft | None:
        """A try failed: wait and try again where that may help, else stop with the reason in words."""
        entry = self._entries.get(draft_id)
        if entry is None:
            return None
        draft = entry.draft
        if isinstance(error, Retryable | SessionEnded):
            after = error.after if isinstance(error, Retryable) else None
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(draft.attempts - 1, 10))
            entry.not_before = now + (after if after is not None else wait)
            entry.draft = replace(draft, state=DraftState.QUEUED, reason=None)
        else:
            entry.draft = replace(draft, state=DraftState.FAILED, reason=safe_line(error.message))
        return entry.draft

    def hurry(self) -> None:
        """The way is clear again: nothing has to wait for its next try."""
        for entry in self._entries.values():
            entry.not_before = 0.0

    def retry(self, draft_id: str) -> Draft | None:
        entry = self._entries.get(draft_id)
        if entry is None or entry.draft.state is not DraftState.FAILED:
            return None
        entry.draft = replace(entry.draft, state=DraftState.QUEUED, reason=None)
        entry.not_before = 0.0
        return entry.draft

    def drop(self, draft_id: str) -> Draft | None:
        entry = self._entries.pop(draft_id, None)
        return entry.draft if entry else None


_DELIVERY = {
    DraftState.QUEUED: Delivery.QUEUED,
    DraftState.SENDING: Delivery.SENDING,
    DraftState.FAILED: Delivery.FAILED,
}


def picture(draft: Draft, me: str, *, kept: bool) -> Message:
    """A draft as the message pane shows it. Before it is on disk it claims no state at all."""
    return Message(
        thread=draft.thread,
        id=draft.id,
        author=me,
        at=draft.created,
        raw=draft.raw,
        body=safe(draft.raw),
        own=True,
        delivery=_DELIVERY[draft.state] if kept else Delivery.RECEIVED,
        reason=draft.reason,
    )
