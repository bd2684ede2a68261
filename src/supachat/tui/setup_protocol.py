"""What the first-run screen needs from outside, as a protocol and three plain values.

`assemble` and `cli` implement it; the screen and its tests know no more than this. Must never import
settings, a dialect or the network: whoever implements `SetUp` does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class WorkspaceCard:
    """A workspace that is already set up, as the palette and the sign-in page name it."""

    name: Safe
    url: Safe
    """For eyes only: the host is shown, nothing is fetched from it."""


@dataclass(frozen=True, slots=True)
class ChatKind:
    """One kind of chat (a dialect) that a new workspace can have."""

    name: str
    """What `SetUp.save` takes."""
    label: Safe
    about: Safe = NOTHING
    """One line: what such a project looks like."""


@dataclass(frozen=True, slots=True)
class ProjectGuess:
    """What the text of the first field comes to. `url` is empty while nothing usable stands there."""

    url: str = ""
    key: str = ""
    """A publishable key that stood beside the address, in a .env file."""
    name: str = ""
    """A name for the workspace, made from the address."""
    words: Safe = NOTHING
    """With a `url`: what else is worth knowing (a service role line was ignored). Without: what is
    wrong with the text, or nothing while it may still become an address."""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What the project said. `field` is the one that `words` stand under."""

    ok: bool
    round_trip_ms: float | None = None
    words: Safe = NOTHING
    """Why not, and what to do; empty where all is well."""
    field: Literal["url", "key"] = "url"


class SetUp(Protocol):
    """Trying, keeping and starting: everything the first-run screen may ask for."""

    def kinds(self) -> Sequence[ChatKind]:
        """The kinds of chat on offer, the suggested one first. Never empty, returns at once."""
        ...

    def read_project(self, text: str) -> ProjectGuess:
        """An address, a bare project reference (20 lower-case letters) or a path to a .env file.

        Called on every keystroke: no network. Never raises.
        """
        ...

    async def probe(self, url: str, key: str) -> ProbeAnswer:
        """Ask the project. With an empty `key` only whether the address answers. Never raises.

        The screen cancels it when the text changes.
        """
        ...

    def save(self, name: str, url: str, key: str, dialects: Sequence[str]) -> str:
        """Keep it as a workspace; the name it got. Raises `SupachatError` (a refused key, a file
        that cannot be written)."""
        ...

    def start_demo(self) -> None:
        """The person chose the demo. Only remembers it: the app ends at once with code 0 and
        whoever ran it starts the demo then."""
        ...
