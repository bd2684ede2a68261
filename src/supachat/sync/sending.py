"""Drafts and their pictures: the outbox and the pane told the same story.

A new message stands at the end of the pane, a change to one in the message itself. What the server
refuses is undone, and stays a draft until whoever wrote it takes its text back. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from supachat.domain import events as ev
from supachat.domain.errors import SupachatError
from supachat.domain.keeping import DropDraft, KeepDraft
from supachat.domain.model import Act, Draft, DraftState, Message, ThreadKey
from supachat.domain.text import safe_line
from supachat.sync.doubt import Move, Verdict
from supachat.sync.looks import picture
from supachat.sync.outbox import Outbox
from supachat.sync.shelf import Outcome, Shelf

_REQUEST: dict[Act, Callable[[Draft], ev.Request]] = {
    Act.SEND: ev.SendDraft,
    Act.EDIT: ev.EditMessage,
    Act.DELETE: ev.DeleteMessage,
}


class Sender:
    """`me` names the reader's person id in a source."""

    def __init__(self, shelf: Shelf, me: Callable[[str], str], drafts: Iterable[Draft]) -> None:
        self.outbox = Outbox(self._own_ids)
        self._shelf = shelf
        self._me = me
        self.outbox.restore(drafts)

    def _own_ids(self, source: str) -> bool:
        info = self._shelf.info(source)
        return info is None or info.own_ids

    # ------------------------------------------------------------ the person

    def write(self, draft: Draft, out: Outcome) -> None:
        """On the screen at once; on the wire once it is on disk. A later change replaces one that waits."""
        for overtaken in self.outbox.overtaken(draft):
            self.drop(overtaken.id, out)
        self.outbox.add(draft)
        self._changed(draft, out)

    def retry(self, draft_id: str, out: Outcome) -> None:
        if (draft := self.outbox.retry(draft_id)) is not None:
            self._changed(draft, out)

    def discard(self, draft_id: str, out: Outcome) -> None:
        """Drop a draft, unless it is under way or may have been stored: then that is said."""
        if self.outbox.can_drop(draft_id):
            self.drop(draft_id, out)
        elif draft_id in self.outbox:
            words = safe_line("It may have been sent already")
            out.changes.append(ev.Notice(words, safe_line("It stays here until that is known"), "warning"))

    # ------------------------------------------------------------ trying

    def kept(self, draft_id: str, attempts: int, out: Outcome) -> None:
        if (draft := self.outbox.keep(draft_id, attempts)) is not None:
            self.show(draft, out)

    def send_due(self, now: float, out: Outcome) -> None:
        for draft, move in self.outbox.moves(now):
            self.show(draft, out)
            out.requests.append(ev.SeekDraft(draft) if move is Move.SEEK else self.request(draft))

    def trouble(self, draft: Draft, error: SupachatError, now: float, out: Outcome) -> None:
        held = self.outbox.trouble(draft.id, error, now)
        if held is None:
            return
        refused = held.state is DraftState.FAILED
        if refused and held.act is Act.DELETE:
            self.drop(held.id, out)
            words = safe_line(f"the message was not deleted: {error.message}")
            out.changes.append(ev.Notice(words, safe_line(error.cure), "error"))
            return
        self._changed(held, out)
        if refused and held.act is Act.EDIT:
            out.changes.append(ev.EditRefused(held))

    @staticmethod
    def request(draft: Draft) -> ev.Request:
        """What asks the server to do it."""
        return _REQUEST[draft.act](draft)

    def told_only(self, draft: Draft, now: float) -> None:
        """Stored, but the row was not shown."""
        self.outbox.told_only(draft.id, now)

    def sought(self, event: ev.DraftSought, now: float, out: Outcome) -> bool:
        """A look has its answer. True if the draft was stored and its row is not known: read the thread."""
        answer = self.outbox.sought(event.draft.id, event.found, now)
        if answer is None:
            return False
        verdict, draft = answer
        if verdict is Verdict.CHANGED:
            self._changed(draft, out)
            return False
        self.drop(draft.id, out)
        return verdict is Verdict.GONE

    # ------------------------------------------------------------ how it ended

    def drop(self, draft_id: str, out: Outcome) -> bool:
        """Given up, or done."""
        draft = self.outbox.drop(draft_id)
        if draft is None:
            return False
        out.writes.append(DropDraft(draft_id))
        if draft.act is Act.SEND:
            timeline = self._shelf.reading(draft.thread).timeline
            self._shelf.splice(draft.thread, timeline.drop_draft(draft_id), out)
        else:
            self.show(draft, out)
        return True

    def settle(self, message: Message, out: Outcome) -> None:
        """The server has this row: if it was a draft it is one no more."""
        draft_id = self.outbox.matches(message)
        if draft_id == message.id:
            self.outbox.drop(message.id)  # its picture becomes the row when the timeline gets that
            out.writes.append(DropDraft(message.id))
        elif draft_id is not None:
            self.drop(draft_id, out)

    def gone(self, source: str, message_id: str, out: Outcome) -> None:
        """A row was deleted. Where it was a draft whose answer never came, a second try would undo that."""
        draft = self.outbox.get(message_id)
        if draft is not None and draft.act is Act.SEND and draft.thread.source == source:
            self.drop(message_id, out)

    # ------------------------------------------------------------ the pane

    def show(self, draft: Draft, out: Outcome) -> None:
        """A change that the server refused is not shown: its message is as it was, or as a later one has
        it."""
        timeline = self._shelf.reading(draft.thread).timeline
        if draft.act is not Act.SEND:
            change = self.outbox.change_of(draft.target)
            splices = timeline.put_change(change) if change else timeline.drop_change(draft.target)
            self._shelf.splice(draft.thread, splices, out)
            return
        shown = picture(draft, self._me(draft.thread.source), kept=self.outbox.is_kept(draft.id))
        self._shelf.splice(draft.thread, timeline.put_draft(shown), out)

    def show_all(self, thread: ThreadKey, out: Outcome) -> None:
        for draft in self.outbox.drafts(thread):
            self.show(draft, out)

    def _changed(self, draft: Draft, out: Outcome) -> None:
        self.show(draft, out)
        out.writes.append(KeepDraft(draft))
