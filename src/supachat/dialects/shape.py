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
from supachat.dialects.chatshape import Me, Messages, Threads
from supachat.dialects.newsshape import Change, News, Told
from supachat.dialects.parts import Filled, Function, Name, Part, Word
from supachat.domain.errors import DialectError

_INSERTED = {
    "key": "draft",
    "thread": "thread",
    "author": "me",
    "subject": "subject",
    "body": "body",
    "account": "user",
    "recipient": "other",
}
"""Keys of [messages] whose columns a plain insert fills, and with what."""


class Send(Filled):
    """A function to call, or a plain insert whose `params` are the columns of the new row."""

    slots = frozenset({"thread", "me", "user", "other", "subject", "body", "draft"})
    rpc: Name | None = None
    """The function that makes the row."""
    insert: bool = False
    """True for a plain insert."""

    @model_validator(mode="after")
    def _one_way(self) -> Send:
        if (self.rpc is None) is not self.insert:
            raise ValueError("expected either rpc, the name of a function, or insert = true")
        return self

    @property
    def takes_ids(self) -> bool:
        """Whether a draft's id becomes the row's key, so that a second try cannot double it."""
        return "$draft" in self.params.values()

    @property
    def takes_subjects(self) -> bool:
        """Whether a line can be written above the text."""
        return "$subject" in self.params.values()


class Edit(Filled):
    """A function to call, or without one a plain update of the body and of the columns in `params`."""

    slots = frozenset({"thread", "me", "message", "body"})
    rpc: Name | None = None
    """The function that changes the text."""


class Delete(Filled):
    """A function to call; without one a plain update of the columns in `params`; without those too
    the row is deleted."""

    slots = frozenset({"thread", "me", "message"})
    rpc: Name | None = None
    """The function that takes the row away."""


class Read(Function):
    """Says up to which message the reader has read."""

    slots = frozenset({"thread", "message"})


class Find(Function):
    """People whose name or handle begins with a text."""

    slots = frozenset({"text"})
    id: Name
    """The person's id, as in `me`."""
    name: Name
    """What the person is called."""


class Ensure(Function):
    """The thread with a person, made if it is new; answers one row of the thread list."""

    slots = frozenset({"person"})


class Map(Part):
    """A whole dialect."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    """What the dialect is called in settings and on the command line."""
    label: Word
    """What people read."""
    schema_: Name = Field("public", alias="schema")
    """Where the tables and functions are; it has to be exposed."""
    max_length: Annotated[int, Field(gt=0, le=1_048_576)] = 65536
    """The longest message, in bytes of UTF-8."""
    me: Me | None = None
    threads: Threads
    stored: Messages | None = Field(None, alias="messages")
    """Left out where the server stores no message: then [news.hearsay] says how they are told."""
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
        stored = given.get("messages")
        columns = stored if isinstance(stored, dict) else {}
        named = ((columns.get(key), slot) for key, slot in _INSERTED.items())
        params = {name: f"${slot}" for name, slot in named if isinstance(name, str)}
        return {**given, "send": {"insert": True, "params": params}}

    @model_validator(mode="after")
    def _told_rows_have_a_meaning(self) -> Map:
        feeds = {feed.name for feed in self.feeds}
        if any(feed.roles for feed in self.feeds) and (self.me is None or self.me.role is None):
            raise ValueError("expected role in [me], which the roles of a feed are words of")
        for change in self.changes:
            if change.feed is not None and change.feed not in feeds:
                raise ValueError(f"expected a feed of the name {change.feed}, which {change.table} means")
            if change.means == "price" and self.prices is None:
                raise ValueError(f"expected prices, which {change.table} means")
            if change.means == "presence" and self.presence_row is None:
                raise ValueError(f"expected presence_row, which {change.table} means")
        return self

    @property
    def messages(self) -> Messages:
        """How a message is stored. Raises DialectError where none is: there is nothing to ask for."""
        if self.stored is None:
            raise DialectError(f"the source {self.name} stores no messages")
        return self.stored

    @property
    def own_ids(self) -> bool:
        """A draft's id becomes the row's key."""
        return self.send is None or self.send.takes_ids

    @model_validator(mode="after")
    def _stored_or_only_told(self) -> Map:
        if (self.stored is None) is (self.news.hearsay is None):
            raise ValueError(
                "expected either [messages], where the server stores them, or [news.hearsay], where they"
                " are only told"
            )
        if self.stored is None and (wrong := self._of_stored()):
            raise ValueError(f"expected no {wrong[0]} where no message is stored")
        return self

    def _of_stored(self) -> list[str]:
        """The parts that make sense of stored messages only, as far as they are there."""
        parts = {
            "[send]": self.send,
            "[edit]": self.edit,
            "[delete]": self.delete,
            "[read]": self.read,
            "[search]": self.search,
            "[threads.last]": self.threads.last,
            "[threads.read]": self.threads.read,
            "[threads.seen]": self.threads.seen,
            "[news.rows]": self.news.rows,
            "[news.hint]": self.news.hint,
            "[news.notices]": self.news.notices,
            "[news.reads]": self.news.reads,
        }
        found = [name for name, part in parts.items() if part is not None]
        return found + ["[[changes]] that means a message" for c in self.changes if c.means == "message"]
