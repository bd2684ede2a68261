"""The part of a map that says how news arrives: topics, events, tables that are watched.

Pure data, checked before a topic is joined.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from supachat.dialects.parts import THREAD, USER, Channel, FeedName, Name, Part, Word


class Rows(Channel):
    """New rows of a thread. On a sealed topic `record` is believed, elsewhere it is a hint."""

    event: Word
    """The event of a new row."""
    record: Word
    """The key of the payload under which the row stands."""
    changed: Word | None = None
    """The event of a row that changed: it too stands under `record`."""
    gone: Word | None = None
    """The event of a row that was deleted: its key stands under `old`."""
    old: Word = "old_record"
    """The key of the payload under which a deleted row stands."""


class Notices(Channel):
    """Something happened in the thread that stands under `thread`: to be read."""

    ends_with = USER
    event: Word
    """The event that tells of it."""
    thread: Word
    """The key of the payload under which the thread's id stands."""


class Reads(Channel):
    """Somebody has read. Believed on a sealed topic, elsewhere a hint: the thread list is read."""

    event: Word
    """The event that tells of it."""
    person: Word
    """The key of the payload under which the reader's id stands."""
    id: Word
    """The key for the last message that they have read."""
    at: Word
    """The key for its time."""


class Moved(Channel):
    """Others see the thread now than did before: the thread list is read."""

    event: Word
    """The event that tells of it."""


class Typing(Channel):
    """Somebody writes."""

    event: Word
    """The event of a key press."""
    person: Word
    """The key of the payload under which the person's id stands."""
    lasts: Annotated[float, Field(ge=1, le=60)] = 6.0
    """Seconds for which somebody types who has said so once; whoever goes on says so in half of that."""


class Attendance(Channel):
    """Who is there, by presence."""

    status: Word
    """The key of what is tracked under which online or away stands."""
    away: bool = False
    """The reader can be set away or offline by hand."""
    name: Word | None = None
    """What people call themselves there."""
    action: Word | None = None
    """What they did last."""


class Hint(Channel):
    """A member says that they wrote in the thread: it is read, nothing is believed."""

    event: Word
    """The event that says so."""


class Hearsay(Channel):
    """Messages that clients tell each other and the server stores nowhere. Such a map has no [messages].

    What was heard is kept on this computer, in the order of hearing, and marked as unverified: whoever may
    broadcast on the topic can say anything in any member's name. There is no history and nothing missing.
    """

    event: Word
    """The event that holds a message."""
    id: Word
    """The key of the payload for the id that the sender gave: heard again it is the same message."""
    author: Word
    """The author's id in the payload; believed to be said of a member of the thread, no more."""
    body: Word
    """The text in the payload."""
    at: Word | None = None
    """The key for the sender's time, for other programs: it is told, never believed."""


class Told(Channel):
    """What the project's own backend tells a reader: rows of a feed that no table holds.

    What is about a thread stands among its messages too. So does what the backend tells on the sealed topic
    of [news.rows] under any event but those of the rows.
    """

    ends_with = USER
    feed: FeedName
    """The feed in which it stands."""
    label: Word
    """What people read."""
    words: dict[Word, Word] = Field(default_factory=dict)
    """Events and what they are called; one that is not here is told by its own name."""
    lists: list[Word] = Field(default_factory=list)
    """The events after which the thread list is another."""
    quiet: list[Word] = Field(default_factory=list)
    """Events of this topic that are nothing to tell."""
    thread: Word | None = None
    """The key of the payload for the thread's id, in what is about one."""
    title: Word = "title"
    """The row's line in the payload."""
    body: Word = "body"
    """What more there is, in the payload."""
    severity: Word = "severity"
    """How grave it is, in the payload."""


Kind = Literal["INSERT", "UPDATE", "DELETE"]


class Change(Part):
    """Rows of a table, told as they change (postgres_changes), and what they mean."""

    topic: Word
    """The topic to join for it: one thread's, or the reader's own."""
    table: Name
    """The table."""
    events: Annotated[list[Kind], Field(min_length=1)] = ["INSERT", "UPDATE", "DELETE"]  # noqa: RUF012  pydantic copies it
    """What of it is told; without this key everything."""
    filter: str = ""
    """`column=eq.{thread}` or `column=eq.{user}`; without it every row that the reader may see."""
    means: Annotated[
        str, StringConstraints(pattern=r"^(message|list|presence|price|feed:[a-z][a-z0-9_-]*)$")
    ]
    """What a row is: a message, a thread of the list, a presence, a price, a row of a feed."""
    private: bool = True
    """On a topic that everybody may join its rows are hints: they are read before they are believed."""

    @field_validator("topic")
    @classmethod
    def _one_slot_at_the_end(cls, topic: str) -> str:
        if not any(
            topic.endswith(slot) and topic.count("{") == 1 and topic != slot for slot in (THREAD, USER)
        ):
            raise ValueError("expected a name that ends with {thread} or {user} and has no other braces")
        return topic

    @model_validator(mode="after")
    def _filter_of_its_topic(self) -> Change:
        column, _, value = self.filter.partition("=eq.")
        if self.filter and (not column.isidentifier() or value != self.slot):
            raise ValueError(f"expected a filter like column=eq.{self.slot}, found {self.filter}")
        return self

    @property
    def slot(self) -> str:
        return THREAD if self.topic.endswith(THREAD) else USER

    @property
    def head(self) -> str:
        return self.topic.removesuffix(self.slot)

    @property
    def feed(self) -> str | None:
        return self.means.removeprefix("feed:") if self.means.startswith("feed:") else None

    def key(self, topic: str) -> str | None:
        """The thread or user that `topic` is of; None where it is a topic of another kind."""
        return topic.removeprefix(self.head) if topic.startswith(self.head) and topic != self.head else None


class News(Part):
    """How news of a thread arrives by broadcast, and who is there."""

    rows: Rows | None = None
    hint: Hint | None = None
    hearsay: Hearsay | None = None
    notices: Notices | None = None
    reads: Reads | None = None
    moved: Moved | None = None
    typing: Typing | None = None
    presence: Attendance | None = None

    @model_validator(mode="after")
    def _rows_stay_alone(self) -> News:
        heads = {part.head for part in (self.typing, self.presence) if part is not None}
        for part in (self.rows, self.notices, self.reads):
            if part is not None and part.sealed and part.head in heads:
                raise ValueError(
                    f"expected another topic for typing and presence than the sealed {part.topic}"
                )
        return self
