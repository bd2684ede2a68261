"""What the world told us, event by event, handed to the part that knows what it means."""

from __future__ import annotations

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Act, Draft, Message, ThreadKey
from supachat.domain.text import Safe
from supachat.sync import hearsay, leaving
from supachat.sync.parts import Parts
from supachat.sync.shelf import Outcome

HEARD = (
    ev.MessageArrived,
    ev.MessageHinted,
    ev.TypingHeard,
    ev.PresenceHeard,
    ev.PersonSeen,
    ev.ThreadReady,
    ev.FeedHeard,
    ev.PriceHeard,
)
"""Events that show that the link brings something."""


def take(parts: Parts, event: ev.Event, now: float, out: Outcome) -> None:
    match event:
        case ev.SignedIn():
            _signed_in(parts, event, out)
        case ev.SessionLost(reason):
            parts.shelf.online = False
            parts.unheard(out)
            out.changes.append(ev.AccountChanged(None, reason))
        case ev.SessionUnkept(reason):
            out.changes.append(ev.Notice(Safe("The sign-in is not kept"), reason, "warning"))
        case ev.LinkMoved(link):
            _link_moved(parts, link, out)
            parts.health.moved(link, now)
            out.changes.append(ev.HealthChanged(parts.health.health))
        case ev.ListStale(source):
            parts.ask(ev.ListThreads(source), out, again=True)
            if parts.health.health.link.state is LinkState.POLLING:
                out.requests += parts.beside.wanted(source)
        case ev.TypingHeard() | ev.PresenceHeard() | ev.PeopleUnheard() | ev.PersonSeen():
            parts.roster.heard(event, now, out)
        case ev.ReadMarked(thread, to):
            parts.landed(ev.MarkRead(thread, to), out)
            parts.looking.told(ev.MarkRead(thread, to))
            parts.roster.note(parts.roster.threads.read(thread, to), out)
        case ev.PersonRead():
            _read_by(parts, event, out)
        case _:
            _rows(parts, event, now, out)


def _rows(parts: Parts, event: ev.Event, now: float, out: Outcome) -> None:
    """What realtime says of a thread's rows."""
    match event:
        case ev.ThreadReady(thread):
            parts.reader.catcher.ready(thread, out)
        case ev.ThreadDeaf(thread):
            parts.reader.catcher.deaf(thread)
            if parts.roster.people.deaf(thread):
                out.changes.append(ev.PeopleChanged())
        case ev.MessageArrived(message, changed=changed, author=author):
            parts.roster.learn((author,) if author is not None else (), out)
            parts.heard(message, now, out, changed=changed)
        case ev.MessageHinted(thread, changed):
            _hinted(parts, thread, changed, out)
        case ev.MessageGone(source, message_id, hint=True):
            parts.reader.rereader.doubt(source, message_id, out)
        case ev.MessageGone(source, message_id):
            parts.sender.gone(source, message_id, out)
            parts.reader.rereader.gone(source, message_id, parts.asking.turn, out)
        case _:
            _answers(parts, event, now, out)


def _answers(parts: Parts, event: ev.Event, now: float, out: Outcome) -> None:
    """Answers to what was read."""
    match event:
        case ev.ThreadsListed(source):
            as_of = parts.landed(ev.ListThreads(source), out)
            _listed(parts, event, as_of, out)
            for read in event.reads:
                _read_by(parts, read, out)
        case ev.PageFetched(request, messages, people):
            as_of = parts.landed(request, out)
            parts.roster.learn(people, out)
            _noticed(parts, messages, now, out)
            parts.reader.fetched(event, as_of, now, out)
        case ev.GapCounted(request):
            parts.landed(request, out)
            parts.reader.counted(event, out)
        case ev.EditsFetched(request, messages):
            as_of = parts.landed(request, out)
            parts.reader.rereader.edited(event, as_of, out)
        case ev.MentionsRead(request, messages):
            parts.landed(request, out)
            parts.mentions.read(messages)
            out.changes.append(ev.ThreadsChanged())
        case ev.WindowReread(request, messages):
            as_of = parts.landed(request, out)
            _noticed(parts, messages, now, out)
            parts.reader.rereader.reread(event, as_of, now, out)
        case ev.Recalled(request):
            parts.landed(request, out)
            for message in event.messages:
                parts.growing.seen(message, now)
            parts.reader.recalled(event, out)
            parts.sender.show_all(request.thread, out)
        case _:
            _drafts(parts, event, now, out)


