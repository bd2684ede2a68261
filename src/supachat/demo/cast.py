"""Who is in the demo. Pure.

Five seats for people who run it, the first one first; two who are always about and answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

_SPACE = uuid.UUID("5bd4ea0a-6a1c-4f0e-9d56-3f0c6c1d7a11")


@dataclass(frozen=True, slots=True)
class Character:
    """`handle` is the app user id, `first` what friends say."""

    handle: str
    name: str
    first: str

    @property
    def email(self) -> str:
        return f"{self.handle}@demo.invalid"

    @property
    def user_id(self) -> str:
        """The account's id, the same in every demo."""
        return str(uuid.uuid5(_SPACE, self.handle))


ANA = Character("ana", "Ana Duarte", "Ana")
NOA = Character("noa", "Noa Levi", "Noa")
AIKO = Character("aiko", "田中 愛子", "愛子")
TOMAS = Character("tomas", "Tomás Ibáñez", "Tomás")
IDRIS = Character("idris", "Idris Okafor", "Idris")
MIRA = Character("mira", "Mira Kovač", "Mira")
BEN = Character("ben", "Ben Achterberg", "Ben")

SEATS = (ANA, NOA, AIKO, TOMAS, IDRIS)
"""Whoever starts the demo is the first whose seat is free."""
PRESENT = (MIRA, BEN)
"""The two who are there."""
EVERYBODY = (*SEATS, *PRESENT)


ORDER = ("direct", "rooms", "inbox", "sessions", "portal")
"""The systems as the list of threads shows them."""


def shown(there: Iterable[str]) -> tuple[str, ...]:
    """Of the dialects that are there, those that the demo has a story for, in their order."""
    known = set(there)
    return tuple(name for name in ORDER if name in known)


def thread_id(one: Character, other: Character) -> str:
    """As the dialect `direct` makes it: both ids sorted by bytes, joined by two underscores."""
    return "__".join(sorted((one.handle, other.handle), key=str.encode))
