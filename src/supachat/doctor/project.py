"""The project as the signed-in reader has it: token, reads and writes under RLS, realtime.

Must never leave anything behind.
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from uuid import uuid4

from supachat.assemble.examine import Dialect, Examiner, Joined, code_of
from supachat.dialects import catalog
from supachat.dialects.calls import Call, Insert, Rpc, Select, Topic
from supachat.doctor import sql
from supachat.doctor.findings import Note, Trouble, Unseen
from supachat.doctor.machine import Machine
from supachat.domain.errors import DialectError, NotAllowed, Refused, ServerTrouble, SessionEnded
from supachat.domain.model import Draft, Feature, Micros, Thread

FLOWS = 5.0
"""Seconds for the database's word that its broadcasts reach a topic."""
NO_SOCKET = (
    "Is Realtime switched on in the project? A proxy on the way may let no websocket through\n"
    "Until it answers, what is new is asked for every 5 s; nothing is lost"
)
MARK = "supachat doctor looks whether this may be written; it is never kept"


class Reader:
    """Who is signed in, once `token` has found them."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.user_id = ""

    @property
    def examiner(self) -> Examiner:
        return self._machine.examiner(signed_in=True)

    async def token(self) -> str:
        """Present, taken by the server, and when it ends."""
        try:
            account, token = await self.examiner.sign_in()
        except SessionEnded as error:
            raise Trouble(error.message, "supachat login --email E") from error
        self.user_id = account.user_id
        left = ends_in(token, time.time())
        words = f"signed in as {account.email or account.name}"
        return words if left is None else f"{words}; the token ends in {left / 60:.0f} min and is renewed"

    async def join(self, topic: Topic) -> Joined:
        """Raises `Trouble` where there is no way to realtime at all."""
        try:
            return await self.examiner.join(topic, FLOWS if topic.replication_ready else 0.0)
        except ServerTrouble as error:
            raise Trouble(error.message, NO_SOCKET) from error


def ends_in(token: str, now: float) -> float | None:
    """Seconds until a JWT's end, unverified; None where it does not say."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(claims["exp"]) - now
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None


