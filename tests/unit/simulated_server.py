"""A simulated server, for the pure core. No I/O, no clock, one dice.

It makes every trouble that a real one and the way to it can make: broadcasts lost, doubled and late,
answers lost, stale and refused, statements that commit after whoever asked has given up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from supachat.domain import events as ev
from supachat.domain.errors import NotFound
from supachat.domain.model import (
    Account,
    Cursor,
    Delivery,
    Draft,
    Feature,
    Message,
    Micros,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line

THREAD = ThreadKey("direct", "me__you")
OTHER = ThreadKey("direct", "me__third")
THREADS = (THREAD, OTHER)
ACCOUNT = Account("uid", safe_line("me@example.org"), safe_line("Me"))
LATEST_COMMIT = 8.0
"""Seconds after which a statement that nobody waits for any more has committed."""
STATUSES = ("open", "closed")


@dataclass
class Kind:
    """What a dialect can and cannot do."""

    own_ids: bool = True
    follows_edits: bool = False
    marks_deleted: bool = False
    hints: bool = False
    """Its topics are not sealed: what is told there is read before it is believed."""

    def source(self) -> SourceInfo:
        features = frozenset({Feature.SEND, Feature.EDIT, Feature.DELETE, Feature.STATUS})
        return SourceInfo(
            "direct",
            safe_line("Direct"),
            features,
            "me",
            own_ids=self.own_ids,
            follows_edits=self.follows_edits,
            marks_deleted=self.marks_deleted,
            statuses=STATUSES,
        )


class Server:
    """Two threads' table. `told` hears of every change, as a broadcast on the thread's topic would."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.rows: dict[str, Message] = {}
        self.log: list[tuple[ThreadKey, str]] = []
        """Every text that was ever stored, in order."""
        self.status = dict.fromkeys(THREADS, STATUSES[0])
        self.read: dict[ThreadKey, Cursor] = {}
        """How far the reader has read, on whichever device."""
        self.clock = 1_000_000_000
        self.told: Callable[[ThreadKey, ev.Event], None] = lambda thread, event: None
        self.in_doubt: Callable[[str], bool] = lambda raw: False
        """Whether a text may still be looked for: nobody changes such a row, or it would look unsent."""
        self._made = 0
        self._used: set[str] = set()

    def tick(self) -> Micros:
        self.clock += 7
        return Micros(self.clock)

    def _tell(self, thread: ThreadKey, event: ev.MessageArrived | ev.MessageGone) -> None:
        changed = isinstance(event, ev.MessageGone) or event.changed
        self.told(thread, ev.MessageHinted(thread, changed) if self.kind.hints else event)

    def insert(self, raw: str, author: str, id_: str = "", thread: ThreadKey = THREAD) -> Message | None:
        """A new row; with a key that is there already nothing happens (`on conflict do nothing`).

        Nor with one that was deleted: that a late second try brings such a row back is beyond a client.
        """
        if id_ in self._used:
            return self.rows.get(id_)
        self._used |= {id_} if id_ else set()
        self._made += 1
        own = author == "me"
        row = Message(
            thread,
            id_ or f"row{self._made:05}",
            author,
            self.tick(),
            raw,
            safe(raw),
            own=own,
            delivery=Delivery.SENT if own else Delivery.RECEIVED,
        )
        self.rows[row.id] = row
        self.log.append((thread, raw))
        self._tell(thread, ev.MessageArrived(row))
        return row

    def edit(self, id_: str, raw: str) -> Message:
        held = self.rows.get(id_)
        if held is None or held.deleted or self.in_doubt(held.raw):
            raise NotFound("it is not there any more")
        edited = self.tick() if self.kind.follows_edits else None
        row = replace(held, raw=raw, body=safe(raw), edited=edited)
        self.rows[id_] = row
        self._tell(row.thread, ev.MessageArrived(row, changed=True))
        return row

    def delete(self, id_: str) -> None:
        held = self.rows.get(id_)
        if held is None or held.deleted:
            return
        if self.in_doubt(held.raw):
            raise NotFound("it is not there any more")
        if not self.kind.marks_deleted:
            del self.rows[id_]
            self._tell(held.thread, ev.MessageGone("direct", id_))
            return
        edited = self.tick() if self.kind.follows_edits else None
        self.rows[id_] = replace(held, raw="", body=safe(""), deleted=True, edited=edited)
        self._tell(held.thread, ev.MessageArrived(self.rows[id_], changed=True))

    def table(self, thread: ThreadKey = THREAD) -> list[Message]:
        return sorted((m for m in self.rows.values() if m.thread == thread), key=lambda m: m.cursor)

    def unread(self, thread: ThreadKey) -> int:
        read_to = self.read.get(thread)
        return sum(not m.own and (read_to is None or m.cursor > read_to) for m in self.table(thread))

    # ------------------------------------------------------------ requests

    def answer(self, request: ev.Request) -> list[ev.Event]:
        match request:
            case ev.ListThreads():
                return [ev.ThreadsListed("direct", tuple(map(self._listed, THREADS)), ())]
            case ev.FetchPage():
                return [self._page(request)]
            case ev.FetchEdits(thread, after, limit):
                rows = [m for m in self.rows.values() if m.thread == thread and edit_place(m) > after]
                rows.sort(key=edit_place)
                reached = edit_place(rows[:limit][-1]) if rows else None
                found = tuple(sorted(rows[:limit], key=lambda m: m.cursor))
                return [ev.EditsFetched(request, found, reached, whole=len(rows) <= limit)]
            case ev.Reread(thread, after, upto):
                found = tuple(m for m in self.table(thread) if after < m.cursor <= upto)
                return [ev.WindowReread(request, found)]
            case ev.FetchMentions():
                return [ev.MentionsRead(request, ())]
            case ev.MarkRead(thread, to):
                self.read[thread] = max(self.read.get(thread, to), to)
                return [ev.ReadMarked(thread, to)]
            case ev.Alter(thread, _, value):
                self.status[thread] = value
                return []
            case _:
                return self._write(request)

    def _write(self, request: ev.Request) -> list[ev.Event]:
        match request:
            case ev.SeekDraft(draft):
                return [ev.DraftSought(draft, tuple(self._sought(draft)))]
            case ev.SendDraft(draft):
                row = self.insert(draft.raw, "me", draft.id if self.kind.own_ids else "", draft.thread)
                return [ev.DraftStored(draft, row)]
            case ev.EditMessage(draft):
                return [ev.DraftStored(draft, self.edit(draft.target, draft.raw))]
            case ev.DeleteMessage(draft):
                self.delete(draft.target)
                return [ev.DraftStored(draft)]
            case _:
                raise TypeError(f"nobody answers {request!r}")

    def _listed(self, key: ThreadKey) -> Thread:
        last = max((m.cursor for m in self.rows.values() if m.thread == key), default=None)
        return Thread(
            key,
            safe_line(key.id),
            ("me", key.id.split("__")[1]),
            last=last,
            unread=self.unread(key),
            read_to=self.read.get(key),
            status=self.status[key],
        )

    def _page(self, request: ev.FetchPage) -> ev.PageFetched:
        rows, limit = self.table(request.thread), request.limit
        if request.after is not None:
            rows = [m for m in rows if m.cursor > request.after]
            return ev.PageFetched(request, tuple(rows[:limit]), whole=len(rows) < limit)
        rows = [m for m in rows if request.before is None or m.cursor < request.before]
        return ev.PageFetched(request, tuple(rows[-limit:]), whole=len(rows) < limit)

    def _sought(self, draft: Draft) -> list[Message]:
        if self.kind.own_ids:
            return [m for m in self.rows.values() if m.id == draft.id]
        rows = self.table(draft.thread)
        return rows[-1:] if draft.anchor is None else [m for m in rows if m.own and m.cursor > draft.anchor]


def edit_place(message: Message) -> Cursor:
    return Cursor(message.edited or message.at, message.id)
