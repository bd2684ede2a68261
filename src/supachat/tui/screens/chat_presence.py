"""What the reader is to others: here, away, offline for them; set by hand, shown beside their name.

Cuts no link: `/offline` does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from supachat.client import Client
from supachat.domain.model import NOTHING, Feature, Presence
from supachat.domain.text import Safe
from supachat.tui.widgets.typing_line import TypingLine

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command


class PresenceByHand:
    """Where a source tells it to others."""

    def __init__(self, client: Client, typing: TypingLine) -> None:
        self._client = client
        self._typing = typing

    @property
    def attends(self) -> bool:
        """Whether any source tells others whether the reader is there."""
        return any(Feature.AWAY in source.features for source in self._client.sources)

    def away(self) -> None:
        self._be(Presence.AWAY, "away for the others; /back ends it")

    def invisible(self) -> None:
        self._be(Presence.OFFLINE, "offline for the others; /back ends it")

    def here(self) -> None:
        self._be(Presence.ONLINE, "here again")

    def _be(self, presence: Presence, words: str) -> None:
        if not self.attends:
            self._typing.flash(Safe("no source here tells others whether you are there"))
            return
        self._client.attendance.set(presence)
        self._typing.flash(Safe(words))

    def words(self) -> Safe:
        """What the reader is to others, where that is told and is not plainly here."""
        mine = self._client.attendance.mine()
        here = mine is Presence.ONLINE or not self.attends or self._client.account is None
        return NOTHING if here else Safe(mine.value)

    def commands(self) -> list[Command]:
        """What the palette offers of it."""
        from supachat.tui.screens.commands import Command  # late: with the palette itself

        where = Safe("account")
        found = [
            Command("do presence.away", Safe("Be away for the others"), where),
            Command("do presence.invisible", Safe("Be offline for the others"), where),
            Command("do presence.here", Safe("Be here again"), where),
        ]
        return found if self.attends else []
