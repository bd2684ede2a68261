"""The nouns of supachat, as frozen values.

Nothing here does anything: no I/O, no clock, no rule longer than a comparison. Every string that a
stranger can choose and that the screen may show has the type `Safe`; what was really written is
kept beside it as a plain `str` for editing, for the cache and for `--json`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, NewType

from supachat.domain.sources import Alteration as Alteration
from supachat.domain.sources import Feature as Feature
from supachat.domain.sources import SourceInfo as SourceInfo
from supachat.domain.text import Safe
from supachat.domain.values import dataclass

Micros = NewType("Micros", int)
"""The server's own time: whole microseconds since 1970 UTC. Never a float, which would round it."""


NOTHING = Safe("")


class ThreadKey(NamedTuple):
    """A thread of a workspace. `id` is opaque text of the source and may hold anything."""

    source: str
    id: str


class PersonKey(NamedTuple):
    """A person as one source knows them; the same human in two sources is two of these."""

    source: str
    id: str


class Cursor(NamedTuple):
    """A place in a thread's order: the order column and the key, compared together.

    Of keys the shorter comes first. So whole numbers stand as a server has them, 9 before 10; UUIDs are all
    of one length.
    """

    at: Micros
    id: str

    def __lt__(self, other: tuple[Any, ...]) -> bool:
        return self[0] < other[0] if self[0] != other[0] else _before(self[1], other[1])

    def __gt__(self, other: tuple[Any, ...]) -> bool:
        return self[0] > other[0] if self[0] != other[0] else _before(other[1], self[1])

    def __le__(self, other: tuple[Any, ...]) -> bool:
        return self[0] < other[0] if self[0] != other[0] else not _before(other[1], self[1])

    def __ge__(self, other: tuple[Any, ...]) -> bool:
        return self[0] > other[0] if self[0] != other[0] else not _before(self[1], other[1])


def _before(one: str, other: str) -> bool:
    return (len(one), one) < (len(other), other)


class MessageKey(NamedTuple):
    """One message of a workspace. `id` is opaque text of the source."""

    thread: ThreadKey
    id: str


class PersonKind(StrEnum):
    PERSON = "person"
    CUSTOMER = "customer"
    AGENT = "agent"
    ASSISTANT = "assistant"
    BOT = "bot"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever writes. `handle` is what others call them by (direct: the app user id)."""

    key: PersonKey
    name: Safe
    handle: Safe
    kind: PersonKind = PersonKind.PERSON


class Presence(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    """Not on a topic that we have joined, so nothing can be said. Never shown as offline."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is said of somebody who belongs to a thread: by the channel, or by a row."""

    presence: Presence
    name: Safe = NOTHING
    """What they call themselves there; shown beside their profile's name, never instead of it."""
    action: Safe = NOTHING
    """What they did last, in their words."""
    at: Micros | None = None
    """When they were last seen."""