def _drafts(parts: Parts, event: ev.Event, now: float, out: Outcome) -> None:
    match event:
        case ev.DraftKept(draft_id, attempts):
            parts.sender.kept(draft_id, attempts, out)
        case ev.DraftStored(draft, message):
            parts.landed(parts.sender.request(draft), out)
            _stored(parts, draft, message, now, out)
        case ev.DraftSought(draft, found):
            parts.landed(ev.SeekDraft(draft), out)
            lost = parts.sender.sought(event, now, out)
            info = parts.info(draft.thread.source)
            if draft.anchor is not None or info is None or info.own_ids:
                for message in found:
                    parts.confirmed(message, out)
            if lost:
                parts.reader.catcher.catch_up(draft.thread, out, again=True)
        case _:
            _beside(parts, event, out)


def _beside(parts: Parts, event: ev.Event, out: Outcome) -> None:
    """Feeds and prices."""
    match event:
        case ev.FeedsKnown():
            parts.beside.known(event, out)
        case ev.FeedRead(source, feed):
            as_of = parts.landed(ev.FetchFeed(source, feed), out)
            parts.beside.read(event, as_of, out)
        case ev.FeedHeard(row):
            parts.beside.heard(row, parts.asking.turn, out)
        case ev.PricesRead(source, ticks):
            parts.landed(ev.FetchPrices(source), out)
            for tick in ticks:
                parts.beside.price(tick, out)
        case ev.PriceHeard(tick):
            parts.beside.price(tick, out)
        case _:
            raise TypeError(f"an event that the engine does not know: {event!r}")


def _stored(parts: Parts, draft: Draft, message: Message | None, now: float, out: Outcome) -> None:
    """The server did it. A row that it did not show is looked for; till then the draft stays."""
    if draft.act is Act.SEND:
        if message is None and parts.shelf.unstored(draft.thread):
            held = parts.roster.threads.get(draft.thread)
            message = hearsay.sent(draft, parts.me(draft.thread.source), held.last if held else None)
        if message is None:
            parts.sender.told_only(draft, now)
            return
        if message.id != draft.id:
            parts.sender.drop(draft.id, out)
        parts.confirmed(message, out)
        return
    parts.sender.drop(draft.id, out)
    if message is not None:
        parts.confirmed(message, out, changed=True)
    elif draft.act is Act.DELETE:
        parts.reader.rereader.gone(draft.thread.source, draft.target, parts.asking.turn, out)


def _listed(parts: Parts, event: ev.ThreadsListed, as_of: int, out: Outcome) -> None:
    threads = parts.roster.threads
    before = threads.of_source(event.source)
    parts.alterer.listed(event.source, as_of)
    parts.roster.listed(event, as_of, out)
    after = threads.of_source(event.source)
    for key in (one for one in before if one not in after):
        leaving.gone(parts, before[key], out)
    parts.notifier.listed(event.source, before, after.values(), out)
    if (request := parts.mentions.wanted(event.source, after.values())) is not None:
        parts.ask(request, out)


def _noticed(parts: Parts, messages: tuple[Message, ...], now: float, out: Outcome) -> None:
    """What the list and the outbox learn from rows that were read."""
    for message in messages:
        parts.growing.seen(message, now)
        parts.sender.settle(message, out)
        parts.roster.note(parts.roster.threads.heard(message), out)


def _signed_in(parts: Parts, event: ev.SignedIn, out: Outcome) -> None:
    parts.account, parts.sources = event.account, event.sources
    parts.shelf.online = True
    out.changes.append(ev.AccountChanged(event.account))
    out.writes.append(kp.KeepAccount(event.account, event.sources))
    parts.unheard(out)  # whoever was in before, this one's topics are not joined yet
    parts.reader.reached(out)
    parts.refresh(out)
    parts.sender.outbox.hurry()


def _link_moved(parts: Parts, link: Link, out: Outcome) -> None:
    parts.roster.listens(link.state is LinkState.CONNECTED and not link.mute, out)
    if _whole(link) and not _whole(parts.health.health.link):
        parts.sender.outbox.hurry()
        if parts.shelf.online:
            parts.reader.reached(out)
            parts.refresh(out)


def _whole(link: Link) -> bool:
    """Whether what is sent goes out and what is asked for is answered."""
    return link.state is LinkState.CONNECTED and not link.silent


def _hinted(parts: Parts, thread: ThreadKey, changed: bool, out: Outcome) -> None:
    """Something happened there: the open thread is read itself, of the others only the list."""
    reading = parts.shelf.known(thread)
    if thread == parts.shelf.open:
        parts.reader.catcher.hinted(thread, out, changed=changed)
    if thread != parts.shelf.open or reading is None or not reading.live:
        parts.ask(ev.ListThreads(thread.source), out, again=True)


def _read_by(parts: Parts, event: ev.PersonRead, out: Outcome) -> None:
    """Somebody else has read: believed of the thread's members only."""
    thread, person = event.thread, event.person
    if person != parts.me(thread.source) and person in parts.roster.threads.members(thread):
        timeline = parts.shelf.reading(thread).timeline
        parts.shelf.splice(thread, timeline.read_by(person, event.to), out)
