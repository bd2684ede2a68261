"""Texts that are not sent, and how one goes back to whoever wrote it.

Each is in one place, which is on disk: a draft in the outbox, what stands in a thread's composer, what is
typed to change a message. It goes from one to another within a step: whoever is killed finds it in one of
them, never in two and never in none. Pure.
"""

from __future__ import annotations

from supachat.domain import keeping as kp
from supachat.domain.model import Act, Draft, DraftState, Feature, MessageKey, ThreadKey
from supachat.sync import leaving
from supachat.sync.parts import Parts
from supachat.sync.shelf import Outcome


def keep(parts: Parts, key: kp.TextKey, text: str, out: Outcome) -> None:
    """What stands in a composer now. Where the reader is no more an edit is a text like any other."""
    roster, thread = parts.roster, kp.thread_of(key)
    if thread in roster.left:
        key, text = thread, leaving.late(roster.texts.get(thread, ""), text)
    roster.keep_text(key, text, out)


def take_back(parts: Parts, draft_id: str, text: str, out: Outcome) -> None:
    """A draft is `text` again, typed to change its message or to write one. One that may have been stored
    stays a draft, which is said."""
    outbox = parts.sender.outbox
    draft = outbox.get(draft_id)
    parts.sender.discard(draft_id, out)
    if draft is None or draft_id in outbox:
        return
    key = MessageKey(draft.thread, draft.target) if draft.act is Act.EDIT else draft.thread
    parts.roster.keep_text(key, kp.in_front(text, parts.roster.texts.get(key, "")), out)


def move(parts: Parts, key: kp.TextKey, thread: ThreadKey, out: Outcome) -> None:
    """What was typed there is the text of a new message of `thread`."""
    held = parts.roster.texts
    text = kp.in_front(held.get(key, ""), held.get(thread, ""))
    parts.roster.keep_text(key, "", out)
    parts.roster.keep_text(thread, text, out)


def can_edit(parts: Parts, message: MessageKey) -> bool:
    """As far as is known here: the server has the last word."""
    info, reading = parts.info(message.thread.source), parts.shelf.known(message.thread)
    shown = reading.timeline.shown(message.id) if reading is not None else None
    return info is not None and Feature.EDIT in info.features and not (shown is not None and shown.deleted)


def refused(parts: Parts, thread: ThreadKey) -> tuple[Draft, ...]:
    """The edits in a thread to which the server said no, and that nobody has taken back yet."""
    drafts = parts.sender.outbox.drafts(thread)
    return tuple(d for d in drafts if d.act is Act.EDIT and d.state is DraftState.FAILED)
