"""How a message looks while a change to it is under way, and who has seen it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from supachat.domain.model import Act, Cursor, Delivery, Draft, DraftState, Extra, Message
from supachat.domain.text import Safe, safe, safe_line

DELIVERY = {
    DraftState.QUEUED: Delivery.QUEUED,
    DraftState.SENDING: Delivery.SENDING,
    DraftState.FAILED: Delivery.FAILED,
}


UNFINISHED = Safe("unfinished: nothing more came")


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
        delivery=DELIVERY[draft.state] if kept else Delivery.RECEIVED,
        reason=draft.reason,
        extra=Extra(subject=safe_line(draft.subject)) if draft.subject else None,
    )


def changed(base: Message, change: Draft | None) -> Message:
    """A confirmed message with a change of ours that the server has not confirmed."""
    if change is None or base.deleted:
        return base
    delivery = DELIVERY[change.state]
    if change.act is Act.DELETE:
        return replace(tombstone(base), delivery=delivery)
    edited = base.edited or change.created
    return replace(base, raw=change.raw, body=safe(change.raw), edited=edited, delivery=delivery)


def tombstone(message: Message) -> Message:
    """What stays of a message that was deleted: its place."""
    return replace(message, raw="", body=safe(""), deleted=True)


def unfinished(message: Message) -> Message:
    """A message that was growing and has stopped before its end."""
    if message.extra is None:
        return message
    return replace(message, extra=replace(message.extra, growing=False, trouble=UNFINISHED))


def seen(message: Message, readers: Iterable[Cursor]) -> Message:
    """One's own message with how many others have read as far as it. Counts never shrink."""
    if not message.own:
        return message
    count = max(message.seen_by, sum(cursor >= message.cursor for cursor in readers))
    return message if count == message.seen_by else replace(message, seen_by=count)
