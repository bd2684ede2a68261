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


class FeedAct(StrEnum):
    """What a person does with a row."""

    TAKE = "take"
    """To see to it ("acknowledge")."""
    CLOSE = "close"
    """Nothing is left to be done."""


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
    closes: bool = False
    """Its rows can be closed too."""

    @property
    def acts(self) -> tuple[FeedAct, ...]:
        """What can be done with its rows."""
        able = ((FeedAct.TAKE, self.takes), (FeedAct.CLOSE, self.closes))
        return tuple(act for act, can in able if can)

    def open_acts(self, row: FeedRow) -> tuple[FeedAct, ...]:
        """What can still be done with one of its rows: what is closed is done with."""
        if row.closed:
            return ()
        return tuple(act for act in self.acts if act is FeedAct.CLOSE or not row.taken)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row of a feed. `taken_by` and `closed_by` are person ids, or empty where only that it was done
    is known; `when` and `until` are the time that the row is about."""

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
    closed: bool = False
    closed_at: Micros | None = None
    closed_by: str = ""
    when: Micros | None = None
    until: Micros | None = None

    @property
    def waits(self) -> bool:
        """Nobody has taken it, and it is not closed."""
        return not (self.taken or self.closed)


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
