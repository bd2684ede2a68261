"""The part of a map for what stands beside the messages: changes to a thread, search, written replies,
feeds, prices, presence that is kept.

Pure data, checked before anything is asked of a server.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from supachat.dialects.parts import Constant, FeedName, Function, Name, Part, Word
from supachat.domain.feeds import Severity
from supachat.domain.model import Alteration


class Alter(Function):
    """A change to a thread. An empty `$value` is sent as null."""

    slots = frozenset({"thread", "value", "me"})
    values: dict[Word, Constant] = Field(default_factory=dict)
    """Our words for what is to be, and the map's: on and off, where it wants true and false."""


class Create(Function):
    """A thread with a title; answers one row of the thread list."""

    slots = frozenset({"title"})


class Search(Function):
    """Answers rows of the history."""

    slots = frozenset({"text"})


class Canned(Part):
    """A table of replies that were written before."""

    table: Name
    name: Name
    text: Name


class Take(Function):
    slots = frozenset({"id"})


class Feed(Part):
    """Rows beside the messages, the newest first."""

    name: FeedName
    label: Word
    table: Name
    id: Name = "id"
    at: Name
    title: Name
    body: Name | None = None
    kind: Name | None = None
    severity: Name | None = None
    severities: dict[Word, str] = Field(default_factory=dict)
    """The map's words for info, warning and critical, where they are others."""
    taken: Name | None = None
    """When it was taken; null for a row that was not."""
    taken_by: Name | None = None
    take: Take | None = None
    urgent: bool = False

    @field_validator("severities")
    @classmethod
    def _known(cls, words: dict[str, str]) -> dict[str, str]:
        wrong = next((word for word in words.values() if word not in set(Severity)), None)
        if wrong is not None:
            raise ValueError(f"expected info, warning or critical, found {wrong}")
        return words

    @property
    def columns(self) -> tuple[str, ...]:
        more = (self.body, self.kind, self.severity, self.taken, self.taken_by)
        found = (self.id, self.at, self.title, *(name for name in more if name is not None))
        return tuple(dict.fromkeys(found))


class Prices(Part):
    """The last price of each symbol. With `rpc` it answers them, else the newest rows of the table do."""

    table: Name
    rpc: Name | None = None
    symbol: Name
    price: Name
    change: Name
    at: Name


class PresenceRow(Function):
    """Who is there, kept in a table: written on change, read where the channel says nothing."""

    slots = frozenset({"thread", "status", "me"})
    table: Name
    person: Name
    thread: Name
    status: Name
    seen: Name


class Audit(Function):
    """A note that the reader begins to listen to a table, made once each time its topic is ready."""

    slots = frozenset({"table"})


Alterations = dict[Annotated[Alteration, Field(strict=False)], Alter]
