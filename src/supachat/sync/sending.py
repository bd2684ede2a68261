"""Drafts and their pictures: the outbox and the pane told the same story."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from supachat.domain.errors import SupachatError
from supachat.domain.events import SendDraft
from supachat.domain.keeping import DropDraft, KeepDraft
from supachat.domain.model import Draft, Message, ThreadKey
from supachat.sync.outbox import Outbox, picture
from supachat.sync.reading import Outcome, Reader


class Sender:
    """`me` names the reader's person id in a source."""

    def __init__(self, reader: Reader, me: Callable[[str], str], drafts: Iterable[Draft]) -> None:
        self.outbox = Outbox()
        self._reader = reader
        self._me = me
        self.outbox.restore(drafts)

    def write(self, draft: Draft, out: Outcome) -> None:
        """On the screen at once; on the wire once it is on disk."""
        self.outbox.add(draft)
        self._changed(draft, out)

    def kept(self, draft_id: str, out: Outcome) -> None:
        if (draft := self.outbox.keep(draft_id)) is not None:
            self.show(draft, out)

    def send_due(self, now: float, out: Outcome) -> None:
        for draft in self.outbox.due(now):
            self.show(draft, out)
            out.requests.append(SendDraft(draft))

    def trouble(self, draft: Draft, error: SupachatError, now: float, out: Outcome) -> None:
        if (held := self.outbox.trouble(draft.id, error, now)) is not None:
            self._changed(held, out)

    def retry(self, draft_id: str, out: Outcome) -> None:
        if (draft := self.outbox.retry(draft_id)) is not None:
            self._changed(draft, out)

    def drop(self, draft_id: str, out: Outcome) -> bool:
        """Given up, or stored without its row being known."""
        draft = self.outbox.drop(draft_id)
        if draft is None:
            return False
        timeline = self._reader.reading(draft.thread).timeline
        self._reader.splice(draft.thread, timeline.drop_draft(draft_id), out)
        out.writes.append(DropDraft(draft_id))
        return True

    def settle(self, message: Message, out: Outcome) -> None:
        """The server has this row: if it was a draft it is one no more. The timeline drops its picture."""
        if self.outbox.drop(message.id) is not None:
            out.writes.append(DropDraft(message.id))

    def show(self, draft: Draft, out: Outcome) -> None:
        shown = picture(draft, self._me(draft.thread.source), kept=self.outbox.is_kept(draft.id))
        timeline = self._reader.reading(draft.thread).timeline
        self._reader.splice(draft.thread, timeline.put_draft(shown), out)

    def show_all(self, thread: ThreadKey, out: Outcome) -> None:
        for draft in self.outbox.drafts(thread):
            self.show(draft, out)

    def _changed(self, draft: Draft, out: Outcome) -> None:
        self.show(draft, out)
        out.writes.append(KeepDraft(draft))
