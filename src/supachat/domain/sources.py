"""What a source is and what it can do: the words by which a screen knows what to offer.

A source is one dialect, switched on in a workspace. Values only. All of them are in `domain.model` too.
"""

from __future__ import annotations

from enum import StrEnum

from supachat.domain.text import Safe
from supachat.domain.values import dataclass


class Feature(StrEnum):
    """What a source can do. What it cannot do is not on the screen."""

    SEND = "send"
    START = "start"
    FIND_PEOPLE = "find_people"
    TYPING = "typing"
    PRESENCE = "presence"
    READ_CURSOR = "read_cursor"
    EDIT = "edit"
    DELETE = "delete"
    STATUS = "status"
    ASSIGN = "assign"
    BOT = "bot"
    RENAME = "rename"
    ARCHIVE = "archive"
    INVITE = "invite"
    REMOVE = "remove"
    LEAVE = "leave"
    CREATE = "create"
    """A thread with a title and nobody else in it yet can be made."""
    SEARCH = "search"
    CANNED = "canned"
    AWAY = "away"
    """The reader can be set away or offline by hand."""
    PRICES = "prices"
    SUBJECT = "subject"
    """A line can be written above a new message."""


class Alteration(StrEnum):
    """What can be changed about a thread; each is a `Feature` of the same name too."""

    STATUS = "status"
    """Value: one of the map's words."""
    ASSIGN = "assign"
    """Value: a person id, empty for nobody."""
    BOT = "bot"
    """Value: `on` or `off`."""
    RENAME = "rename"
    """Value: the new title."""
    ARCHIVE = "archive"
    """Value: `on` or `off`."""
    INVITE = "invite"
    """Value: a person id."""
    REMOVE = "remove"
    """Value: a person id."""
    LEAVE = "leave"
    """No value. It cannot be undone."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One dialect switched on in a workspace, and who the reader is in it."""

    name: str
    label: Safe
    features: frozenset[Feature]
    me: str
    """The reader's person id in this source; empty before the first sign-in."""
    max_length: int = 65536
    """The longest message it takes, in bytes of UTF-8."""
    own_ids: bool = True
    """A draft's id becomes the row's key, so that a second try cannot double it."""
    follows_edits: bool = False
    """The map names a column that orders edits, so that a cursor can follow them."""
    marks_deleted: bool = False
    """A deleted row stays and says so; else it is just not there any more."""
    typing_lasts: float = 6.0
    """Seconds for which somebody types who has said so once."""
    statuses: tuple[str, ...] = ()
    """The words that a thread's status can be, in their order; those at the end need nobody."""
    assisted: bool = False
    """An assistant answers in its threads."""
