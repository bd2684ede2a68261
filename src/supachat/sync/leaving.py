"""A thread that is the reader's no more: left, or taken from them. What was not sent there is given back.

It goes into the text that waits in that thread's composer, on disk: whoever is asked in again finds it
there. Nothing is sent of it, and nothing is dropped without a word. Pure.
"""

from __future__ import annotations

from supachat.domain import events as ev
from supachat.domain.model import Act, Draft, DraftState, MessageKey, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync.parts import Parts
from supachat.sync.shelf import Outcome

SHOWN = 160
"""Characters of an unsent text that its notice shows."""


def gone(parts: Parts, thread: Thread, out: Outcome) -> None:
    """The source lists it no more."""
    key = thread.key
    unsent = _taken_back(parts, key, out)
    parts.shelf.forget(key)
    opened = parts.shelf.open == key
    if opened:
        parts.shelf.open = None
        out.changes.append(ev.Vacated())
    if unsent or opened:
        out.changes.append(_notice(thread.title, unsent))


def failed(parts: Parts, draft: Draft, out: Outcome) -> None:
    """A try came to nothing that was under way when its thread went."""
    held = parts.sender.outbox.get(draft.id)
    if held is None or held.state is not DraftState.FAILED or draft.thread not in parts.roster.left:
        return  # a thread that no list has shown yet is not gone
    if unsent := _taken_back(parts, draft.thread, out):
        out.changes.append(_notice(safe_line(draft.thread.id, limit=40), unsent))


def late(held: str, text: str) -> str:
    """What waits where the reader is no more, once a text comes that was typed just before it went.
    What is held there is not written over, by an emptied composer least of all."""
    if text in held:
        return held
    return text if text.startswith(held) else f"{held}\n{text}"


def _taken_back(parts: Parts, key: ThreadKey, out: Outcome) -> str:
    """The drafts of the thread, and the edits that are typed there, become text. A draft that is under way
    stays one until it has its answer."""
    drafts = [d for d in parts.sender.outbox.drafts(key) if d.state is not DraftState.SENDING]
    texts = ["\n".join(filter(None, (d.subject, d.raw))) for d in drafts if d.act is not Act.DELETE]
    for draft in drafts:
        parts.sender.drop(draft.id, out)
    for message in [m for m in parts.roster.texts if isinstance(m, MessageKey) and m.thread == key]:
        texts.append(parts.roster.texts[message])
        parts.roster.keep_text(message, "", out)
    begun = parts.roster.texts.get(key, "")
    parts.roster.keep_text(key, "\n".join(filter(None, (*texts, begun))), out)
    return parts.roster.texts.get(key, "")


def _notice(title: Safe, unsent: str) -> ev.Notice:
    said = safe_line(f"You are no longer in {title}")
    if not unsent:
        return ev.Notice(said, Safe(""), "info")
    kept = safe_line(f"Not sent, kept for when you are in it again: {unsent}", limit=SHOWN)
    return ev.Notice(said, kept, "warning")
