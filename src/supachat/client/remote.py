"""What the client needs of a Supabase project, and all that it knows of one.

Must never name a library, a table or a topic: whoever implements it does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from supachat.domain.entering import Proof, Ways
from supachat.domain.events import Event, Request
from supachat.domain.feeds import Canned
from supachat.domain.model import Account, Message, Person, Thread
from supachat.domain.text import Safe


class Visit(Protocol):
    """A sign-in that goes on in a browser."""

    url: str
    """To be opened, on any machine."""
    patience: float
    """Seconds that `done` waits at most."""

    async def done(self) -> Account:
        """Once somebody came back. Raises `SupachatError`. Cancelling it ends the visit."""
        ...

    def paste(self, text: str) -> None:
        """The address on which the browser ended. Raises `BadInput` and `SignInError`."""
        ...

    def close(self) -> None:
        """Stop waiting for the browser."""
        ...


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

    async def ways(self) -> Ways:
        """What the project offers to somebody who wants in."""
        ...

    async def enter(self, proof: Proof) -> Account | None:
        """Be let in by any of them; None where a mail has to be confirmed first."""
        ...

    async def send_code(self, email: str, *, create: bool) -> None:
        """Have a code and a link mailed. `create`: also to an address that has no account yet."""
        ...

    async def forgot(self, email: str) -> None:
        """Have a code and a link mailed to who has forgotten the password; `enter` takes either."""
        ...

    async def set_password(self, password: str) -> None:
        """Give the account that is signed in another password."""
        ...

    @property
    def kept_in(self) -> Safe:
        """Where the session is kept, in a sentence; empty where none is."""
        ...

    @property
    def offer(self) -> Safe:
        """Where it could be kept beyond this run, in a sentence, where nobody was asked yet; else empty."""
        ...

    async def keep_session(self, *, in_file: bool) -> None:
        """The answer to that offer, which is remembered."""
        ...

    async def browse(self, provider: str) -> Visit:
        """Begin to sign in with somebody else's account."""
        ...

    async def sign_out(self, *, everywhere: bool = False) -> None:
        """End this session, or with `everywhere` each one of the account: then it must be reached."""
        ...

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        """People by exact handle or by the first letters of a name (three at least)."""
        ...

    async def ensure_thread(self, source: str, person: str) -> tuple[Thread, Sequence[Person]]:
        """The thread with that person, made if it is new, and the people in it."""
        ...

    async def search(self, source: str, text: str) -> Sequence[Message]:
        """Messages of the source in which the text stands, the best or newest first."""
        ...

    async def canned(self, source: str) -> Sequence[Canned]:
        """The replies that were written before."""
        ...

    async def create_thread(self, source: str, title: str) -> Thread:
        """A new thread with nobody else in it yet."""
        ...

    def poke(self) -> None:
        """A sign of life from the person: try to connect now rather than later. Offline by hand it
        changes nothing."""
        ...

    def reconnect_all(self) -> None:
        """Leave every topic and join it anew; asked again within seconds, once is enough."""
        ...

    def go_offline(self) -> None:
        """Cut the link, and let no request out until `go_online`. The link says that it is offline."""
        ...

    def go_online(self) -> None:
        """Undo `go_offline`: connect at once."""
        ...

    async def close(self) -> None:
        """End every task and socket within a second, whatever state they are in."""
        ...
