"""From a session to a workspace that is entered: who are we in each source, and is the link up?

Enters again and again until it is done; lets go cleanly. Tells everybody once it is in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from random import random

from supachat.dialects.grammar import Dialect
from supachat.domain.errors import Retryable, SessionEnded, SupachatError, VaultError
from supachat.domain.events import FeedsKnown, SessionLost, SignedIn
from supachat.domain.feeds import FeedInfo
from supachat.domain.health import LinkState
from supachat.domain.model import NOTHING, Person, SourceInfo
from supachat.domain.text import safe_line
from supachat.remote import rules
from supachat.remote.hearing import Hearing, Known
from supachat.remote.performing import Performer
from supachat.remote.registry import Registry
from supachat.remote.session import Keeper
from supachat.remote.supervisor import Supervisor
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)


class Entrance:
    def __init__(
        self,
        keeper: Keeper,
        performer: Performer,
        known: Known,
        registry: Registry,
        supervisor: Supervisor,
        hearing: Hearing,
        waits: Waits,
        *,
        entered: Callable[[], None],
    ) -> None:
        """`entered` is called each time the sources are known, before SignedIn is told."""
        self._keeper, self._performer, self._known = keeper, performer, known
        self._registry, self._supervisor, self._hearing = registry, supervisor, hearing
        self._waits, self._entered = waits, entered
        self._hurry, self._leaving = asyncio.Event(), asyncio.Lock()

    def hurry(self) -> None:
        self._hurry.set()

    async def restore(self) -> bool:
        """Take up the session that is kept. Where there is none, that is told; no network."""
        reason = NOTHING
        try:
            if await self._keeper.restore():
                return True
        except VaultError as error:
            reason = safe_line(str(error))
        await self._supervisor.stop(LinkState.SIGNED_OUT)
        self._hearing.say(SessionLost(reason))
        return False

    async def enter(self) -> None:
        """Connect, and learn who we are in each source, for as long as that takes."""
        self._supervisor.start()
        failures = 0
        while True:
            self._hurry.clear()
            try:
                await self._once()
                return
            except SessionEnded:  # the keeper has told of it, unless there was none
                await self._supervisor.stop(LinkState.SIGNED_OUT)
                return
            except SupachatError as error:  # whatever it says, it may be a stranger on the way who says it
                after = error.after if isinstance(error, Retryable) else None
            except Exception:  # noqa: BLE001  what a library raises must not leave anybody at the door for ever
                _log.exception("entering failed in a way of its own")
                after = None
            least = self._waits.poke_gap if after is None else self._waits.limited
            if self._keeper.account is None:
                least = 0.0  # nothing was asked but a token, of which the keeper knows how often
            await self._hurried(max(after or 0.0, rules.jittered(failures, random(), self._waits)), least)
            failures += 1

    async def _hurried(self, seconds: float, least: float) -> None:
        """So long, or `least` where somebody is in a hurry: a key that is held down asks 30 times a
        second."""
        await asyncio.sleep(min(seconds, least))
        try:
            async with asyncio.timeout(seconds - least):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _once(self) -> None:
        """Raises `SupachatError`."""
        await self._keeper.access()
        account = self._keeper.account
        if account is None:
            raise SessionEnded("you are not signed in", cure="Sign in")
        found = await asyncio.gather(
            *(self._me(dialect, account.user_id) for dialect in self._known.dialects.values())
        )
        self._known.user = account.user_id
        for dialect, person, _ in found:
            if person is not None:
                me = person.key.id
                self._known.me[dialect.name] = me
                self._registry.user_topics(dialect.name, dialect.user_topics(account.user_id, me))
        self._entered()
        name = next((person.name for _, person, _ in found if person is not None), account.name)
        sources = tuple(_info(dialect, person) for dialect, person, _ in found)
        self._hearing.say(SignedIn(replace(account, name=name), sources))
        for dialect, _, feeds in found:
            if feeds is not None:
                self._hearing.say(FeedsKnown(dialect.name, feeds))

    async def _me(
        self, dialect: Dialect, user_id: str
    ) -> tuple[Dialect, Person | None, tuple[FeedInfo, ...] | None]:
        """Who we are in a source and its feeds for us. None where it cannot be used; asking it for anything
        then says why."""
        try:
            person, feeds = await self._performer.me(dialect, user_id)
        except (Retryable, SessionEnded):
            raise
        except SupachatError as error:
            self._known.faults[dialect.name] = error
            return dialect, None, None
        self._known.faults.pop(dialect.name, None)
        return dialect, person, feeds

    async def leave(self) -> None:
        """Let go of whoever was in. The goodbye takes a moment: whoever comes next waits for its end."""
        async with self._leaving:
            self._registry.clear()
            self._known.forget()
            await self._supervisor.stop(LinkState.SIGNED_OUT, politely=True)
            self._supervisor.want(())


def _info(dialect: Dialect, person: Person | None) -> SourceInfo:
    """A source that cannot be used offers nothing."""
    features = dialect.features if person is not None else frozenset()
    me = person.key.id if person is not None else ""
    return SourceInfo(
        dialect.name,
        dialect.label,
        features,
        me,
        dialect.max_length,
        own_ids=dialect.own_ids,
        follows_edits=dialect.follows_edits,
        marks_deleted=dialect.marks_deleted,
        typing_lasts=dialect.typing_lasts,
        statuses=dialect.statuses if person is not None else (),
        assisted=dialect.assisted,
    )
