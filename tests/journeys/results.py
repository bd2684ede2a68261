"""What storms and kills came to, as rows of one table and, by kind, what touched something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Tell = Callable[[str, object], None]
"""Pytest's `record_property`."""
COLUMNS = ["what", "faults", "messages", "edited or deleted", "lost", "doubled", "out of order"]


@dataclass(slots=True)
class Result:
    """What a storm came to; its row is told with `record_property` and printed at the end of the run."""

    name: str
    faults: Counter[str] = field(default_factory=Counter)
    """By kind: how many really touched something."""
    drawn: frozenset[str] = frozenset()
    """The kinds that it claims to be made of."""
    sent: int = 0
    changed: int = 0
    """Of those sent: edited or deleted afterwards."""
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    unchanged: int = 0
    """Edits and deletes that are not in the table."""

    @property
    def ends_well(self) -> bool:
        return not (self.lost or self.doubled or self.disordered or self.unchanged or self.untouched)

    @property
    def untouched(self) -> frozenset[str]:
        """What was drawn and touched nothing."""
        return self.drawn - {kind for kind, count in self.faults.items() if count}

    def row(self) -> list[str]:
        """A row of the table, under `COLUMNS`."""
        counts = (
            sum(self.faults.values()), self.sent, self.changed, self.lost + self.unchanged, self.doubled,
            self.disordered,
        )  # fmt: skip  # one row
        return [self.name, *(f"{count:,}" for count in counts)]

    def kinds(self) -> str:
        """How often each kind of fault touched something, in one line."""
        return ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.faults.items()))

    def tell(self, tell: Tell) -> None:
        tell("storm", self.row())
        tell("kinds", f"{self.name}: {self.kinds()}")
