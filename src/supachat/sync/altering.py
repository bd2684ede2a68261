"""Threads as the reader has altered them, shown before the server confirms it, rolled back if it refuses.

One alteration of a thread is under way at a time, in the order in which they were made. One that is done
stays shown until a thread list that was asked for after it says what is so. Nothing unconfirmed is kept
on disk. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from supachat.domain import events as ev
from supachat.domain.errors import Retryable, SupachatError
from supachat.domain.model import Alteration, Thread, ThreadKey
from supachat.domain.text import safe_line
from supachat.sync.shelf import Outcome

NOT_DONE = {
    Alteration.STATUS: "the status was not changed",
    Alteration.ASSIGN: "it was not assigned",
    Alteration.BOT: "the bot was not switched",
    Alteration.RENAME: "it was not renamed",
    Alteration.ARCHIVE: "the archive was not changed",
    Alteration.INVITE: "nobody was invited",
    Alteration.REMOVE: "nobody was removed",
    Alteration.LEAVE: "you have not left",
}
_ONE_VALUE = (
    Alteration.STATUS,
    Alteration.ASSIGN,
    Alteration.BOT,
    Alteration.RENAME,
    Alteration.ARCHIVE,
)
"""Of these a later one makes an earlier one needless that still waits."""


def altered(thread: Thread, what: Alteration, value: str, me: str) -> Thread:
    """How the thread will be when that is done."""
    match what:
        case Alteration.STATUS:
            return replace(thread, status=value)
        case Alteration.ASSIGN:
            return replace(thread, assignee=value)
        case Alteration.BOT:
            return replace(thread, bot=value == "on")
        case Alteration.RENAME:
            return replace(thread, title=safe_line(value))
        case Alteration.ARCHIVE:
            return replace(thread, archived=value == "on")
        case Alteration.INVITE:
            return replace(thread, members=tuple(dict.fromkeys((*thread.members, value))))
        case Alteration.REMOVE | Alteration.LEAVE:
            gone = me if what is Alteration.LEAVE else value
            return replace(thread, members=tuple(m for m in thread.members if m != gone))


class _Pending:
    def __init__(self, alter: ev.Alter) -> None:
        self.alter = alter
        self.flying = False
        self.done: int | None = None
        """The turn in which the server said that it is done."""


class Alterer:
    """`me` names the reader's person id in a source."""

    def __init__(self, me: Callable[[str], str]) -> None:
        self._me = me
        self._pending: dict[ThreadKey, list[_Pending]] = {}

    def shown(self, thread: Thread) -> Thread | None:
        """The thread as the reader wants it; None if they have left it."""
        for pending in self._pending.get(thread.key, ()):
            alter = pending.alter
            thread = altered(thread, alter.what, alter.value, self._me(thread.key.source))
            if alter.what is Alteration.LEAVE:
                return None
        return thread

    def all(self, threads: Iterable[Thread]) -> tuple[Thread, ...]:
        """Those that the reader has not left."""
        return tuple(shown for thread in threads if (shown := self.shown(thread)) is not None)

    def alter(self, alter: ev.Alter, out: Outcome) -> None:
        waiting = self._pending.setdefault(alter.thread, [])
        if alter.what in _ONE_VALUE:
            waiting[:] = [
                p for p in waiting if p.flying or p.done is not None or p.alter.what is not alter.what
            ]
        waiting.append(_Pending(alter))
        self._next(alter.thread, out)
        out.changes.append(ev.ThreadsChanged())

    def done(self, alter: ev.Alter, turn: int, out: Outcome) -> None:
        """The server did it: the list says what is so."""
        pending = self._flying(alter)
        if pending is not None:
            pending.flying, pending.done = False, turn
        self._next(alter.thread, out)

    def failed(self, alter: ev.Alter, error: SupachatError, out: Outcome) -> bool:
        """It came to nothing: shown as it was. True if it may have been done all the same."""
        pending = self._flying(alter)
        if pending is not None:
            self._pending[alter.thread].remove(pending)
        self._next(alter.thread, out)
        words = safe_line(f"{NOT_DONE[alter.what]}: {error.message}")
        out.changes += [ev.ThreadsChanged(), ev.Notice(words, safe_line(error.cure), "error")]
        return isinstance(error, Retryable) and error.arrived

    def listed(self, source: str, as_of: int) -> None:
        """A list came that was asked for in that turn: what was done before is in it."""
        for thread in [key for key in self._pending if key.source == source]:
            left = [p for p in self._pending[thread] if p.done is None or p.done >= as_of]
            self._pending[thread] = left
            if not left:
                del self._pending[thread]

    def _flying(self, alter: ev.Alter) -> _Pending | None:
        waiting = self._pending.get(alter.thread, ())
        return next((p for p in waiting if p.flying and p.alter == alter), None)

    def _next(self, thread: ThreadKey, out: Outcome) -> None:
        waiting = self._pending.get(thread, [])
        if any(p.flying for p in waiting):
            return
        pending = next((p for p in waiting if p.done is None), None)
        if pending is not None:
            pending.flying = True
            out.requests.append(pending.alter)
