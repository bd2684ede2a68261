"""The health of the link at length: what the badge says in one word, with every topic and every number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from supachat.client import Client
from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.pages import Page
from supachat.tui.spans import Row, Span
from supachat.tui.widgets.badge import badge
from supachat.tui.widgets.drawn import glyphs_of, moving
from supachat.tui.widgets.health_rows import health_rows

RENEWED: Final = 1.0
RENEWED_CALMLY: Final = 10.0
"""Seconds between two drawings while it is open; the second one where motion is to be reduced."""


class HealthPage(Page):
    """`monotonic` is the clock of everything in `Health`; `hands` are what may be done to the link, by
    the names that the keymap calls them."""

    PLACE: ClassVar[Place] = Place.HEALTH
    BINDINGS = bindings(Place.HEALTH)
    TITLE_WORDS = Safe("Link health")

    def __init__(
        self, client: Client, monotonic: Callable[[], float], hands: Mapping[str, Callable[[], None]]
    ) -> None:
        super().__init__()
        self._hands = hands
        self._client = client
        self._monotonic = monotonic

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(RENEWED if moving(self) else RENEWED_CALMLY, self.renew)

    def about(self) -> Safe:
        return self._client.workspace

    def beyond(self) -> Sequence[Span]:
        now, health = self._monotonic(), self._client.health
        said = badge(health, now, wide=True, glyphs=glyphs_of(self), motion=moving(self))
        return Span(Safe(said.glyph), said.look), Span(Safe(f" {said.words}"), said.words_look)

    def make(self, cells: int, height: int) -> Sequence[Row]:
        titles = {thread.key.id: thread.title for thread in self._client.threads()}
        return health_rows(
            self._client.health,
            self._monotonic(),
            cells,
            glyphs_of(self),
            waiting=self._client.waiting(),
            titles=titles,
            motion=moving(self),
        )

    def action_by_hand(self, name: str) -> None:
        """Do it to the link; the badge says what came of it."""
        self._hands[name]()
        self.renew()
