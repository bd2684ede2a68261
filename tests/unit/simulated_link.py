"""The link of a simulated device, as `remote` keeps it: what it joins, what it brings, what it refuses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from supachat.domain import events as ev
from supachat.domain.errors import SessionEnded, SupachatError, Unreachable
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Account, SourceInfo, ThreadKey
from supachat.domain.text import Safe


class Line:
    """`hear` takes events into the core. Joined at first, signed in once somebody enters."""

    def __init__(self, dice: random.Random, hear: Callable[..., None]) -> None:
        self._dice, self._hear = dice, hear
        self.up = True
        self.offline = False
        """By hand."""
        self.signed_in = False
        self.watched: tuple[ThreadKey, ...] = ()
        self.ready: set[ThreadKey] = set()
        self._inbox: list[ev.Event] = []
        self._said = LinkState.CONNECTING

    @property
    def _joins(self) -> list[ThreadKey]:
        """Topics that are wanted and not joined yet."""
        there = self.up and not self.offline
        return [key for key in self.watched if key not in self.ready] if there else []

    @property
    def brings(self) -> bool:
        return bool(self._inbox or self._joins)

    def bring_one(self) -> None:
        """A topic is joined, or something is heard on one; in nearly the order in which it was told."""
        if (joins := self._joins) and (not self._inbox or self._dice.random() < 0.5):
            self.ready.add(joins[0])
            self._hear(ev.ThreadReady(joins[0]))
        elif self._inbox:
            self._hear(self._inbox.pop(self._dice.randrange(min(3, len(self._inbox)))))

    def told(self, thread: ThreadKey, event: ev.Event, loss: float) -> None:
        """A broadcast on its way: lost, or there once or twice."""
        if thread in self.ready and self._dice.random() >= loss:
            self._inbox += [event] * self._dice.choice([1, 1, 1, 2])

    def watch(self, threads: Sequence[ThreadKey]) -> None:
        """What is watched no more stays joined, as the registry has it; what is watched anew and joined is
        told of at once."""
        fresh = [key for key in threads if key in self.ready and key not in self.watched]
        self.watched = tuple(threads)
        self._hear(*(ev.ThreadReady(key) for key in fresh))

    def join(self, joined: bool) -> None:
        """The socket is there, or is cut."""
        self.up = joined
        if not joined:
            self._cut()
        elif self._said is not LinkState.CONNECTED:
            self._say(LinkState.CONNECTED)

    def _cut(self) -> None:
        deaf, self.ready = self.ready, set()
        self._inbox.clear()
        self._hear(*(ev.ThreadDeaf(key) for key in sorted(deaf)))
        if self._dice.random() < 0.7:  # else topics went from a socket that stays
            self._say(LinkState.RECONNECTING)

    def _say(self, state: LinkState) -> None:
        self._said = LinkState.OFFLINE if self.offline else state
        self._hear(ev.LinkMoved(Link(self._said)))

    def switch(self, *, offline: bool) -> None:
        """By hand."""
        if offline != self.offline:
            self.offline = offline
            if offline:
                self._cut()
            self._say(LinkState.CONNECTED if self.up else LinkState.RECONNECTING)

    def refuses(self) -> SupachatError | None:
        """Why a request does not even go out."""
        if self.offline:
            return Unreachable("you are offline by hand", arrived=False)
        return None if self.signed_in else SessionEnded("the session is over")

    def enter(self, account: Account, source: SourceInfo) -> None:
        self.signed_in = True
        self._hear(ev.SignedIn(account, (source,)))
        self._say(LinkState.CONNECTED if self.up else LinkState.RECONNECTING)

    def lose_session(self) -> None:
        """The registry is emptied before the socket ends: nobody tells of the topics."""
        self.forget()
        self.signed_in = False
        self._hear(ev.SessionLost(Safe("revoked")))
        self._say(LinkState.SIGNED_OUT)

    def forget(self) -> None:
        self.watched, self.ready = (), set()
        self._inbox.clear()
