"""What every table of a map is made of: names, values to fill in, functions, topics.

Pure data. Knows no dialect and nothing that a dialect can say: see `shape`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
"""A table, a column, a function or a schema, as it stands in a URL."""

Word = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
"""An event, a key of a payload, a label: one line."""

Embed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.,:()!]*$")]
"""Rows of other tables within a row, as they stand in a select."""

FeedName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]

Constant = str | int | bool
THREAD, USER = "{thread}", "{user}"


class Part(BaseModel):
    """A table of the map. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Filled(Part):
    """Something with values to fill in: each a constant, or one of `slots` written with a dollar."""

    slots: ClassVar[frozenset[str]] = frozenset()
    params: dict[Name, Constant] = Field(default_factory=dict)
    """Arguments or columns: constants, and slots that are filled in."""

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
    """The function to call."""


class Reading(Filled):
    """Rows to read: a function to call, or a table, of which the columns in `params` have to be equal."""

    rpc: Name | None = None
    """The function that answers the rows."""
    table: Name | None = None
    """The table or view that holds the rows."""
    embed: Embed = ""
    """What PostgREST is to embed in each row of the table, as it stands in a select."""

    @model_validator(mode="after")
    def _one_place(self) -> Reading:
        if (self.rpc is None) is (self.table is None):
            raise ValueError("expected either rpc, the name of a function, or table")
        if self.embed and self.table is None:
            raise ValueError("expected embed with a table, a function answers what it answers")
        return self


class Channel(Part):
    """A topic. Its name ends with the one thing that tells it from its kind."""

    ends_with: ClassVar[str] = THREAD
    topic: Word
    """The topic's name, without `realtime:`."""
    sealed: bool = False
    """No policy lets a client broadcast here."""
    from_database: bool = False
    """The database broadcasts here; the server says when that flows."""

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
