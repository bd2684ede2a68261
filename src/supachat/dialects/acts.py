"""What a reader does to messages, in the words of the domain: send, change, mark as read.

Pure, like `Dialect`, of which this is a part: calls come out, answers go in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supachat.dialects import asks, rows
from supachat.dialects.calls import Call, Row, Select
from supachat.dialects.fitting import Fitting, misfit
from supachat.dialects.shape import Map
from supachat.domain.model import Act, Draft, Message, Thread, ThreadKey
from supachat.domain.requests import MarkRead
from supachat.domain.text import safe_line


@dataclass(frozen=True)
class Acts:
    """One map and what it lets a reader do. `me` is the reader's id in the source."""

    map: Map

    def send_call(self, draft: Draft, thread: Thread | None, me: str, user: str = "") -> Call:
        """`thread` may be None where a thread's id says who is in it; else that raises DialectError.
        `user` is the reader's auth id."""
        other = (thread.other if thread else None) or self._other_of(draft.thread, me)
        slots = {"thread": draft.thread.id, "me": me, "user": user, "body": draft.raw, "draft": draft.id}
        slots["subject"] = draft.subject
        if other is not None:
            slots["other"] = other
        elif self.map.send is not None and "$other" in self.map.send.params.values():
            raise misfit(
                self.map.name, f"nobody knows who else is in the thread {safe_line(draft.thread.id)}"
            )
        call = asks.send(self.map, slots)
        if call is None:
            raise misfit(self.map.name, "messages can only be read")
        return call

    def sought_call(self, draft: Draft, me: str) -> Select:
        """Whether the draft's row is there."""
        return asks.sought(self.map, draft, me)

    def change_call(self, draft: Draft, me: str) -> Call:
        """An edit or a delete. Raises DialectError where the map has no way to do it."""
        slots = {"thread": draft.thread.id, "me": me, "message": draft.target, "body": draft.raw}
        if draft.act is Act.EDIT and self.map.edit is not None:
            return asks.edit(self.map, self.map.edit, slots)
        if draft.act is Act.DELETE and self.map.delete is not None:
            return asks.delete(self.map, self.map.delete, slots)
        raise misfit(self.map.name, "messages cannot be changed")

    def target_call(self, draft: Draft) -> Call:
        """The message that a change is about, as it is now."""
        return asks.the_row(self.map, draft)

    def stored(self, answer: Sequence[Row], draft: Draft, me: str) -> Message | None:
        """The row that the server made of `draft`; None where it did not show it."""
        if not answer or self.map.messages.key not in answer[0]:
            return None
        with Fitting(self.map.name):
            made = rows.message(self.map, answer[0], me)
        return made if made.thread == draft.thread else None

    def read_call(self, request: MarkRead) -> Call | None:
        if self.map.read is None:
            return None
        return asks.rpc(self.map, self.map.read, {"thread": request.thread.id, "message": request.to.id})

    def _other_of(self, thread: ThreadKey, me: str) -> str | None:
        """The other one of two people, where a thread's id is made of theirs."""
        joint = self.map.threads.id_joins
        if joint is None:
            return None
        one, _, two = thread.id.partition(joint)
        return {one: two, two: one}.get(me) or None
