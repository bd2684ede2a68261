"""The words in which a dialect says who may do what: five people, acts on tables, functions and topics.

Texts and JSON may hold `{words}` of the person who asks and of the scene; `{uuid}` is a new one each time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.server.matrix.stage import Stage


class Who(StrEnum):
    """How somebody stands to the one thread that is looked at."""

    ANON = "anon"
    STRANGER = "stranger"
    FORMER = "former"
    MEMBER = "member"
    OWNER = "owner"


# What can come of an act. Anything else is written as the answer has it: "409 23505".
DONE = "done"  # rows came, or something was changed, or the topic took it
NOTHING = "nothing"  # answered, but there was nothing for them and nothing was changed
DENIED = "denied"  # 42501, or a join that is Unauthorized
ABSENT = "absent"  # not to be found by anybody
TRUE, FALSE = "true", "false"  # what a function said

Verdicts = Mapping[Who, str]


def verdicts(anon: str, stranger: str, former: str, member: str, owner: str) -> Verdicts:
    """What comes of it for each of the five."""
    return dict(zip(Who, (anon, stranger, former, member, owner), strict=True))


def same(verdict: str) -> Verdicts:
    """The same for everybody."""
    return dict.fromkeys(Who, verdict)


NOBODY = same(DENIED)
MEMBERS_SEE = verdicts(DENIED, NOTHING, NOTHING, DONE, DONE)
MEMBERS_DO = verdicts(DENIED, DENIED, DENIED, DONE, DONE)
SIGNED_IN = verdicts(DENIED, DONE, DONE, DONE, DONE)


@dataclass(frozen=True)
class Act:
    """One REST request. `verb` is read, write, update or delete of a table, or call of a function."""

    subject: str
    verb: str
    expected: Verdicts
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def title(self) -> str:
        return " ".join(part for part in (self.verb, self.subject, self.note) if part)


@dataclass(frozen=True)
class Room:
    """A private topic. `stored` is whether the database has spoken there: then a replay has something."""

    topic: str
    join: Verdicts
    broadcast: Verdicts
    presence: Verdicts
    stored: bool


@dataclass(frozen=True)
class Watched:
    """A table whose changes are asked for. `provoke` is SQL that inserts, updates and deletes one row."""

    table: str
    provoke: Sequence[str]
    expected: Verdicts
    key: frozenset[str]


@dataclass(frozen=True)
class Persona:
    """One of the five. `token` is None for anon; `words` fill the table's texts."""

    token: str | None
    words: Mapping[str, str]


@dataclass(frozen=True)
class Promises:
    """All that one dialect promises. `published` is what it puts into the publication by itself.

    The first act is a read that the owner may do, the first room a sealed topic: forged tokens are tried
    on these. SQL in `watched` names the dialect's schema where that is not public.
    """

    prepare: Callable[[Stage], Mapping[Who, Persona]]
    acts: Sequence[Act]
    rooms: Sequence[Room]
    watched: Sequence[Watched]
    published: frozenset[str]


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """`value` with the `{words}` in its strings replaced."""
    if isinstance(value, str):
        return value.format_map({**words, "uuid": str(uuid.uuid4())})
    if isinstance(value, Mapping):
        return {name: filled(item, words) for name, item in value.items()}
    return value
