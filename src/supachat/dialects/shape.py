"""The shape of a dialect's map: what the TOML may say, checked before anything is asked of a server.

Pure data. Every name of a table, a column, a function or a topic comes from a map; this module must
never know one.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from supachat.dialects.besideshape import (
    Alterations,
    Audit,
    Canned,
    Create,
    Feed,
    PresenceRow,
    Prices,
    Search,
)
from supachat.dialects.newsshape import Change, News, Told
from supachat.dialects.parts import Filled, Function, Name, Part, Reading, Word
from supachat.domain.model import MessageKind, PersonKind

Words = dict[Word, str]


def _kinds(words: Words, known: type[PersonKind] | type[MessageKind]) -> None:
    """Raises ValueError for a word on the right that is none of ours."""
    wrong = next((word for word in words.values() if word not in set(known)), None)
    if wrong is not None:
        raise ValueError(f"expected one of {', '.join(known)}, found {wrong}")


class Me(Reading):
    """Who the reader is in this source: one row. Without this part the account itself is the person."""

    slots = frozenset({"user"})

    id: Name
    name: Name


class Last(Part):
    id: Name
    at: Name
    author: Name
    preview: Name


class ReadColumns(Part):
    unread: Name
    id: Name
    at: Name


class SeenColumns(Part):
    """Up to where the other one of two has read."""

    id: Name
    at: Name


class Members(Part):
    """The people of a thread: a JSON array of objects, and the keys in each."""

    column: Name
    id: Word
    name: Word
    role: Word | None = None
    kinds: Words = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Members:
        _kinds(self.kinds, PersonKind)
        return self


class Statuses(Part):
    """The words that a status can be, in their order; those at the end need nobody."""

    words: Annotated[list[Word], Field(min_length=2)]
    archived: Word | None = None
    """The one that puts a thread out of sight."""


class Threads(Reading):
    """The thread list in one request, a row a thread. Who is in it: `other`, or `members`, or both."""

    id: Name
    created: Name | None = None
    title: Name | None = None
    """Where it is empty, the others' names stand there."""
    other: Name | None = None
    other_name: Name | None = None
    other_kind: Annotated[PersonKind, Field(strict=False)] = PersonKind.PERSON
    members: Members | None = None
    status: Name | None = None
    statuses: Statuses | None = None
    assignee: Name | None = None
    bot: Name | None = None
    owner: Name | None = None
    archived: Name | None = None
    """True, or a time, for a thread that is out of sight."""
    facts: list[Name] = Field(default_factory=list)
    """Columns that stand beside the title."""
    id_joins: Annotated[str, StringConstraints(min_length=1, max_length=8)] | None = None
    """Between two people's ids in a thread's id, where the id is made of them."""
    last: Last | None = None
    read: ReadColumns | None = None
    seen: SeenColumns | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Threads:
        if self.rpc is not None and self.other is None and self.members is None:
            raise ValueError("expected other, the one a thread is with, or members, or both")
        if (self.other is None) is not (self.other_name is None):
            raise ValueError("expected other and other_name together")
        if (self.status is None) is not (self.statuses is None):
            raise ValueError("expected status and statuses together")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """What to read of a table. Members that are embedded are no column of it."""
        named = (self.id, self.created, self.title, self.other, self.other_name, self.status, self.assignee)
        more = (self.bot, self.owner, self.archived, *self.facts)
        members = self.members.column if self.members is not None and not self.embed else None
        inner = [one.model_dump().values() for one in (self.last, self.read, self.seen) if one is not None]
        found = (*named, *more, members, *(name for names in inner for name in names))
        return tuple(dict.fromkeys(name for name in found if name is not None))


