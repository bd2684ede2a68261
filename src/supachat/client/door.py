"""One workspace, as screens and commands see it.

What is known is read from memory; what the person does returns at once and is answered through
`changes()`. Knows no schema, no HTTP, no widget. Must never make a caller wait for the network between
a key and its paint: only the `async` methods do, and they are for workers.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

from supachat.cache.files import Files
from supachat.client.attendance import AttendanceFace
from supachat.client.desk import Desk
from supachat.client.entry import Entry
from supachat.client.feeds import FeedsFace
from supachat.client.hands import Hands
from supachat.client.prices import PricesFace
from supachat.client.remote import Remote
from supachat.client.runner import Runner
from supachat.client.telling import Telling
from supachat.client.texts import TextsFace
from supachat.client.writing import RAW, Writing, Written
from supachat.domain import events as ev
from supachat.domain.choices import USUAL, Pace
from supachat.domain.events import Change
from supachat.domain.health import Health, Waiting
from supachat.domain.keeping import TextKey
from supachat.domain.model import (
    Account,
    Cursor,
    Draft,
    Feature,
    Gap,
    MessageKey,
    Person,
    PersonKey,
    Presence,
    SourceInfo,
    Standing,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe_line
from supachat.sync.engine import Engine


class Client:
    """One workspace. `wall` is seconds since 1970, `monotonic` any steady clock; tests give their own."""

    def __init__(
        self,
        workspace: Safe,
        files: Files,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        pace: Pace = USUAL,
    ) -> None:
        self.workspace = workspace
        self._run = Runner(files, monotonic, wall, pace)
        self.kept_on_disk = files.kept
        """Whether a draft outlives this program."""
        self._writing = Writing(self._run)
        self.entry = Entry(self._run, Hands(self._run, self._writing))
        """In and out of the account."""
        self.feeds = FeedsFace(self._run)
        self.prices = PricesFace(self._run)
        self.desk = Desk(self._run)
        """Altering threads, making them, finding people, searching, canned replies."""
        self.attendance = AttendanceFace(self._run)
        self.texts = TextsFace(self._run, self._writing)
        self.telling = Telling(self._run)
        """Mutes, quiet hours, what is unread."""

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Read the cache. Afterwards the cached threads and the last open one can be shown."""
        await self._run.start()
        self._run.tell(ev.ThreadsChanged())

    def attach(self, remote: Remote) -> None:
        """The way to the server, once it is built."""
        self._run.attach(remote)

    def unreachable(self, words: Safe) -> None:
        """The way to the server could not even be built: say why on the badge."""
        self._run.broken(words)

    async def close(self) -> None:
        """Keep what was typed, end the link, finish writing. Three seconds at most, and five more where the
        disk is slow, which is told."""
        self._writing.flush()
        await self._run.close()

    async def recall(self, thread: ThreadKey) -> None:
        """Have the newest page of a thread that is kept, so that opening it shows it at once."""
        await self._run.recall(thread)

    def news(self) -> tuple[Change, ...]:
        """What `changes()` would give next, for whoever cannot wait for a turn. May be empty."""
        return self._run.batches.taken()

    def changes(self) -> AsyncIterator[tuple[Change, ...]]:
        """Everything that changed since the last turn, in order. Ends when the client is closed."""
        return self._run.batches.stream()

    @property
    def told(self) -> int:
        """Grows with each change that is not the pane's alone: while it is the same, so is the list."""
        return self._run.batches.beside_the_pane

    # ------------------------------------------------------------ what is known

    @property
    def _engine(self) -> Engine:
        return self._run.engine

    @property
    def account(self) -> Account | None:
        return self._engine.account

    @property
    def online(self) -> bool:
        """Signed in at the server in this run, so that a request makes sense."""
        return self._engine.online

    @property
    def sources(self) -> tuple[SourceInfo, ...]:
        return self._engine.sources

    @property
    def health(self) -> Health:
        return self._engine.health.health

    @property
    def open_thread(self) -> ThreadKey | None:
        return self._engine.open_thread

    @property
    def last_open(self) -> ThreadKey | None:
        """What was open at the end of the run before."""
        return self._run.last_open

    def can(self, source: str, feature: Feature) -> bool:
        return any(s.name == source and feature in s.features for s in self.sources)

    def me(self, source: str) -> str:
        """The reader's person id in a source; empty while it is not known."""
        return self._engine.me(source)

    def threads(self) -> tuple[Thread, ...]:
        """By source, then the last to move first, as the reader has altered them."""
        return self._run.threads()

    def thread(self, key: ThreadKey) -> Thread | None:
        return self._run.thread(key)

    def person(self, source: str, person_id: str) -> Person | None:
        """Whoever is known, the reader by the account's name at least."""
        if (known := self._engine.people.get(source, person_id)) is not None:
            return known
        mine = self.account is not None and bool(person_id) and person_id == self.me(source)
        return self._unknown(source, person_id) if mine else None

    def people(self, source: str) -> tuple[Person, ...]:
        """Everybody known in a source."""
        return tuple(self._engine.people.all(source))

    def members(self, thread: ThreadKey) -> tuple[Person, ...]:
        """Everybody in a thread, the reader among them; of whom nothing is known yet, the id."""
        members = self._engine.threads.members(thread)
        return tuple(self.person(thread.source, m) or self._unknown(thread.source, m) for m in members)

    def standing(self, thread: ThreadKey) -> Standing:
        """How complete a thread is: what its header says."""
        return self._engine.standing(thread)

    def presence(self, source: str, person_id: str) -> Presence:
        return self._engine.presence(source, person_id)

    def typing(self, thread: ThreadKey) -> tuple[Person, ...]:
        found = (self.person(thread.source, p) for p in self._engine.typing(thread))
        return tuple(person for person in found if person is not None)

    def text(self, key: TextKey) -> str:
        """What stands unsent in that thread's composer, or is typed to change that message."""
        return self._writing.text(key)

    def unsent(self) -> tuple[int, int]:
        """Drafts: (waiting or under way, failed)."""
        return self._engine.outbox.counts()

    def unkept(self) -> tuple[str, ...]:
        """What the person wrote and the disk did not take. Of a client that is closed it is lost."""
        return self._run.ledger.unkept()

    def waiting(self) -> tuple[Waiting, ...]:
        """Each of them, in the order in which they were written."""
        return self._writing.waiting()

    def is_unsent(self, draft_id: str) -> bool:
        return draft_id in self._engine.outbox

    # ------------------------------------------------------------ what the person does

    def open(self, thread: ThreadKey) -> None:
        """Show a thread: a TimelineReset with what is in memory follows at once, the rest after it."""
        self._writing.opens()
        self._run.apply(self._engine.open(thread, self._run.now()))

    def load_older(self) -> None:
        self._run.apply(self._engine.load_older(self._run.now()))

    def seek(self, thread: ThreadKey, message: Cursor) -> None:
        """Bring a message of the open thread into its timeline, with the page around it. A `Sought`
        follows; what is missing in between stays a gap."""
        self._run.act(lambda out: self._engine.reader.seeker.seek(thread, message, out))

    def stop_seeking(self) -> None:
        """No `Sought` follows any more."""
        self._engine.reader.seeker.stop()

    def count_gap(self, gap: Gap) -> None:
        """Have the server guess how many messages are missing there, where it can; the gap says it then."""
        self._run.act(lambda out: self._engine.reader.count(gap, out))

    def fill_gap(self, gap: Gap) -> None:
        self._run.apply(self._engine.fill_gap(gap, self._run.now()))

    def send(self, thread: ThreadKey, text: str, subject: str = "") -> str:
        """Queue a message; its id. Raises BadInput for one that can never be sent.

        A subject is for sources that can `Feature.SUBJECT`."""
        return self._writing.send(thread, text, subject)

    def edit(self, message: MessageKey, text: str) -> str:
        """Give a message of one's own another text: shown at once, undone if it is refused: an EditRefused
        tells of that, and `texts` has it. Kept like a draft, in order with what is sent to its thread.

        The id of the change. Raises BadInput where that cannot be done.
        """
        return self._writing.edit(message, text)

    def delete(self, message: MessageKey) -> str:
        """Delete a message of one's own: gone at once, back again if it is refused. Else as `edit`."""
        return self._writing.delete(message)

    def retry(self, draft_id: str) -> None:
        self._run.apply(self._engine.retry(draft_id, self._run.now()))

    def discard(self, draft_id: str) -> None:
        """Drop what was not sent. What may have been stored already stays, and a Notice says so."""
        self._run.apply(self._engine.discard(draft_id, self._run.now()))

    def take_back(self, draft_id: str, written: Written = RAW) -> Draft | None:
        """A draft that was certainly not stored is text again, as `written` says: an edit's is that of its
        message, another's stands in front of what its thread's composer holds. None if it is too late."""
        return self._writing.take_back(draft_id, written)

    def keep_text(self, key: TextKey, text: str) -> None:
        """What stands in the composer now; it is on disk within a second."""
        self._writing.keep_text(key, text)

    def keystroke(self, thread: ThreadKey) -> None:
        """Tell the others that the person types: now, or when three seconds since the last time are up."""
        self._writing.keystroke(thread)

    def seen(self, thread: ThreadKey) -> None:
        self._run.apply(self._engine.seen(thread, self._run.now()))

    def focused(self) -> None:
        """The person came back to this terminal."""
        self.telling.looks(True)
        self._run.apply(self._engine.focused(self._run.now()))

    def reconnect(self) -> None:
        self._run.poke()

    def reconnect_all(self) -> None:
        """Leave every topic and join it anew."""
        if (remote := self._run.remote) is not None:
            remote.reconnect_all()

    def go_offline(self) -> None:
        """Nothing goes out and nothing reconnects until `go_online`; drafts wait meanwhile."""
        self._run.go_offline()

    def go_online(self) -> None:
        self._run.go_online()

    # ------------------------------------------------------------ parts

    def _unknown(self, source: str, person_id: str) -> Person:
        """Somebody whose profile has not been read. The reader's own name stands in the account."""
        handle = safe_line(person_id)
        own = self.account is not None and person_id == self.me(source)
        name = self.account.name if own and self.account is not None else handle
        return Person(PersonKey(source, person_id), name or handle, handle)