class Source:
    """One dialect in the project."""

    def __init__(self, dialect: Dialect, reader: Reader) -> None:
        self.dialect, self._reader = dialect, reader
        self._me = ""
        self._threads: tuple[Thread, ...] = ()

    async def reads(self) -> str:
        """Who the reader is here, and the thread list."""
        ask, dialect = self._reader.examiner.rows, self.dialect
        try:
            user = self._reader.user_id
            self._me = dialect.me(await ask(dialect.me_call(user)), user).key.id
            self._threads, _ = dialect.threads(await ask(dialect.list_call()), self._me)
        except DialectError as error:
            raise Trouble(
                error.message, sql.install(dialect.name, dialect.schema, code_of(error))
            ) from error
        except NotAllowed as error:
            raise Trouble(error.message, sql.grants(dialect.name, dialect.schema)) from error
        if any(thread.last is not None for thread in self._threads):
            await self._shows()
        number = len(self._threads)
        return f"{number} {'thread is' if number == 1 else 'threads are'} to be seen"

    async def _shows(self) -> None:
        """That of the messages which the list tells of, one at least may be read. Where no policy lets the
        reader, the table is empty and no error says so."""
        schema, stored = self.dialect.schema, self.dialect.map.stored
        if stored is None:
            return
        # rights may be given by column: those that a page reads, and no others
        one = Select(stored.table, ",".join(stored.columns), limit=1, schema=schema)
        if await self._reader.examiner.rows(one):
            return
        raise Trouble(
            f"the list tells of messages, and {schema}.{stored.table} shows you none of them: no policy "
            "lets you read",
            sql.policies(schema, stored.table, "read"),
        )

    async def writes(self) -> str:
        """A row that a constraint has to refuse, so that none is left, tells what RLS says of it."""
        call, thread = self.sending()
        schema, table = self.dialect.schema, self.dialect.map.messages.table
        probe = harmless(call, self.dialect, thread)
        try:
            allowed = await self._reader.examiner.may_write(probe)
        except Refused as error:
            # no right is known to be missing, so none is offered
            raise Note(_unasked(error), sql.policies(schema, table)) from error
        if not allowed:
            raise Trouble("you may not write into your own thread", sql.writing(schema, table, call))
        return "allowed (nothing was written)"

    def sending(self) -> tuple[Call, Thread]:
        """How a message would be sent, and where to. It is for `harmless` or a rollback, never as it is."""
        if Feature.SEND not in self.dialect.features:
            raise Note("this source can only be read")
        if self.dialect.map.stored is None:
            words = "messages are told, not stored: whether you may tell one shows when you do"
            raise Note(words, sql.telling())
        thread = next((one for one in self._threads if one.last is not None), None)
        thread = thread or next(iter(self._threads), None)
        if thread is None:
            raise Unseen("there is no thread yet to write into")
        draft = Draft(_known_id(thread), thread.key, MARK, Micros(int(time.time() * 1_000_000)))
        return self.dialect.acts.send_call(draft, thread, self._me, self._reader.user_id), thread

    async def stored(self) -> str:
        """Where messages are, in words."""
        part = self.dialect.map.news.hearsay
        if part is None:
            return "stored by the server"
        return f"not stored by the server: told on {part.topic} as {part.event}, without a history"

    def topics(self) -> tuple[Topic, ...]:
        """The reader's own, and those of the first thread."""
        found = list(self.dialect.user_topics(self._reader.user_id, self._me))
        for thread in self._threads[:1]:
            found += self.dialect.thread_topics(thread.key.id, self._me)
        return tuple(found)

    async def joins(self) -> str:
        """The reader's own private topic, and that changes of the database reach it."""
        topic = self._topic()
        joined = await self._reader.join(topic)
        if joined.refusal:
            raise Trouble(f"{topic.name}: {joined.refusal}", sql.listening())
        if topic.replication_ready and not joined.flows:
            raise Note(
                f"{topic.name} is joined; the server did not say that the database's broadcasts reach it",
                "Older servers never say it. Messages are fetched every minute in any case",
            )
        return f"{topic.name} is joined" + (", broadcasts of the database reach it" if joined.flows else "")

    def _topic(self) -> Topic:
        """The reader's own, else that of a thread."""
        found = self.topics()
        if not found:
            raise Unseen("this source has no topic to join yet")
        return found[0]

    async def publication(self) -> str:
        """Nobody sees the publication with a publishable key; what to run as the owner is said."""
        if self.dialect.map.stored is None:
            return "not needed: no message is stored"
        rows = self.dialect.map.news.rows
        if rows is not None and rows.from_database:
            return "not needed: the database broadcasts by itself"
        table = self.dialect.map.messages.table
        raise Note(
            "a publishable key cannot see the publication nor the replica identity",
            sql.publication(self.dialect.schema, table),
        )


def _unasked(error: Refused) -> str:
    """Why the probe told nothing. 428C9: the key is `generated always`, so it cannot be made null."""
    if code_of(error) == "428C9":
        return "not known: the server counts the messages' keys itself, so only sending shows it"
    return f"the server refused the probe in its own words: {error.message}"


def _known_id(thread: Thread) -> str:
    """An id that is taken already: sending it once more changes nothing. A new one where there is none."""
    return thread.last.id if thread.last is not None else str(uuid4())


def harmless(call: Call, dialect: Dialect, thread: Thread) -> Call:
    """`call` so changed that it cannot leave a row: an insert's key becomes null, which a primary key
    refuses after row level security has let the row pass; a function is given an id that is taken.

    Raises `Unseen` for a function that nobody here knows: only sending would show it.
    """
    if isinstance(call, Insert):
        return replace(call, row={**call.row, dialect.map.messages.key: None})
    if isinstance(call, Rpc) and dialect.name in catalog.names() and dialect.own_ids:
        if thread.last is None:
            raise Unseen("there is no message yet whose id could be sent again")
        return call
    raise Unseen("this source sends by a function of its own, and only sending would show it")
