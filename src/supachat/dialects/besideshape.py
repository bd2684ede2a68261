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
    """The table of replies."""
    name: Name
    """What is typed to have the reply."""
    text: Name
    """The reply, with {placeholders}."""


class Take(Function):
    """Takes or closes a row, so that others see that somebody did; answers the row."""

    slots = frozenset({"id"})


class Feed(Part):
    """Rows beside the messages, the newest first."""

    name: FeedName
    """What the feed is called in the map."""
    label: Word
    """What people read."""
    table: Name
    """The table or view of its rows."""
    id: Name = "id"
    """The row's key."""
    at: Name
    """The time that orders the rows."""
    title: Name
    """The row in a line."""
    body: Name | None = None
    """What more there is to read."""
    kind: Name | None = None
    """A word that stands beside the title."""
    severity: Name | None = None
    """How grave it is."""
    severities: dict[Word, str] = Field(default_factory=dict)
    """The map's words for info, warning and critical, where they are others."""
    taken: Name | None = None
    """When it was taken; null for a row that was not."""
    taken_by: Name | None = None
    """Who took it."""
    take: Take | None = None
    closed: Name | None = None
    """When it was closed; null for a row that is open."""
    closed_by: Name | None = None
    """Who closed it."""
    close: Take | None = None
    when: Name | None = None
    """The time that the row is about."""
    until: Name | None = None
    """Until when that is; null where nobody knows."""
    urgent: bool = False
    """A new row of this feed is told at once."""
    roles: list[Word] = Field(default_factory=list)
    """Words of `role` in [me] for those who can ever see a row of it; without this key everybody."""

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
        also = (self.closed, self.closed_by, self.when, self.until)
        found = (self.id, self.at, self.title, *(name for name in (*more, *also) if name is not None))
        return tuple(dict.fromkeys(found))


class Prices(Part):
    """The last price of each symbol. With `rpc` it answers them, else the newest rows of the table do."""

    table: Name
    """The table of prices."""
    rpc: Name | None = None
    """The function that answers the last price of each symbol."""
    symbol: Name
    """What has the price."""
    price: Name
    """The price."""
    change: Name
    """By how many percent it changed in 24 hours."""
    at: Name
    """When that was so."""


class PresenceRow(Function):
    """Who is there, kept in a table: written on change, read where the channel says nothing."""

    slots = frozenset({"thread", "status", "me"})
    table: Name
    """The table in which it is kept."""
    person: Name
    """Whose row it is."""
    thread: Name
    """In which thread they are."""
    status: Name
    """Online, away or offline."""
    seen: Name
    """When they were last seen."""


class Audit(Function):
    """A note that the reader begins to listen to a table, made once each time its topic is ready."""

    slots = frozenset({"table"})


Alterations = dict[Annotated[Alteration, Field(strict=False)], Alter]
