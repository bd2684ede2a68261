"""The shape of a dialect's map: what the TOML may say, checked before anything is asked of a server.

Pure data. Every name of a table, a column, a function or a topic comes from a map; this module must
never know one.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
"""A table, a column, a function or a schema, as it stands in a URL."""

Word = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
"""An event, a key of a payload, a label: one line."""

Constant = str | int | bool
THREAD, USER = "{thread}", "{user}"


class Part(BaseModel):
    """A table of the map. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Filled(Part):
    """Something with values to fill in: each a constant, or one of `slots` written with a dollar."""

    slots: ClassVar[frozenset[str]] = frozenset()
    params: dict[Name, Constant] = Field(default_factory=dict)

    @field_validator("params")
    @classmethod
    def _known_slots(cls, params: dict[str, Constant]) -> dict[str, Constant]:
        for name, value in params.items():
            if isinstance(value, str) and value.startswith("$") and value[1:] not in cls.slots:
                allowed = ", ".join(f"${slot}" for slot in sorted(cls.slots)) or "no slot"
                raise ValueError(f"expected one of {allowed} for {name}, found {value}")
        return params


class Function(Filled):
    """A function to call, and its arguments."""

    rpc: Name


class Me(Function):
    """Who the reader is in this source: one row."""

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


class Threads(Function):
    """The thread list in one request, a row a thread."""

    id: Name
    created: Name | None = None
    other: Name
    other_name: Name
    id_joins: Annotated[str, StringConstraints(min_length=1, max_length=8)] | None = None
    """Between two people's ids in a thread's id, where the id is made of them."""
    last: Last | None = None
    read: ReadColumns | None = None
    seen: SeenColumns | None = None


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

    @property
    def columns(self) -> tuple[str, ...]:
        always = (self.key, self.order, self.thread, self.author, self.body)
        return always + tuple(name for name in (self.edited, self.deleted) if name is not None)


class Send(Filled):
    """A function to call, or a plain insert whose `params` are the columns of the new row."""

    slots = frozenset({"thread", "me", "other", "body", "draft"})
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


class Channel(Part):
    """A topic. Its name ends with the one thing that tells it from its kind."""

    ends_with: ClassVar[str] = THREAD
    topic: Word
    sealed: bool = False
    """No policy lets a client broadcast here."""
    from_database: bool = False

    @field_validator("topic")
    @classmethod
    def _one_slot_at_the_end(cls, topic: str) -> str:
        head = topic.removesuffix(cls.ends_with)
        if head == topic or not head or "{" in head:
            raise ValueError(f"expected a name that ends with {cls.ends_with} and has no other braces")
        return topic

    @property
    def head(self) -> str:
        return self.topic.removesuffix(self.ends_with)

    def of(self, key: str) -> str:
        """The topic of the thread or user `key`."""
        return self.head + key

    def key(self, topic: str) -> str | None:
        """The thread or user that `topic` is of; None where it is a topic of another kind."""
        return topic.removeprefix(self.head) if topic.startswith(self.head) and topic != self.head else None


class Rows(Channel):
    """New rows of a thread. On a sealed topic `record` is believed, elsewhere it is a hint."""

    event: Word
    record: Word
    changed: Word | None = None
    """The event of a row that changed: it too stands under `record`."""
    gone: Word | None = None
    """The event of a row that was deleted: its key stands under `old`."""
    old: Word = "old_record"


class Notices(Channel):
    """Something happened in the thread that stands under `thread`: to be read."""

    ends_with = USER
    event: Word
    thread: Word


class Typing(Channel):
    event: Word
    person: Word


class Attendance(Channel):
    status: Word


class News(Part):
    rows: Rows | None = None
    notices: Notices | None = None
    typing: Typing | None = None
    presence: Attendance | None = None

    @model_validator(mode="after")
    def _rows_stay_alone(self) -> News:
        heads = {part.head for part in (self.typing, self.presence) if part is not None}
        for part in (self.rows, self.notices):
            if part is not None and part.sealed and part.head in heads:
                raise ValueError(
                    f"expected another topic for typing and presence than the sealed {part.topic}"
                )
        return self


class Map(Part):
    """A whole dialect."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    label: Word
    schema_: Name = Field("public", alias="schema")
    max_length: Annotated[int, Field(gt=0, le=1_048_576)] = 65536
    """The longest message, in bytes of UTF-8."""
    me: Me
    threads: Threads
    messages: Messages
    send: Send | None = None
    """The one word "insert" stands for a plain insert of key, thread, author and body."""
    edit: Edit | None = None
    delete: Delete | None = None
    read: Read | None = None
    find: Find | None = None
    ensure: Ensure | None = None
    news: News = Field(default_factory=News)
    local_settings: dict[str, str] = Field(default_factory=dict)
    """Settings of the local server's database; a hosted project never sees them."""

    @model_validator(mode="before")
    @classmethod
    def _send_in_one_word(cls, given: object) -> object:
        if not isinstance(given, dict) or given.get("send") != "insert":
            return given
        columns, slots = given.get("messages"), ("draft", "thread", "me", "body")
        names = ("key", "thread", "author", "body")
        found = [columns.get(name) for name in names] if isinstance(columns, dict) else []
        params = {
            name: f"${slot}" for name, slot in zip(found, slots, strict=False) if isinstance(name, str)
        }
        return {**given, "send": {"insert": True, "params": params}}
