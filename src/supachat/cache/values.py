"""Nouns as the values that SQLite keeps, and back. Text is made safe again on its way back."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from supachat.domain.model import (
    Account,
    Act,
    Cursor,
    Delivery,
    Draft,
    DraftState,
    Extra,
    Feature,
    Message,
    MessageKind,
    Micros,
    Person,
    PersonKey,
    PersonKind,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What is raised here of a value that is not what was kept."""
MESSAGE = "id, at, author, raw, own, edited, deleted, system, reply_to, seen_by, extra"
"""The columns that `message` wants, in its order."""


DRAFT = (
    "id, source, thread, raw, created, state, reason, attempts, act, target, anchor_at, anchor_id, subject"
)
"""The columns that `draft` wants, in its order."""
NEW_IN_DRAFT = {
    "act": "text not null default 'send'",
    "target": "text not null default ''",
    "anchor_at": "integer",
    "anchor_id": "text",
    "subject": "text not null default ''",
}
"""Columns that a file of another version may not have: what is in it is kept all the same."""


def of_message(m: Message) -> tuple[object, ...]:
    """The row as the table has it: the thread's two columns first."""
    return (
        *m.thread, m.id, m.at, m.author, m.raw, m.own, m.edited, m.deleted, m.is_notice, m.reply_to,
        m.seen_by, None if m.extra is None else of_extra(m.extra),
    )  # fmt: skip  # one row, one line


def stays(m: Message) -> bool:
    """Whether the first one that was kept is the one: what was only heard has no newer version."""
    return m.is_notice or (m.extra is not None and m.extra.hearsay)


def message(thread: ThreadKey, row: Sequence[Any]) -> Message:
    id_, at, author, raw, own, edited, deleted, _notice, reply_to, seen_by, extra_ = row
    return Message(
        thread=thread,
        id=id_,
        author=sys.intern(author),  # one string for all that somebody wrote
        at=Micros(at),
        raw=raw,
        body=safe(raw),
        own=bool(own),
        delivery=Delivery.SENT if own else Delivery.RECEIVED,
        edited=None if edited is None else Micros(edited),
        deleted=bool(deleted),
        reply_to=reply_to,
        seen_by=seen_by,
        extra=None if extra_ is None else extra(extra_),
    )


def of_extra(e: Extra) -> str:
    """Only what is not as usual."""
    usual = asdict(Extra())
    return json.dumps({name: value for name, value in asdict(e).items() if value != usual[name]})


def extra(value: str) -> Extra:
    held = json.loads(value)
    return Extra(
        kind=MessageKind(held.get("kind", MessageKind.TEXT)),
        role=PersonKind(held["role"]) if "role" in held else None,
        growing=held.get("growing", False),
        trouble=safe_line(held.get("trouble", "")),
        subject=safe_line(held.get("subject", "")),
        facts=tuple((safe_line(name), safe_line(fact)) for name, fact in held.get("facts", ())),
        hearsay=held.get("hearsay", False),
        urgent=held.get("urgent", False),
    )


def of_draft(d: Draft, owner: str) -> tuple[object, ...]:
    """The columns of `DRAFT`, and the owner."""
    anchor = d.anchor or (None, None)
    return (
        d.id, *d.thread, d.raw, d.created, d.state, d.reason, d.attempts, d.act, d.target, *anchor,
        d.subject, owner,
    )  # fmt: skip  # one row, one line


def draft(row: Sequence[Any]) -> Draft:
    id_, source, thread, raw, created, state, reason, attempts, act, target, *anchored, subject = row
    anchor_at, anchor_id = anchored
    return Draft(
        id=id_,
        thread=ThreadKey(source, thread),
        raw=raw,
        created=Micros(created),
        state=DraftState(state),
        reason=None if reason is None else safe_line(reason),
        attempts=attempts,
        act=Act(act),
        target=target,
        anchor=None if anchor_at is None else Cursor(Micros(anchor_at), anchor_id),
        subject=subject,
    )


def cursor(value: Sequence[Any] | None) -> Cursor | None:
    return None if value is None else Cursor(Micros(value[0]), value[1])


def of_thread(t: Thread) -> str:
    value = asdict(t)
    del value["key"]
    return json.dumps(value)


def thread(source: str, id_: str, value: str) -> Thread:
    held = json.loads(value)
    shown = {name: safe_line(held.get(name, "")) for name in ("title", "preview", "told")}
    cursors = {name: cursor(held[name]) for name in ("last", "read_to")}
    lists = {
        "members": tuple(held["members"]),
        "facts": tuple(safe_line(fact) for fact in held.get("facts", ())),
    }
    return Thread(**{**held, **shown, **cursors, **lists, "key": ThreadKey(source, id_)})


def person(source: str, id_: str, name: str, handle: str, kind: str) -> Person:
    return Person(PersonKey(source, id_), safe_line(name), safe_line(handle), PersonKind(kind))


def account(value: Sequence[str]) -> Account:
    user_id, email, name = value
    return Account(user_id, safe_line(email), safe_line(name))


def of_source(s: SourceInfo) -> dict[str, object]:
    return {**asdict(s), "features": sorted(s.features)}


def source(value: dict[str, Any]) -> SourceInfo:
    features = frozenset(Feature(name) for name in value["features"])
    lists = {"features": features, "statuses": tuple(value.get("statuses", ()))}
    return SourceInfo(**{**value, **lists, "label": safe_line(value["label"])})
