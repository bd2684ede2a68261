"""One Supabase project spoken in its dialects: this room's only face, a `client.Remote`.

Wires the parts and decides little. May be built in any thread; from `start` on it lives on one event
loop. Must never let a task of its own fail unseen, and must be gone within a second of `close`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

import httpx

from supachat.dialects.grammar import Dialect
from supachat.domain import events as ev
from supachat.domain.feeds import Canned
from supachat.domain.model import Account, Message, Person, Thread
from supachat.domain.text import Safe
from supachat.remote import library
from supachat.remote.accounts import Accounts
from supachat.remote.address import address
from supachat.remote.attendance import Attendance
from supachat.remote.background import Background
from supachat.remote.borrowed import Borrowed
from supachat.remote.entrance import Entrance
from supachat.remote.hearing import Hearing, Known
from supachat.remote.http import Gate, make_client, tls_context
from supachat.remote.measures import Measures
from supachat.remote.outside import Giver
from supachat.remote.performing import Performer
from supachat.remote.polling import Poller
from supachat.remote.registry import Registry
from supachat.remote.rows import Rows
from supachat.remote.sdk import supabase_client
from supachat.remote.session import Keeper
from supachat.remote.siding import Side
from supachat.remote.skew import Skew
from supachat.remote.supervisor import Supervisor
from supachat.remote.switching import Switch
from supachat.remote.vault import Vault
from supachat.remote.waits import Waits
from supachat.remote.watching import Watching, topics_of

_log = logging.getLogger(__name__)


class Project(Accounts):
    """`url` and `key` are checked here: raises `BadInput` and `KeyRefused`."""

    def __init__(
        self,
        url: str,
        key: str,
        dialects: Sequence[Dialect],
        vault: Vault,
        *,
        waits: Waits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        giver: Giver | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`giver` hands out the tokens, where that is not the project's own sign-in server. `wall` is this
        computer's clock, seconds since 1970."""
        library.quiet()
        self._waits = waits or Waits()
        where, tls = address(url, key), tls_context()
        self._where, self._giver = where, giver
        skew, self._gate = Skew(wall), Gate()
        self._http = make_client(where, self._waits, tls, transport, gate=self._gate, clock=skew)
        client = supabase_client(where, self._http)
        self._known = Known({dialect.name: dialect for dialect in dialects})
        self._registry = Registry(self._waits.topics_max, partial(topics_of, self._known))
        self._hearing = Hearing(self._known, self._registry, Measures(skew))
        borrowed = Borrowed(client, giver, time.monotonic, wall) if giver else None
        self._keeper = Keeper(client, vault, self, self._waits, stock=borrowed, wall=wall)
        self._rows = Rows(client, self._keeper)
        self._performer = Performer(self._known, self._rows)
        self._supervisor = Supervisor(
            where,
            self._keeper.access,
            self._hearing,
            self._waits,
            tls=tls,
            server_time=skew.server_time,
            way_lost=self._http.give_up,
        )
        self._side = Side(self._performer, self._rows)
        self._background = Background()
        self._spawn = self._background.spawn
        self._attendance = Attendance(
            self._known, self._hearing, self._registry, self._waits, self._rows.carry_out, self._spawn
        )
        self._hearing.began = self._attendance.began
        self._watching = Watching(
            self._known, self._registry, self._supervisor, self._hearing, self._attendance, self._waits
        )
        self._poller = self._make_poller()
        self._hearing.overlay = self._poller.overlay
        self._hearing.doubt = self._doubt
        self._entrance = self._make_entrance()
        self._switch = Switch(self._gate, self._supervisor, self, self._spawn)
        self._entering: asyncio.Task[None] | None = None

    def _make_entrance(self) -> Entrance:
        return Entrance(
            self._keeper,
            self._performer,
            self._known,
            self._registry,
            self._supervisor,
            self._hearing,
            self._waits,
            entered=self._watching.again,
        )

    def _make_poller(self) -> Poller:
        return Poller(
            self._registry,
            self._waits,
            sources=lambda: tuple(self._known.me),
            say=self._hearing.say,
            link=lambda: self._supervisor.link,
            tables=self._rows,
            moved=lambda: self._hearing.link_moved(self._supervisor.link),
            poke=self._supervisor.poke,
            doubt=self._supervisor.doubt,
        )

    # ------------------------------------------------------------ life

    async def events(self) -> AsyncIterator[ev.Event]:
        while (event := await self._hearing.queue.get()) is not None:
            yield event

    async def start(self) -> None:
        self._spawn(self._poller.run())
        self._spawn(self._restore())

    async def close(self) -> None:
        self._hearing.end()
        tasks = [*self._background.cancel(), *self._keeper.stop()]
        ends = asyncio.gather(self._supervisor.stop(), self._http.aclose(), *tasks, return_exceptions=True)
        try:
            await asyncio.wait_for(ends, self._waits.close)
        except TimeoutError:
            _log.warning("something of the link did not end in time")

    def poke(self) -> None:
        if not self._switch.off:
            self._supervisor.poke()
            self._keeper.hurry()
            self._entrance.hurry()

    def reconnect_all(self) -> None:
        self._switch.anew()
        self.poke()

    def go_offline(self) -> None:
        self._switch.turn(off=True)

    def go_online(self) -> None:
        self._switch.turn(off=False)
        self.poke()

    # ------------------------------------------------------------ what the switch asks for

    @property
    def signed_in(self) -> bool:
        return self._keeper.signed_in

    def stop_entering(self) -> None:
        if self._entering is not None:
            self._entering.cancel()

    def resume(self) -> None:
        if self._known.me:
            self._supervisor.start()
            self._watching.again()
        else:
            self._go_in()

    # ------------------------------------------------------------ the session

    async def _restore(self) -> None:
        found = self._keeper.signed_in or await self._entrance.restore()
        self._spawn(self._keeper.run())
        if found and self._entering is None:
            self._go_in()

    def _go_in(self) -> None:
        self.stop_entering()
        if not self._switch.off:  # else `resume` does it
            self._entering = self._spawn(self._entrance.enter())

    async def _entered(self, account: Account) -> Account:
        await self._leave()
        self._go_in()
        return account

    async def sign_out(self, *, everywhere: bool = False) -> None:
        if everywhere:
            await self._keeper.revoke_all()
        await self._leave()
        await self._keeper.sign_out()

    async def _leave(self) -> None:
        """Let go of whoever is signed in, on this side."""
        self.stop_entering()
        self._attendance.forget()
        await self._entrance.leave()

    # ------------------------------------------------------------ what the keeper tells

    def token_renewed(self, token: str) -> None:
        self._spawn(self._supervisor.renewed(token))
        self._entrance.hurry()

    def session_lost(self, reason: Safe) -> None:
        self._hearing.say(ev.SessionLost(reason))
        self._spawn(self._leave())

    def session_unkept(self, reason: Safe) -> None:
        self._hearing.say(ev.SessionUnkept(reason))

    def resumed(self) -> None:
        if not self._switch.off:
            self._supervisor.resumed()
        self.poke()

    def _doubt(self) -> None:
        self._spawn(self._renew())

    async def _renew(self) -> None:
        await self._keeper.renew(await self._keeper.access())

    # ------------------------------------------------------------ requests

    async def perform(self, request: ev.Request) -> Sequence[ev.Event]:
        self._switch.need_on()
        match request:
            case ev.ListThreads():
                listed = await self._performer.list_threads(request)
                self._watching.listed(request.source, listed.threads)
                return [listed]
            case ev.Alter() | ev.CountGap() | ev.FetchFeed() | ev.TakeFeedRow() | ev.FetchPrices():
                return await self._side.perform(request)
            case ev.SendDraft(draft) if self._watching.only_told(draft):
                await self._watching.tell_message(draft)
                return [ev.DraftStored(draft)]
            case ev.Watch(threads):
                return self._watching.watch(threads)
            case ev.TellTyping(thread):
                await self._watching.tell_typing(thread)
                return ()
            case ev.TellPresence(presence, leaving):
                self._watching.tell_presence(presence)
                await self._watching.written_down(leaving)
                return ()
            case _:
                return await self._performer.perform(request)

    async def search(self, source: str, text: str) -> Sequence[Message]:
        return await self._side.search(source, text)

    async def canned(self, source: str) -> Sequence[Canned]:
        return await self._side.canned(source)

    async def create_thread(self, source: str, title: str) -> Thread:
        thread, _ = await self._side.create_thread(source, title)
        self._watching.learn([thread])
        return thread

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        return await self._performer.find_people(source, text)

    async def ensure_thread(self, source: str, person: str) -> tuple[Thread, Sequence[Person]]:
        thread, people = await self._performer.ensure_thread(source, person)
        self._watching.learn([thread])
        return thread, people
