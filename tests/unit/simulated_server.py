"""A simulated server and a cache, for the pure core. No I/O, no clock, one dice.

The server makes every trouble that a real one and the way to it can make: broadcasts lost, doubled and
late, answers lost, stale and refused, statements that commit after whoever asked has given up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from supachat.domain import events as ev
from supachat.domain import keeping as kp
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
ACCOUNT = Account("uid", safe_line("me@example.org"), safe_line("Me"))
LATEST_COMMIT = 8.0
"""Seconds after which a statement that nobody waits for any more has committed."""


@dataclass
class Kind:
    """What a dialect can and cannot do."""

    own_ids: bool = True
    follows_edits: bool = False
    marks_deleted: bool = False

    def source(self) -> SourceInfo:
        features = frozenset({Feature.SEND, Feature.EDIT, Feature.DELETE})
        return SourceInfo(
            "direct",
            safe_line("Direct"),
            features,
            "me",
            own_ids=self.own_ids,
            follows_edits=self.follows_edits,
            marks_deleted=self.marks_deleted,
        )


class Server:
    """One thread's table. `told` hears of every change, as a broadcast would."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.rows: dict[str, Message] = {}
        self.log: list[str] = []
        """Every text that was ever stored, in order."""
        self.clock = 1_000_000_000
        self.told: Callable[[ev.Event], None] = lambda event: None
        self.in_doubt: Callable[[str], bool] = lambda raw: False
        """Whether a text may still be looked for: nobody changes such a row, or it would look unsent."""
        self._made = 0
        self._used: set[str] = set()

    def tick(self) -> Micros:
        self.clock += 7
        return Micros(self.clock)

    def insert(self, raw: str, author: str, id_: str = "") -> Message | None:
        """A new row; with a key that is there already nothing happens (`on conflict do nothing`).

        Nor with one that was deleted: that a late second try brings such a row back is beyond a client.
        """
        if id_ in self._used:
            return self.rows.get(id_)
        self._used |= {id_} if id_ else set()
        self._made += 1
        own = author == "me"
        row = Message(
            THREAD,
            id_ or f"row{self._made:05}",
            author,
            self.tick(),
            raw,
            safe(raw),
            own=own,
            delivery=Delivery.SENT if own else Delivery.RECEIVED,
        )
        self.rows[row.id] = row
        self.log.append(raw)
        self.told(ev.MessageArrived(row))
        return row

    def edit(self, id_: str, raw: str) -> Message:
        held = self.rows.get(id_)
        if held is None or held.deleted or self.in_doubt(held.raw):
            raise NotFound("it is not there any more")
        edited = self.tick() if self.kind.follows_edits else None
        row = replace(held, raw=raw, body=safe(raw), edited=edited)
        self.rows[id_] = row
        self.told(ev.MessageArrived(row, changed=True))
        return row

    def delete(self, id_: str) -> None:
        held = self.rows.get(id_)
        if held is None or held.deleted:
            return
        if self.in_doubt(held.raw):
            raise NotFound("it is not there any more")
        if not self.kind.marks_deleted:
            del self.rows[id_]
            self.told(ev.MessageGone("direct", id_))
            return
        edited = self.tick() if self.kind.follows_edits else None
        self.rows[id_] = replace(held, raw="", body=safe(""), deleted=True, edited=edited)
        self.told(ev.MessageArrived(self.rows[id_], changed=True))

    def table(self) -> list[Message]:
        return sorted(self.rows.values(), key=lambda m: m.cursor)

    # ------------------------------------------------------------ requests

    def answer(self, request: ev.Request) -> list[ev.Event]:
        match request:
            case ev.ListThreads():
                last = max((m.cursor for m in self.rows.values()), default=None)
                thread = Thread(THREAD, safe_line("You"), ("me", "you"), "you", last=last)
                return [ev.ThreadsListed("direct", (thread,), ())]
            case ev.FetchPage():
                return [self._page(request)]
            case ev.FetchEdits(_, after, limit):
                rows = [m for m in self.rows.values() if edit_place(m) > after]
                rows.sort(key=edit_place)
                reached = edit_place(rows[:limit][-1]) if rows else None
                found = tuple(sorted(rows[:limit], key=lambda m: m.cursor))
                return [ev.EditsFetched(request, found, reached, whole=len(rows) <= limit)]
            case ev.Reread(_, after, upto):
                found = tuple(m for m in self.table() if after < m.cursor <= upto)
                return [ev.WindowReread(request, found)]
            case ev.SeekDraft(draft):
                return [ev.DraftSought(draft, tuple(self._sought(draft)))]
            case ev.SendDraft(draft):
                row = self.insert(draft.raw, "me", draft.id if self.kind.own_ids else "")
                return [ev.DraftStored(draft, row)]
            case ev.EditMessage(draft):
                return [ev.DraftStored(draft, self.edit(draft.target, draft.raw))]
            case ev.DeleteMessage(draft):
                self.delete(draft.target)
                return [ev.DraftStored(draft)]
            case _:
                return []

    def _page(self, request: ev.FetchPage) -> ev.PageFetched:
        rows, limit = self.table(), request.limit
        if request.after is not None:
            rows = [m for m in rows if m.cursor > request.after]
            return ev.PageFetched(request, tuple(rows[:limit]), whole=len(rows) < limit)
        rows = [m for m in rows if request.before is None or m.cursor < request.before]
        return ev.PageFetched(request, tuple(rows[-limit:]), whole=len(rows) < limit)

    def _sought(self, draft: Draft) -> list[Message]:
        if self.kind.own_ids:
            return [m for m in self.rows.values() if m.id == draft.id]
        if draft.anchor is None:
            return self.table()[-1:]
        return [m for m in self.table() if m.own and m.cursor > draft.anchor]


def edit_place(message: Message) -> Cursor:
    return Cursor(message.edited or message.at, message.id)


class Disk:
    """What the cache would hold: the writes of every step, step by step."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.spans: tuple[kp.Span, ...] = ()
        self.verified: Cursor | None = None
        self.followed: Cursor | None = None
        self.drafts: dict[str, Draft] = {}

    def commit(self, writes: tuple[kp.Write, ...]) -> None:
        for write in writes:
            match write:
                case kp.KeepMessages(messages):
                    self.messages.update({m.id: m for m in messages})
                case kp.KeepSpans(_, spans, verified):
                    self.spans = tuple(span for span in spans if span[0] != span[1])
                    self.verified = verified or self.verified
                case kp.KeepFollowed(_, to):
                    self.followed = to
                case kp.KeepDraft(draft):
                    self.drafts[draft.id] = draft
                case kp.DropDraft(draft_id):
                    self.drafts.pop(draft_id, None)
                case _:
                    pass

    def recall(self, request: ev.Recall) -> ev.Recalled:
        since, before = request.since, request.before
        rows = [m for m in self.messages.values() if since is None or m.cursor >= since]
        rows = [m for m in rows if before is None or m.cursor < before]
        found = tuple(sorted(rows, key=lambda m: m.cursor)[-request.limit :])
        if before is not None:
            return ev.Recalled(request, found)
        return ev.Recalled(request, found, self.spans, self.verified, self.followed)
