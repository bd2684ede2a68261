"""A slash in the composer: replies that were written before, and commands, offered while they are typed.

Between `ChatEditing` and the hand on the link. A reply that is taken stands in the composer with its
places filled in, to be read before it is sent; nothing is ever sent by completing it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from textual.widgets.text_area import Selection

from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.feeds import Canned
from supachat.domain.model import Feature, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui import slash
from supachat.tui.screens.chat_editing import ChatEditing
from supachat.tui.widgets.completion import Completion, Suggestion
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.drawn import Drawn

_BEGUN: Final = re.compile(r"/([\w-]*)")
_PLACE: Final = re.compile(r"\{\w+\}")


def suggestions(text: str, replies: Sequence[Canned], without: Collection[str] = ()) -> list[Suggestion]:
    """What a text that begins with a slash could become: by name, replies before commands; then replies by
    words, which whoever types `/st` for a status did not mean.

    `without` are commands that make no sense there."""
    begun = _BEGUN.fullmatch(text)
    if begun is None:
        return []
    asked = begun[1].casefold()
    named = [each for each in replies if each.name.casefold().startswith(asked)]
    worded = [each for each in replies if each not in named and asked and asked in each.text.casefold()]
    commands = [name for name in slash.WORDS if name.startswith(asked) and name not in without]
    return [
        *(Suggestion(each.name, safe_line(each.text), reply=True) for each in named),
        *(Suggestion(Safe(name), Safe(slash.WORDS[name])) for name in commands),
        *(Suggestion(each.name, safe_line(each.text), reply=True) for each in worded),
    ]


class ChatCanned(ChatEditing):
    """Completion in the composer."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._replies: dict[str, Sequence[Canned]] = {}
        self._open: frozenset[str] = frozenset()
        """Places of the reply that was taken which nobody has filled in and the person was not told of."""

    def want_replies(self, key: ThreadKey) -> None:
        """Have the source's replies ready before they are asked for."""
        source = key.source
        if source not in self._replies and self.client.online and self.client.can(source, Feature.CANNED):
            self._replies[source] = ()
            self.run_worker(self._read_replies(source), group=f"canned {source}", exclusive=True)

    async def _read_replies(self, source: str) -> None:
        try:
            self._replies[source] = await self.client.desk.canned(source)
        except SupachatError as error:
            del self._replies[source]  # asked for again with the next thread
            self.typing.flash(safe_line(f"canned replies could not be read: {error.message}"))
        else:
            self._suggest(self.composer.text)

    def _suggest(self, text: str) -> None:
        source = self.shown.source if self.shown is not None else ""
        found = suggestions(text, self._replies.get(source, ()), self._pointless(source)) if source else []
        self.completion.show(found)
        self.composer.field.completing = bool(found)

    def _pointless(self, source: str) -> frozenset[str]:
        """Commands that this source, or this workspace, has no use for."""
        features = frozenset[Feature]().union(*(each.features for each in self.client.sources))
        able = {need: self.client.can(source, need) for need in slash.NEEDS.values()}
        able[Feature.CREATE] = Feature.CREATE in features  # it asks where
        pointless = {name for name, need in slash.NEEDS.items() if not able[need]}
        pointless |= slash.PRICES if Feature.PRICES not in features else frozenset()
        pointless |= slash.ATTENDANCE if Feature.AWAY not in features else frozenset()
        return frozenset(pointless)

    # ------------------------------------------------------------ what the composer says

    def on_composer_changed(self, event: Composer.Changed) -> None:
        self._suggest(self.composer.text)

    def on_composer_stepped(self, event: Composer.Stepped) -> None:
        self.completion.move(event.by)

    async def on_composer_submitted(self, event: Composer.Submitted) -> None:
        chosen = self.completion.chosen if self.composer.field.completing else None
        if chosen is not None and (chosen.reply or event.text.strip() != f"/{chosen.name}"):
            event.prevent_default()
            self.complete()
        elif any(place in event.text for place in self._open):
            event.prevent_default()
            self._show_place()
            self._open = frozenset()

    def complete(self) -> bool:
        """What is chosen becomes the text; whether there was anything."""
        chosen = self.completion.chosen if self.composer.field.completing else None
        if chosen is None or self.shown is None:
            return False
        text = f"/{chosen.name} "
        if chosen.reply:
            replies = self._replies.get(self.shown.source, ())
            reply = next((each for each in replies if each.name == chosen.name), None)
            text = self.client.desk.filled(reply, self.shown) if reply is not None else self.composer.text
            self._open = frozenset(_PLACE.findall(text))
        self.composer.replace(text)
        self._suggest(self.composer.text)
        if chosen.reply and self._open:
            self._show_place()
        return True

    def _show_place(self) -> None:
        """The first place that is open is chosen, so that what is typed fills it in."""
        text = self.composer.text
        place = next((each for each in _PLACE.finditer(text) if each[0] in self._open), None)
        if place is not None:
            rows = (text[:at].split("\n") for at in place.span())
            self.composer.field.selection = Selection(*((len(row) - 1, len(row[-1])) for row in rows))
            self.typing.flash(safe_line(f"{place[0]} is for you to fill in"))

    def action_walk(self, by: int) -> None:
        if by < 0 or not self.complete():
            super().action_walk(by)

    def action_back(self) -> None:
        if self.composer.field.completing:
            self.completion.show(())
            self.composer.field.completing = False
        else:
            super().action_back()

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        if isinstance(event.widget, Completion):
            event.prevent_default()
            event.stop()
            self.completion.choose(int(event.act))
            self.complete()
