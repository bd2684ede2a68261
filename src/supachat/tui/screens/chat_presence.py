"""What the reader is to others: here, away, offline for them; set by hand, shown beside their name.

Between `ChatPrices` and the feeds. Cuts no link: `/offline` does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from supachat.domain.model import NOTHING, Feature, Presence
from supachat.domain.text import Safe
from supachat.tui.screens.chat_prices import ChatPrices

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command


class ChatPresence(ChatPrices):
    """Presence by hand, where a source tells it to others."""

    @property
    def attends(self) -> bool:
        """Whether any source tells others whether the reader is there."""
        return any(Feature.AWAY in source.features for source in self.client.sources)

    def action_away(self) -> None:
        self._be(Presence.AWAY, "away for the others; /back ends it")

    def action_invisible(self) -> None:
        self._be(Presence.OFFLINE, "offline for the others; /back ends it")

    def action_here(self) -> None:
        self._be(Presence.ONLINE, "here again")

    def _be(self, presence: Presence, words: str) -> None:
        if not self.attends:
            self.typing.flash(Safe("no source here tells others whether you are there"))
            return
        self.client.attendance.set(presence)
        self.typing.flash(Safe(words))

    def account_words(self) -> Safe:
        """Who is signed in, and what they are to others where that is not plainly here."""
        account = self.client.account
        if account is None:
            return NOTHING
        name, mine = account.name or account.email, self.client.attendance.mine()
        return name if mine is Presence.ONLINE or not self.attends else Safe(f"{name}, {mine.value}")

    def thread_commands(self) -> list[Command]:
        from supachat.tui.screens.commands import Command  # late: with the palette itself

        found = super().thread_commands()
        if self.attends:
            where = Safe("account")
            found += [
                Command("do away", Safe("Be away for the others"), where),
                Command("do invisible", Safe("Be offline for the others"), where),
                Command("do here", Safe("Be here again"), where),
            ]
        return found
