"""How requests end that bring no rows: done, or come to nothing and undone on the screen."""

from __future__ import annotations

from supachat.domain import events as ev
from supachat.domain.errors import Retryable, SignInError, SupachatError, TooEarly
from supachat.domain.text import safe_line
from supachat.sync import leaving
from supachat.sync.parts import Parts
from supachat.sync.shelf import Outcome

_SPEAKS_ITSELF = ev.SendDraft | ev.SeekDraft | ev.EditMessage | ev.DeleteMessage | ev.Alter | ev.TakeFeedRow
"""Requests whose failure is told where they were wanted."""


def done(parts: Parts, request: ev.Request, out: Outcome) -> None:
    """It was carried out; what it changed is read once more, for the truth."""
    parts.landed(request, out, retry=False)
    match request:
        case ev.Alter():
            parts.alterer.done(request, parts.asking.turn, out)
            parts.ask(ev.ListThreads(request.thread.source), out, again=True)
        case ev.TakeFeedRow(source, feed):
            parts.beside.taken(request, parts.asking.turn)
            parts.ask(ev.FetchFeed(source, feed), out, again=True)
        case ev.FetchFeed() | ev.FetchPrices():
            pass  # there is nothing to be read: what is heard is all there is
        case _:
            raise TypeError(f"this is answered by an event: {request!r}")


def failed(parts: Parts, request: ev.Request, error: SupachatError, now: float, out: Outcome) -> None:
    parts.landed(request, out, retry=False)
    words = safe_line(error.message)
    if isinstance(request, ev.CountGap):
        return  # a count is a courtesy: without it the times stand there
    match request:
        case ev.SendDraft(draft) | ev.SeekDraft(draft) | ev.EditMessage(draft) | ev.DeleteMessage(draft):
            parts.sender.trouble(draft, error, now, out)
            leaving.failed(parts, draft, out)
        case ev.FetchPage():
            parts.reader.failed(request, words, out)
        case ev.FetchEdits() | ev.Reread():
            parts.reader.rereader.failed(request)
        case ev.Alter(thread):
            if parts.alterer.failed(request, error, out):
                parts.ask(ev.ListThreads(thread.source), out, again=True)
        case ev.TakeFeedRow(source, feed):
            parts.beside.refused(request, error.message, error.cure, out)
            if isinstance(error, Retryable) and error.arrived:
                parts.ask(ev.FetchFeed(source, feed), out, again=True)
        case ev.FetchMentions():
            parts.mentions.failed(request)
        case ev.MarkRead():
            parts.looking.told(request, again=isinstance(error, Retryable))
        case ev.Watch():
            parts.watcher.undone()
        case ev.TellPresence():
            parts.attendance.untold()
        case _:
            pass
    if not isinstance(error, TooEarly):
        parts.health.trouble(words, now)
    _complain(parts, request, error, out)


def _complain(parts: Parts, request: ev.Request, error: SupachatError, out: Outcome) -> None:
    """What waiting does not cure is said once; of a draft its own row says it."""
    if isinstance(error, Retryable | SignInError) or isinstance(request, _SPEAKS_ITSELF):
        return
    if error.message not in parts.said:
        parts.said.add(error.message)
        out.changes.append(ev.Notice(safe_line(error.message), safe_line(error.cure), "error"))
