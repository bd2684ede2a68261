"""A town for the screen's tests: a scripted project that does as it is told, for the people of `street`.

The scripted remote speaks the same protocol as a real project; nothing of it comes from a server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tests.tui.street import (
    ACCOUNT,
    LIVE,
    NOW,
    PEOPLE,
    SOURCE,
    STRANGER,
    conversation,
    key,
    message,
    street,
    thread,
)
from tests.unit.scripted_client import Puppet

from supachat.client import Visit
from supachat.domain import events as ev
from supachat.domain.entering import Proof, Ways
from supachat.domain.errors import BadInput, SupachatError
from supachat.domain.feeds import Canned, FeedAct, FeedInfo, FeedRow, Tick
from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Account,
    Alteration,
    Extra,
    Message,
    Person,
    Presence,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe_line
from supachat.sync.altering import altered


class ScriptedVisit:
    """A browser that comes back when the test says so."""

    patience = 300.0

    def __init__(self, town: Town, provider: str) -> None:
        self._town = town
        self.url = f"https://acme.supabase.co/auth/v1/authorize?provider={provider}&flow=Zk3f-91Qa"
        self.came: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.closed = False

    async def done(self) -> Account:
        try:
            await self.came
        finally:
            self.close()
        return await self._town.let_in()

    def paste(self, text: str) -> None:
        if "code=" not in text:
            raise BadInput("that address brings no sign-in")
        self.came.set_result(text)

    def close(self) -> None:
        self.closed = True


class Town(Puppet):
    """A project: its table, its people, and the trouble it makes when told to."""

    def __init__(self, threads: Sequence[Thread] | None = None, *, signed_in: bool = True) -> None:
        super().__init__()
        self.threads = list(street() if threads is None else threads)
        self.table: dict[ThreadKey, list[Message]] = {
            each.key: conversation(each.other or "mira") for each in self.threads
        }
        self.people = list(PEOPLE)
        self.signed_in = signed_in
        self.link = LIVE
        self.refused: SupachatError | None = None
        """What a send meets."""
        self.sign_in_refused: SupachatError | None = None
        self.find_refused: SupachatError | None = None
        self.unsearched: dict[str, SupachatError] = {}
        self.found: list[Message] = []
        """Sources that cannot be searched, and why."""
        self.mail_refused: SupachatError | None = None
        self.password_refused: SupachatError | None = None
        self.keep_refused: SupachatError | None = None
        self.offer = safe_line("")
        self.in_file: bool | None = None
        self.forgotten: list[str] = []
        self.passwords: list[str] = []
        self.offers: Ways | SupachatError = Ways(code=False)
        """The ways in."""
        self.proofs: list[Proof] = []
        self.mailed: list[tuple[str, bool]] = []
        self.visit: ScriptedVisit | None = None
        self.hold = asyncio.Event()
        """Cleared: pages and sends wait."""
        self.hold.set()
        self.older = asyncio.Event()
        """Cleared: older pages wait."""
        self.older.set()
        self.sources: tuple[SourceInfo, ...] = (SOURCE,)
        self.feeds: tuple[FeedInfo, ...] = ()
        self.feed_rows: list[FeedRow] = []
        self.ticks: list[Tick] = []
        self.replies: list[Canned] = []
        self.alter_refused: SupachatError | None = None
        """What an alteration and a take meet."""

    # ------------------------------------------------------------ the protocol

    async def start(self) -> None:
        if self.signed_in:
            self._welcome()
        else:
            self.say(ev.SessionLost(safe_line("")), ev.LinkMoved(Link(LinkState.SIGNED_OUT)))

    async def perform(self, request: ev.Request) -> Sequence[ev.Event]:
        self.performed.append(request)
        match request:
            case ev.ListThreads(source):
                here = tuple(each for each in self.threads if each.key.source == source)
                known = tuple(each for each in self.people if each.key.source == source)
                return [ev.ThreadsListed(source, here, known)]
            case ev.FetchPage():
                await self.hold.wait()
                if request.before is not None:
                    await self.older.wait()
                return [self._page(request)]
            case ev.CountGap(thread, after, before):
                there = self.table.get(thread, [])
                return [ev.GapCounted(request, sum(after < row.cursor < before for row in there))]
            case ev.SendDraft(draft):
                await self.hold.wait()
                if self.refused is not None:
                    raise self.refused
                row = replace(
                    message("mira", "ana", draft.raw, NOW),
                    id=draft.id,
                    thread=draft.thread,
                    at=draft.created,
                    extra=Extra(subject=safe_line(draft.subject)) if draft.subject else None,
                )
                self.table.setdefault(draft.thread, []).append(row)
                return [ev.DraftStored(draft, row)]
            case ev.Watch(threads):
                self.say(*(ev.ThreadReady(each) for each in threads))
            case ev.Alter() | ev.TakeFeedRow():
                await self.hold.wait()
                if self.alter_refused is not None:
                    raise self.alter_refused
                self._done(request)
            case ev.FetchFeed(source, feed):
                rows = [row for row in self.feed_rows if (row.source, row.feed) == (source, feed)]
                return [ev.FeedRead(source, feed, tuple(rows))]
            case ev.FetchPrices(source):
                return [ev.PricesRead(source, tuple(t for t in self.ticks if t.source == source))]
        return []

    def _done(self, request: ev.Alter | ev.TakeFeedRow) -> None:
        """The project does it, so that the next list or read says so."""
        match request:
            case ev.Alter(key, what, value):
                told = [altered(t, what, value, "ana") if t.key == key else t for t in self.threads]
                left = what is Alteration.LEAVE
                self.threads = [each for each in told if not (left and each.key == key)]
            case ev.TakeFeedRow(source, feed, id_, FeedAct.CLOSE):
                self.feed_rows = [
                    replace(row, closed=True, closed_by="ana")
                    if (row.source, row.feed, row.id) == (source, feed, id_)
                    else row
                    for row in self.feed_rows
                ]
            case ev.TakeFeedRow(source, feed, id_):
                self.feed_rows = [
                    replace(row, taken=True, taken_by="ana")
                    if (row.source, row.feed, row.id) == (source, feed, id_)
                    else row
                    for row in self.feed_rows
                ]

    def _page(self, request: ev.FetchPage) -> ev.PageFetched:
        rows = self.table.get(request.thread, [])
        if request.after is not None:
            found = [row for row in rows if row.cursor > request.after][: request.limit]
            return ev.PageFetched(request, tuple(found), whole=len(found) < request.limit)
        before = [row for row in rows if request.before is None or row.cursor < request.before]
        found = before[-request.limit :]
        return ev.PageFetched(request, tuple(found), whole=len(found) == len(before))

    async def let_in(self) -> Account:
        if self.sign_in_refused is not None:
            raise self.sign_in_refused
        self.signed_in = True
        self._welcome()
        return ACCOUNT

    def _welcome(self) -> None:
        self.say(ev.SignedIn(ACCOUNT, self.sources), ev.LinkMoved(self.link))
        for source in dict.fromkeys(info.source for info in self.feeds):
            self.say(ev.FeedsKnown(source, tuple(i for i in self.feeds if i.source == source)))

    async def ways(self) -> Ways:
        if isinstance(self.offers, SupachatError):
            raise self.offers
        return self.offers

    async def enter(self, proof: Proof) -> Account | None:
        self.proofs.append(proof)
        return await self.let_in()

    async def send_code(self, email: str, *, create: bool) -> None:
        if self.mail_refused is not None:
            raise self.mail_refused
        self.mailed.append((email, create))

    async def forgot(self, email: str) -> None:
        if self.mail_refused is not None:
            raise self.mail_refused
        self.forgotten.append(email)

    @property
    def kept_in(self) -> Safe:
        kept = "keyring of this computer"
        return safe_line(f"The session is kept in {'memory' if self.offer else f'the {kept}'}.")

    async def keep_session(self, *, in_file: bool) -> None:
        self.offer = safe_line("")
        self.in_file = in_file
        if self.keep_refused is not None:
            raise self.keep_refused

    async def set_password(self, password: str) -> None:
        if self.password_refused is not None:
            raise self.password_refused
        self.passwords.append(password)

    async def browse(self, provider: str) -> Visit:
        self.visit = ScriptedVisit(self, provider)
        return self.visit

    async def sign_out(self, *, everywhere: bool = False) -> None:
        self.signed_in = False
        self.say(ev.LinkMoved(Link(LinkState.SIGNED_OUT)))

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        if self.find_refused is not None:
            raise self.find_refused
        return [p for p in (*self.people, STRANGER) if p.name.casefold().startswith(text.casefold())]

    async def ensure_thread(self, source: str, person: str) -> tuple[Thread, Sequence[Person]]:
        return thread(person), [p for p in (*PEOPLE, STRANGER) if p.key.id == person]

    async def search(self, source: str, text: str) -> Sequence[Message]:
        """`found`, else every message of the source in which the text stands."""
        if source in self.unsearched:
            raise self.unsearched[source]
        rows = (m for rows in self.table.values() for m in rows if m.thread.source == source)
        return [
            m for m in rows if m in self.found or (not self.found and text.casefold() in m.raw.casefold())
        ]

    async def canned(self, source: str) -> Sequence[Canned]:
        return self.replies

    async def create_thread(self, source: str, title: str) -> Thread:
        made = Thread(ThreadKey(source, f"made-{len(self.threads)}"), safe_line(title), ("ana",))
        self.threads.append(made)
        return made

    async def close(self) -> None:
        self.hold.set()
        self.older.set()

    # ------------------------------------------------------------ what happens in it

    def arrives(self, other: str, text: str, *, number: int = 900) -> None:
        """Somebody says something, and it comes by the socket."""
        row = message(other, other, text, NOW, number)
        self.table.setdefault(row.thread, []).append(row)
        self.say(ev.MessageArrived(row))

    def present(self, **who: Presence) -> None:
        """Who is there, by handle."""
        for other, presence in who.items():
            self.say(ev.PresenceHeard(key(other), {"ana": Presence.ONLINE, other: presence}))