class Messages(Part):
    """One thread's history: `order` and `key` together say what stands before what."""

    table: Name
    key: Name
    order: Name
    thread: Name
    author: Name
    body: Name
    edited: Name | None = None
    """When the row last changed; null, or the same as `order`, for one that never did."""
    deleted: Name | None = None
    """True or a time in a row that was deleted. Without it a deleted row is not there any more."""
    author_name: Name | None = None
    kind: Name | None = None
    kinds: Words = Field(default_factory=dict)
    """The map's words for text, voice and action; what is not here is text."""
    role: Name | None = None
    roles: Words = Field(default_factory=dict)
    """The map's words for person, customer, agent, assistant, bot and system."""
    status: Name | None = None
    growing: list[Word] = Field(default_factory=list)
    """Words of `status` for a row that is still being written."""
    failed: list[Word] = Field(default_factory=list)
    """Words of `status` for a row that came to grief on the server's side."""
    subject: Name | None = None
    facts: Name | None = None
    """A JSON object that says more of the row."""
    account: Name | None = None
    """For a plain insert: the author's auth id, where people are known by another."""
    recipient: Name | None = None
    """For a plain insert: the other one of two."""

    @model_validator(mode="after")
    def _known(self) -> Messages:
        _kinds(self.kinds, MessageKind)
        _kinds(self.roles, PersonKind)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        more = (self.edited, self.deleted, self.author_name, self.kind, self.role, self.status)
        found = (self.key, self.order, self.thread, self.author, self.body, *more, self.subject, self.facts)
        return tuple(dict.fromkeys(name for name in found if name is not None))


class Send(Filled):
    """A function to call, or a plain insert whose `params` are the columns of the new row."""

    slots = frozenset({"thread", "me", "user", "other", "body", "draft"})
    rpc: Name | None = None
    insert: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Send:
        if (self.rpc is None) is not self.insert:
            raise ValueError("expected either rpc, the name of a function, or insert = true")
        return self

    @property
    def takes_ids(self) -> bool:
        """Whether a draft's id becomes the row's key, so that a second try cannot double it."""
        return "$draft" in self.params.values()


class Edit(Filled):
    """A function to call, or without one a plain update of the body and of the columns in `params`."""

    slots = frozenset({"thread", "me", "message", "body"})
    rpc: Name | None = None


class Delete(Filled):
    """A function to call; without one a plain update of the columns in `params`; without those too
    the row is deleted."""

    slots = frozenset({"thread", "me", "message"})
    rpc: Name | None = None


class Read(Function):
    slots = frozenset({"thread", "message"})


class Find(Function):
    slots = frozenset({"text"})
    id: Name
    name: Name


class Ensure(Function):
    slots = frozenset({"person"})


class Map(Part):
    """A whole dialect."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    label: Word
    schema_: Name = Field("public", alias="schema")
    max_length: Annotated[int, Field(gt=0, le=1_048_576)] = 65536
    """The longest message, in bytes of UTF-8."""
    me: Me | None = None
    threads: Threads
    messages: Messages
    send: Send | None = None
    """The one word "insert" stands for a plain insert of the columns that [messages] names."""
    edit: Edit | None = None
    delete: Delete | None = None
    read: Read | None = None
    find: Find | None = None
    ensure: Ensure | None = None
    create: Create | None = None
    alter: Alterations = Field(default_factory=dict)
    search: Search | None = None
    canned: Canned | None = None
    feeds: list[Feed] = Field(default_factory=list)
    prices: Prices | None = None
    presence_row: PresenceRow | None = None
    audit: Audit | None = None
    news: News = Field(default_factory=News)
    changes: list[Change] = Field(default_factory=list)
    notices: Told | None = None
    local_settings: dict[str, str] = Field(default_factory=dict)
    """Settings of the local server's database; a hosted project never sees them."""

    @model_validator(mode="before")
    @classmethod
    def _send_in_one_word(cls, given: object) -> object:
        if not isinstance(given, dict) or given.get("send") != "insert":
            return given
        columns, slots = given.get("messages"), ("draft", "thread", "me", "body", "user", "other")
        names = ("key", "thread", "author", "body", "account", "recipient")
        found = [columns.get(name) for name in names] if isinstance(columns, dict) else []
        params = {
            name: f"${slot}" for name, slot in zip(found, slots, strict=False) if isinstance(name, str)
        }
        return {**given, "send": {"insert": True, "params": params}}

    @model_validator(mode="after")
    def _told_rows_have_a_meaning(self) -> Map:
        feeds = {feed.name for feed in self.feeds}
        for change in self.changes:
            if change.feed is not None and change.feed not in feeds:
                raise ValueError(f"expected a feed of the name {change.feed}, which {change.table} means")
            if change.means == "price" and self.prices is None:
                raise ValueError(f"expected prices, which {change.table} means")
            if change.means == "presence" and self.presence_row is None:
                raise ValueError(f"expected presence_row, which {change.table} means")
        return self
