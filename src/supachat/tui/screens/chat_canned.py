"""A slash in the composer: replies that were written before, and commands, offered while they are typed.

A reply that is taken stands in the composer with its places filled in, to be read before it is sent;
nothing is ever sent by completing it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from textual.widgets.text_area import Selection

from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.feeds import Canned
from supachat.domain.model import Feature, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui import slash
from supachat.tui.screens.chat_hands import Middle, Run
from supachat.tui.screens.views import reserved_to
from supachat.tui.widgets.completion import Completion, Suggestion
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.typing_line import TypingLine

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
    known = slash.SLASHES.items()
    commands = [(name, c) for name, c in known if name.startswith(asked) and name not in without]
    return [
        *(Suggestion(each.name, safe_line(each.text), reply=True) for each in named),
        *(Suggestion(Safe(name), Safe(command.words)) for name, command in commands),
        *(Suggestion(each.name, safe_line(each.text), reply=True) for each in worded),
    ]


class Completing:
    """What a slash that is being typed could become, offered above the composer."""

    def __init__(
        self,
        client: Client,
        middle: Middle,
        composer: Composer,
        offer: Completion,
        typing: TypingLine,
        run: Run,
    ) -> None:
        self._client = client
        self._middle = middle
        self._composer = composer
        self._offer = offer
        self._typing = typing
        self._run = run
        self._replies: dict[str, Sequence[Canned]] = {}
        self._open: frozenset[str] = frozenset()
        """Places of the reply that was taken which nobody has filled in and the person was not told of."""

    def want_replies(self, key: ThreadKey) -> None:
        """Have the source's replies as they are by now; what was read before is offered meanwhile."""
        source = key.source
        if self._client.online and self._client.can(source, Feature.CANNED):
            self._run(self._read_replies(source), group=f"canned {source}", exclusive=True)

    async def _read_replies(self, source: str) -> None:
        try:
            self._replies[source] = await self._client.desk.canned(source)
        except SupachatError as error:
            self._typing.flash(safe_line(f"canned replies could not be read: {error.message}"))
        else:
            self.suggest()

    def suggest(self) -> None:
        """Offer what fits the text that stands there now; nothing to an edit, which sends no command."""
        text = "" if self._composer.editing else self._composer.text
        key = self._middle.thread
        replies = self._replies.get(key.source, ()) if key is not None else ()
        found = suggestions(text, replies, self._pointless(key)) if key is not None else []
        self._offer.show(found)
        self._composer.field.completing = bool(found)

    def _pointless(self, key: ThreadKey) -> frozenset[str]:
        """Commands that this thread or workspace has no use for, or that its owner alone may give."""
        sources, thread = self._client.sources, self._client.thread(key)
        able = frozenset[Feature]().union(
            *(s.features if s.name == key.source else s.features & slash.ANYWHERE for s in sources)
        )
        return frozenset(
            name
            for name, known in slash.SLASHES.items()
            if known.need
            and (known.need not in able or (thread and reserved_to(self._client, thread, known.need)))
        )

    # ------------------------------------------------------------ what is done with it

    def takes(self, text: str) -> bool:
        """Enter was pressed behind `text`: whether that was meant for what is offered, or a place of the
        reply is still open, which is said once."""
        chosen = self._chosen
        if chosen is not None and (chosen.reply or text.strip() != f"/{chosen.name}"):
            self.complete()
            return True
        if any(place in text for place in self._open):
            self._show_place()
            self._open = frozenset()
            return True
        return False

    @property
    def _chosen(self) -> Suggestion | None:
        return self._offer.chosen if self._composer.field.completing else None

    def choose(self, number: int) -> None:
        """That one, by a click."""
        self._offer.choose(number)
        self.complete()

    def leave(self) -> bool:
        """Offer nothing; whether anything was offered."""
        offering = self._composer.field.completing
        if offering:
            self._offer.show(())
            self._composer.field.completing = False
        return offering

    def complete(self) -> bool:
        """What is chosen becomes the text; whether there was anything."""
        chosen = self._chosen
        if chosen is None or self._middle.thread is None:
            return False
        text = f"/{chosen.name} "
        if chosen.reply:
            replies = self._replies.get(self._middle.thread.source, ())
            reply = next((each for each in replies if each.name == chosen.name), None)
            text = (
                self._client.desk.filled(reply, self._middle.thread)
                if reply is not None
                else self._composer.text
            )
            self._open = frozenset(_PLACE.findall(text))
        self._composer.replace(text)
        self.suggest()
        if chosen.reply and self._open:
            self._show_place()
        return True

    def _show_place(self) -> None:
        """The first place that is open is chosen, so that what is typed fills it in."""
        text = self._composer.text
        place = next((each for each in _PLACE.finditer(text) if each[0] in self._open), None)
        if place is not None:
            rows = (text[:at].split("\n") for at in place.span())
            self._composer.field.selection = Selection(*((len(row) - 1, len(row[-1])) for row in rows))
            self._typing.flash(safe_line(f"{place[0]} is for you to fill in"))
