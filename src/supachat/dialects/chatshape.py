"""The part of a map for the conversation itself: who the reader is, the thread list, the messages.

Pure data, checked before anything is asked of a server.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from supachat.dialects.parts import Embed, Name, Part, Reading, Word
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
    """The id by which this source knows a person."""
    name: Name
    """What the person is called."""
    role: Name | None = None
    """What the reader is here, where there are feeds for some only."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.id, self.name) if self.role is None else (self.id, self.name, self.role)


class Last(Part):
    """A thread's newest message."""

    id: Name
    """The newest message's key."""
    at: Name
    """Its time."""
    author: Name
    """Who wrote it."""
    preview: Name
    """The beginning of its text."""
    embed: Embed = ""
    """For a list that is a table: `alias:messages(columns)`, of which the newest one is taken."""

    @property
    def alias(self) -> str:
        """Under which name the embedded row stands."""
        return re.split("[:!(]", self.embed)[0]


class ReadColumns(Part):
    """Up to where the reader has read."""

    unread: Name
    """How many messages the reader has not read."""
    id: Name
    """The key of the last one read."""
    at: Name
    """Its time."""


class SeenColumns(Part):
    """Up to where the other one of two has read."""

    id: Name
    """The key of the last message that they read."""
    at: Name
    """Its time."""


class Members(Part):
    """The people of a thread: objects, and the keys in each; ids alone where there are no more."""

    column: Name | None = None
    """The column that holds an array of them."""
    columns: list[Name] = Field(default_factory=list)
    """Instead of it: columns that hold one of them each."""
    id: Word
    """A person's id."""
    name: Word
    """A person's name."""
    role: Word | None = None
    """What a person is here."""
    kinds: Words = Field(default_factory=dict)
    """The map's words of `role` for person, customer, agent, assistant, bot and system."""

    @model_validator(mode="after")
    def _known(self) -> Members:
        _kinds(self.kinds, PersonKind)
        if (self.column is None) is not bool(self.columns):
            raise ValueError("expected either column, an array of people, or columns, a person in each")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The column or the columns."""
        return tuple(self.columns) if self.column is None else (self.column,)


class Statuses(Part):
    """The words that a status can be, in their order; those at the end need nobody."""

    words: Annotated[list[Word], Field(min_length=2)]
    """The words, the first for what needs somebody most."""
    archived: Word | None = None
    """The one that puts a thread out of sight."""


class Threads(Reading):
    """The thread list in one request, a row a thread. Who is in it: `other`, or `members`, or both."""

    id: Name
    """The thread's key."""
    created: Name | None = None
    """When the thread was made."""
    title: Name | None = None
    """Where it is empty, the others' names stand there."""
    other: Name | None = None
    """The one that a thread is with."""
    other_name: Name | None = None
    """What they are called."""
    other_kind: Annotated[PersonKind, Field(strict=False)] = PersonKind.PERSON
    """What they are."""
    members: Members | None = None
    status: Name | None = None
    """How the thread stands."""
    statuses: Statuses | None = None
    assignee: Name | None = None
    """Whose thread it is to answer; empty for nobody's."""
    bot: Name | None = None
    """True while a bot answers."""
    owner: Name | None = None
    """Whose thread it is."""
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
        if self.last is not None and self.last.embed and self.table is None:
            raise ValueError("expected last.embed with a table, a function answers what it answers")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """What to read of a table. Members that are embedded are no column of it."""
        named = (self.id, self.created, self.title, self.other, self.other_name, self.status, self.assignee)
        more = (self.bot, self.owner, self.archived, *self.facts)
        members = self.members.named if self.members is not None and not self.embed else ()
        last = None if self.last is None or self.last.embed else self.last
        told = [(one.id, one.at) for one in (last, self.read, self.seen) if one is not None]
        inner = [*(name for pair in told for name in pair), self.read.unread if self.read else None]
        inner += [last.author, last.preview] if last is not None else []
        found = (*named, *more, *members, *inner)
        return tuple(dict.fromkeys(name for name in found if name is not None))


class Messages(Part):
    """One thread's history: `order` and `key` together say what stands before what."""

    table: Name
    """The table or view of messages."""
    key: Name
    """The message's key, never null."""
    order: Name
    """The time that orders messages, never null."""
    thread: Name
    """The thread's key."""
    author: Name
    """Who wrote it."""
    body: Name
    """The text."""
    edited: Name | None = None
    """When the row last changed; null, or the same as `order`, for one that never did."""
    deleted: Name | None = None
    """True or a time in a row that was deleted. Without it a deleted row is not there any more."""
    author_name: Name | None = None
    """What the author is called, for those who are in no list."""
    embed: Embed = ""
    """What PostgREST is to embed in each row, such as `...users(author_name:username)`: then the author's
    name stands in that."""
    kind: Name | None = None
    """Of what kind it is."""
    kinds: Words = Field(default_factory=dict)
    """The map's words for text, voice and action; what is not here is text."""
    role: Name | None = None
    """What the author is."""
    roles: Words = Field(default_factory=dict)
    """The map's words for person, customer, agent, assistant, bot and system."""
    status: Name | None = None
    """How the row stands."""
    growing: list[Word] = Field(default_factory=list)
    """Words of `status` for a row that is still being written."""
    failed: list[Word] = Field(default_factory=list)
    """Words of `status` for a row that came to grief on the server's side."""
    subject: Name | None = None
    """A line above the text."""
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
        named = None if self.embed else self.author_name
        more = (self.edited, self.deleted, named, self.kind, self.role, self.status)
        found = (self.key, self.order, self.thread, self.author, self.body, *more, self.subject, self.facts)
        return tuple(dict.fromkeys(name for name in found if name is not None))
