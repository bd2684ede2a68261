"""What comes off the socket: a text frame's first check, and what is passed on from the library.

Pure. Must never raise on anything a stranger can send; what is not believed is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from supachat.domain.text import Safe
from supachat.remote.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Broadcast:
    topic: str
    event: str
    payload: Mapping[str, Any]
    id: str = ""
    """What the server calls it; empty for what a client said."""
    replayed: bool = False
    """Said earlier, and repeated because the join asked for it."""


@dataclass(frozen=True, slots=True)
class Present:
    """The whole presence of a topic: key to the payloads tracked under it."""

    topic: str
    state: Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class RowChanged:
    """A row of a table was written or deleted (postgres_changes), as it came: schema, table, type,
    record, old_record, errors."""

    topic: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replicated:
    """The server says that broadcasts from the database flow into this topic; with `changes`, that the
    rows of its bindings do. It says the latter anew after each new token (recording 21)."""

    topic: str
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """The rows of this topic's bindings do not flow, though it stays joined. The server tries again."""

    topic: str
    words: Safe


@dataclass(frozen=True, slots=True)
class Ended:
    """A joined topic is joined no longer, and the socket lives on."""

    topic: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Beaten:
    """A heartbeat was answered, after so many seconds; None: it is overdue."""

    round_trip: float | None


Heard = Broadcast | Present | RowChanged | Replicated | Unsubscribed | Ended | Beaten


class Word(StrEnum):
    """What became of a broadcast that the server was asked to acknowledge."""

    UNSENT = "unsent"
    """It did not leave: the topic is not joined, or the line is down."""
    TAKEN = "taken"
    """The server has passed it on."""
    REFUSED = "refused"
    """The server said no, as to one that is too long."""
    SILENT = "silent"
    """It left and no answer came: refused by a policy without a word, or the line broke (recording 12)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A join that failed. `answered` says whether the server said no, or nothing at all."""

    verdict: Verdict
    answered: bool = True


class LinkDown(Exception):
    """The connection could not be made, or is over. `verdict` says why, and what cures it."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.words)
        self.verdict = verdict

    @property
    def words(self) -> Safe:
        return self.verdict.words


def unpack(text: str | bytes) -> dict[str, Any] | None:
    """A text frame as an object, or None where it is not to be believed: no JSON, no object, too deep,
    or a key that stands twice in one object. Whoever may write to a topic can paste such a key into a
    frame (recording 36), and the library would take the second for the first."""
    if isinstance(text, bytes):
        return None
    try:
        frame = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def mended(frame: dict[str, Any]) -> dict[str, Any]:
    """An error reply whose response is a bare string (`payload_size_exceeded`) in the shape that the
    library reads; else it would drop the reply, and the push would seem unanswered."""
    payload = frame.get("payload")
    if (
        frame.get("event") == "phx_reply"
        and isinstance(payload, dict)
        and payload.get("status") == "error"
        and not isinstance(payload.get("response"), dict)
    ):
        response = {"reason": str(payload.get("response"))}
        return {**frame, "payload": {"status": "error", "response": response}}
    return frame
