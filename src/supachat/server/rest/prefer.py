"""What a request prefers: the headers Prefer, Accept and Range. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from supachat.server.rest import errors
from supachat.server.rest.sql import Form

_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "handling": ("strict", "lenient"),
    "tx": ("commit", "rollback"),
}
_MAX_AFFECTED = "max-affected"
_COUNT = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{0,18})\Z")

JSON: Final = "application/json"
OBJECT: Final = "application/vnd.pgrst.object+json"
ARRAY: Final = "application/vnd.pgrst.array+json"
CSV: Final = "text/csv"
_STRIPPED: Final = ";nulls=stripped"

_FORMS: Final[Mapping[str, tuple[Form, str]]] = {
    "*/*": (Form.ROWS, JSON),
    "application/*": (Form.ROWS, JSON),
    JSON: (Form.ROWS, JSON),
    ARRAY: (Form.ROWS, JSON),
    ARRAY + _STRIPPED: (Form.ROWS_STRIPPED, ARRAY + _STRIPPED),
    OBJECT: (Form.OBJECT, OBJECT),
    "application/vnd.pgrst.object": (Form.OBJECT, OBJECT),
    OBJECT + _STRIPPED: (Form.OBJECT_STRIPPED, OBJECT + _STRIPPED),
    CSV: (Form.CSV, CSV),
    "text/*": (Form.CSV, CSV),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The first valid value of each preference. `timezone` is any name at first."""

    given: Mapping[str, str]
    max_affected: int | None = None
    timezone: str | None = None

    @property
    def strict(self) -> bool:
        return self.given.get("handling") == "strict"

    @property
    def undone(self) -> bool:
        """Whether nothing of the request is to be kept."""
        return self.given.get("tx") == "rollback"

    @property
    def count(self) -> bool:
        """Estimates are answered exactly: a local database is small."""
        return "count" in self.given

    @property
    def returning(self) -> str:
        return self.given.get("return", "minimal")

    def applied(self, *names: str) -> dict[str, str]:
        """The header that says which of `names` were followed, empty if none."""
        always = ("tx", "handling")
        found = [f"{name}={self.given[name]}" for name in (*names, *always) if name in self.given]
        if self.timezone is not None:
            found.append(f"timezone={self.timezone}")
        if self.max_affected is not None and self.strict:
            found.append(f"{_MAX_AFFECTED}={self.max_affected}")
        return {"preference-applied": ", ".join(found)} if found else {}


def preferences(headers: Iterable[str]) -> Preferences:
    """The Prefer headers together; PGRST122 if they ask to be strict and are not understood."""
    given: dict[str, str] = {}
    unknown: list[str] = []
    most = zone = None
    for part in ",".join(headers).split(","):
        name, _, value = part.strip().partition("=")
        if name == _MAX_AFFECTED and _COUNT.fullmatch(value):
            most = int(value)
        elif value in _KNOWN.get(name, ()):
            given.setdefault(name, value)
        elif name == "timezone":
            zone = zone or value
        elif part.strip():
            unknown.append(part.strip())
    found = Preferences(given, most, zone)
    if found.strict and unknown:
        raise errors.bad_preferences(unknown)
    return found


def in_known_zone(preferences: Preferences, zones: Collection[str]) -> Preferences:
    """Without a time zone that is not one of `zones`; PGRST122 if it was asked to be strict."""
    if preferences.timezone is None or preferences.timezone in zones:
        return preferences
    if preferences.strict:
        raise errors.bad_preferences([f"timezone={preferences.timezone}"])
    return replace(preferences, timezone=None)


def form(accept: str | None) -> tuple[Form, str]:
    """How the answer is to look and its media type: the best of `accept` that exists, else PGRST107."""
    if not accept:
        return _FORMS["*/*"]
    for wanted in _by_quality(accept):
        if wanted in _FORMS:
            return _FORMS[wanted]
    raise errors.not_acceptable(accept)


def _by_quality(accept: str) -> list[str]:
    ranked: list[tuple[float, str]] = []
    for part in accept.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name == "q":
                quality = _quality(value)
            elif parameter == "nulls=stripped":
                kind += _STRIPPED
        ranked.append((-quality, kind))
    return [kind for rank, kind in sorted(ranked, key=lambda one: one[0]) if rank < 0]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def window(header: str | None) -> tuple[int, int | None]:
    """Offset and limit of a Range header; nothing is cut off where it is no range of items."""
    found = _RANGE.match((header or "").removeprefix("items=").strip())
    if not found:
        return 0, None
    first, last = int(found.group(1)), found.group(2)
    if not last:
        return first, None
    if first > int(last):
        raise errors.bad_range(
            "The lower boundary must be lower than or equal to the upper boundary in the Range header."
        )
    return first, int(last) - first + 1