class Delivery(StrEnum):
    """Where a message is on its way. Everything but RECEIVED is one's own."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class MessageKind(StrEnum):
    TEXT = "text"
    VOICE = "voice"
    """Spoken: the text is its transcript."""
    ACTION = "action"
    """Something that a program did: its facts are what there is to read."""
    NOTICE = "notice"
    """No message: something that the project's backend told in the thread. It is not counted, not part of
    the history that the server keeps, and nothing can be done with it."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What only some sources say of a message."""

    kind: MessageKind = MessageKind.TEXT
    role: PersonKind | None = None
    """What the row says its author is; it wins over what the person is."""
    growing: bool = False
    """Still being written: newer versions of the row follow."""
    trouble: Safe = NOTHING
    """Why the server's side has failed with it, in words."""
    subject: Safe = NOTHING
    facts: tuple[tuple[Safe, Safe], ...] = ()
    """Names and values, in the row's order."""
    hearsay: bool = False
    """Only heard: this source stores nothing that it could be checked against."""
    urgent: bool = False
    """A notice that is not to be missed."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread, confirmed by the server or (as a draft's picture) not yet."""

    thread: ThreadKey
    id: str
    author: str
    """The author's person id within the thread's source."""
    at: Micros
    raw: str
    """What was written, byte for byte: for editing, the cache and `--json`. Never for a terminal."""
    body: Safe
    own: bool = False
    delivery: Delivery = Delivery.RECEIVED
    reason: Safe | None = None
    """Why it was not sent, in words; only with `Delivery.FAILED`."""
    edited: Micros | None = None
    deleted: bool = False
    reply_to: str | None = None
    seen_by: int = 0
    extra: Extra | None = None

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.id)

    @property
    def key(self) -> MessageKey:
        return MessageKey(self.thread, self.id)

    @property
    def is_notice(self) -> bool:
        return self.extra is not None and self.extra.kind is MessageKind.NOTICE


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a thread's history that is known to be missing: after `after`, before `before`."""

    thread: ThreadKey
    after: Cursor
    before: Cursor
    filling: bool = False
    about: int | None = None
    """About how many messages are missing, as the server guesses; None where nobody counted them."""
    filled: int = 0
    """Of those that were counted, how many have come meanwhile."""

    @property
    def place(self) -> tuple[ThreadKey, Cursor, Cursor]:
        """Which gap it is, whatever is known of it."""
        return self.thread, self.after, self.before


Item = Message | Gap
"""What stands in a message pane, oldest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How complete a thread is on this device."""

    complete_to: Micros | None = None
    """Everything up to here was read or heard, the gaps aside; None where nothing is known."""
    gaps: int = 0
    catching_up: bool = False
    """What was missed is being read, or will be once the server can be reached."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One row of the thread list."""

    key: ThreadKey
    title: Safe
    members: tuple[str, ...] = ()
    """Person ids, the reader among them."""
    other: str | None = None
    """In a thread of two, the other one's person id: its presence stands in the list."""
    created: Micros | None = None
    last: Cursor | None = None
    preview: Safe = NOTHING
    preview_author: str | None = None
    unread: int = 0
    unread_local: bool = False
    """The count is known on this device only: the source has no read cursor."""
    read_to: Cursor | None = None
    draft: bool = False
    """A text that was begun and not sent waits here."""
    muted: bool = False
    archived: bool = False
    status: str = ""
    """One of the words that its map has for it (inbox: open, pending, closed); empty where it has none."""
    assignee: str | None = None
    """Who is to see to it: a person id, empty for nobody; None where the source knows no such thing."""
    bot: bool | None = None
    """Whether a bot answers here; None where the source knows no such thing."""
    owner: str | None = None
    """Whoever alone may rename it, invite and remove others: a person id; None where nobody has that right
    before others."""
    facts: tuple[Safe, ...] = ()
    """What stands beside the title: a channel, a client, how many conversations there were before."""
    hearsay: bool = False
    """The server stores none of its messages: there is no history and there are no gaps."""
    told: Safe = NOTHING
    """What the project's backend told here last."""
    told_at: Micros | None = None

    @property
    def notice(self) -> Safe:
        """What the backend told, if nobody has written since."""
        since = self.last.at if self.last is not None else 0
        return self.told if self.told_at is not None and self.told_at > since else NOTHING


class DraftState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    FAILED = "failed"


class Act(StrEnum):
    """What a draft is to do."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that this client has made and the server has not confirmed, or a change to one.

    The id of a new message becomes the row's, where the source takes ids from clients.
    """

    id: str
    thread: ThreadKey
    raw: str
    created: Micros
    state: DraftState = DraftState.QUEUED
    reason: Safe | None = None
    attempts: int = 0
    act: Act = Act.SEND
    target: str = ""
    """The message that is to be edited or deleted."""
    anchor: Cursor | None = None
    """Where the source makes the keys: the thread's newest message before the first try. A row of
    ours with this text after it may be this draft."""
    subject: str = ""
    """The line above the text, where the source has one."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in."""

    user_id: str
    email: Safe
    name: Safe
