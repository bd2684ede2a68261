"""What the client needs of a Supabase project, and all that it knows of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from supachat.domain.events import Event, Request
from supachat.domain.model import Account, Person, Thread


class Remote(Protocol):
    """A Supabase project spoken in its dialects. `remote.project.Project` is one; tests script another.

    Errors are `SupachatError`s, whatever library failed underneath.
    """

    def events(self) -> AsyncIterator[Event]:
        """Everything the world tells us, from `start` until `close`. Never raises."""
        ...

    async def start(self) -> None:
        """Restore the session (a SignedIn event, or SessionLost) and keep the link from then on.

        Returns as soon as that is under way; it does not wait for the network.
        """
        ...

    async def perform(self, request: Request) -> Sequence[Event]:
        """Carry out one request; its answer as events. Raises `SupachatError`."""
        ...

    async def sign_in(self, email: str, password: str) -> Account: ...

    async def sign_up(self, email: str, password: str, name: str) -> Account | None:
        """A new account, signed in; None where a mail has to be confirmed first."""
        ...

    async def sign_out(self) -> None: ...

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        """People by exact handle or by the first letters of a name (three at least)."""
        ...

    async def ensure_thread(self, source: str, person: str) -> tuple[Thread, Sequence[Person]]:
        """The thread with that person, made if it is new, and the people in it."""
        ...

    def poke(self) -> None:
        """A sign of life from the person: try to connect now rather than later."""
        ...

    async def close(self) -> None:
        """End every task and socket within a second, whatever state they are in."""
        ...
