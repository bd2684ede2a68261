"""What makes a confirmed message look other than the server has it: a change of ours that is not confirmed,
how far others have read, an answer that stopped growing.

Keeps the server's version of every message that it made look otherwise. Must never know where one stands.
"""

from __future__ import annotations

from supachat.domain.model import Cursor, Draft, Message
from supachat.sync import looks


class Dressing:
    def __init__(self) -> None:
        self._bases: dict[str, Message] = {}
        self._changes: dict[str, Draft] = {}
        self._readers: dict[str, Cursor] = {}
        self._unfinished: set[str] = set()

    def base(self, message_id: str) -> Message | None:
        """The server's version of a message that looks otherwise here."""
        return self._bases.get(message_id)

    def dressed(self, base: Message) -> Message:
        """How the server's version is to be shown."""
        base = self.seen(base)
        change = self._changes.get(base.id)
        stopped = base.id in self._unfinished
        if change is None and not stopped:
            return base
        self._bases[base.id] = base
        return looks.changed(looks.unfinished(base) if stopped else base, change)

    def seen(self, message: Message) -> Message:
        """With how many have read it by now."""
        return looks.seen(message, self._readers.values()) if self._readers else message

    def put_change(self, change: Draft) -> None:
        self._changes[change.target] = change

    def drop_change(self, message_id: str) -> Message | None:
        """The version of the server's that the change hid."""
        self._changes.pop(message_id, None)
        return self._bases.pop(message_id, None)

    def put_unfinished(self, message_id: str) -> None:
        self._unfinished.add(message_id)

    def grows(self, message_id: str) -> None:
        """It has not stopped after all, or is over."""
        self._unfinished.discard(message_id)

    def renewed(self, message_id: str) -> None:
        """The server has another version: the kept one is old, and it has not stopped."""
        self._unfinished.discard(message_id)
        self._bases.pop(message_id, None)

    def read_to(self, person: str) -> Cursor | None:
        return self._readers.get(person)

    def put_read(self, person: str, to: Cursor) -> None:
        self._readers[person] = to
