"""Rows that are not messages but belong beside them: prices, notifications, alerts, logs. Frozen values."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from supachat.domain.model import NOTHING, Micros
from supachat.domain.text import Safe
from supachat.domain.values import dataclass


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """One feed of a source, as its map has it."""

    source: str
    name: str
    label: Safe
    takes: bool = False
    """Its rows can be taken ("acknowledged")."""
    urgent: bool = False
    """Its rows are alerts: they stand above all others and are told at once."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row of a feed. `taken_by` is a person id, or empty where only that it was taken is known."""

    source: str
    feed: str
    id: str
    at: Micros
    title: Safe
    body: Safe = NOTHING
    kind: Safe = NOTHING
    severity: Severity = Severity.INFO
    taken: bool = False
    taken_at: Micros | None = None
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """The last price of one symbol. Money is never a float."""

    source: str
    symbol: Safe
    price: Decimal
    change: Decimal
    """Over 24 hours, in percent."""
    at: Micros


@dataclass(frozen=True, slots=True)
class PriceAlert:
    """Tell me once when the price crosses. None = no such line."""

    symbol: str
    above: Decimal | None = None
    below: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Canned:
    """A reply that was written before. `{customer}` and `{me}` in it are filled in when it is taken."""

    name: Safe
    text: str
