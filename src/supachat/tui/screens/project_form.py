"""A Supabase project: its address and key, both tried while they are typed, and what chats are in it.

Nothing is kept before both are right. Knows the world by `SetUp` only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from supachat.domain.errors import SupachatError
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place, bindings
from supachat.tui.setup_protocol import ChatKind, ProbeAnswer, ProjectGuess, SetUp
from supachat.tui.spans import Row, Span, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of, keys_of
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import LABEL, FormField, Lines, heading, paragraph

CELLS: Final = 64
WAIT: Final = 0.4
"""Seconds after the last keystroke before the project is asked."""
NO_PROJECT: Final = Safe("type the project's URL, its reference of twenty letters, or a .env")

HELP: Final = Safe(
    "Its URL, its reference, or the path of a .env that names it. The publishable key starts "
    "with sb_publishable_; both are in the dashboard under Project Settings, API Keys."
)


class KindField(Drawn, can_focus=True):
    """What kinds of chat are in it: one or more, found with the arrows, chosen with space or a click."""

    ON: ClassVar[str] = "background"

    def __init__(self, kinds: Sequence[ChatKind], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kinds = tuple(kinds)
        self._at = 0
        self._taken = {0}
        self.styles.height = 2

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names, never none, in the order in which they stand here."""
        return tuple(kind.name for number, kind in enumerate(self._kinds) if number in self._taken)

    @property
    def several(self) -> bool:
        """There is something to choose."""
        return len(self._kinds) > 1

    def on_key(self, event: events.Key) -> None:
        by = {"left": -1, "right": 1, "space": 0}.get(event.key)
        if by is not None:
            event.stop()
            self._at = (self._at + by) % len(self._kinds)
            if not by:
                self._take()
            self.redraw()

    def _take(self) -> None:
        """The one at the cursor comes in, or goes; the last one stays."""
        self._taken = (self._taken ^ {self._at}) or self._taken

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        event.stop()
        self._at = int(event.act)
        self._take()
        self.redraw()

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        spans = [Span(Safe(f"{'Kind of chat':<{LABEL}}"), "text2")]
        words = sum(cell_len(kind.label) for kind in self._kinds)
        several = self.several
        air = max(1, min(3, (width - LABEL - words) // max(1, len(self._kinds) - 1)))
        for number, kind in enumerate(self._kinds):
            look = "bold underline accent" if several else "foreground"
            if several and self.has_focus and number == self._at:
                spans[-1] = Span(Safe(f"{spans[-1].text[:-1]}{glyphs_of(self).you}"), spans[-1].look)
            spans += [Span(kind.label, look if number in self._taken else "text2", str(number)), space(air)]
        return [Row(tuple(spans)), Row((space(LABEL), Span(self._about(several), "quiet")))]

    def _about(self, several: bool) -> Safe:
        """The kind at the cursor, and what space does to it; elsewhere, where this is."""
        if not several or not self.has_focus:
            return self._kinds[min(self._taken)].about
        about = self._kinds[self._at].about
        if self._taken == {self._at}:
            return about
        verb = "takes it out" if self._at in self._taken else "adds it"
        return Safe(f"space {verb}: {about}" if about else f"space {verb}")


class ProjectForm(Screen[str]):
    """Address, key, kind. Dismisses with the workspace's name."""

    BINDINGS = bindings(Place.PROJECT)
    AUTO_FOCUS = "#url-line"

    def __init__(self, set_up: SetUp) -> None:
        super().__init__(classes="page")
        self._set_up = set_up
        self._guess = ProjectGuess()
        self._right: dict[str, tuple[str, str]] = {}
        """What of each field the project took: a later word of the keyboard needs another answer."""
        self._head = Lines()
        self._url = FormField("url", Safe("Project"))
        self._key = FormField("key", Safe("Key"))
        self._kind = KindField(set_up.kinds(), id="kind")
        self._words = Lines()

    def compose(self) -> ComposeResult:
        with Vertical(id="card", classes="-broad"):
            yield self._head
            yield self._url
            yield self._key
            yield self._kind
            yield self._words
        yield Footer(id="footer")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self.app.size.height < 20, "-low")
        rule, cells = glyphs_of(self).rule, min(CELLS, self.app.size.width)
        self._head.show(
            *heading(Safe("supachat"), Safe("first start"), Safe("A Supabase project"), cells, rule)
        )
        self._words.show(Row(), *paragraph(HELP, cells))

    def on_descendant_focus(self) -> None:
        """The footer shows the keys of the field that has the keyboard."""
        without = () if self._kind.has_focus and self._kind.several else ("project_kinds", "project_kind")
        self.query_one(Footer).show(keys_of(self).footer(Place.PROJECT, without=without))

    # ------------------------------------------------------------ trying while typing

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        event.stop()
        if event.name == "url":
            self._read()
        self.run_worker(self._try(event.name), group=event.name, exclusive=True)

    def _read(self) -> None:
        self._guess = guess = self._set_up.read_project(self._url.value)
        look = "quiet" if guess.url else "warning"
        self._url.say(guess.words, look)
        if guess.key and guess.key != self._key.value:
            self._key.put(guess.key)

    async def _try(self, name: str) -> None:
        """Ask the project once the typing pauses."""
        await asyncio.sleep(WAIT)
        known = self._right.get(name) == self._wanted(name)
        if not known and self._guess.url and (name == "url" or self._key.value.strip()):
            await self._ask(name)

    def _wanted(self, name: str) -> tuple[str, str]:
        """What stands there to be asked about: the address alone, or with the key."""
        return self._guess.url, self._key.value.strip() if name == "key" else ""

    async def _ask(self, name: str) -> None:
        asked = self._wanted(name)
        field = self._url if name == "url" else self._key
        field.say(Safe("asking"), "quiet", glyphs_of(self).waiting)
        answer = await self._set_up.probe(*asked)
        if asked == self._wanted(name):
            self._answered(name, answer)

    def _answered(self, name: str, answer: ProbeAnswer) -> None:
        blamed = name if answer.ok else answer.field
        field = self._url if blamed == "url" else self._key
        if not answer.ok:
            self._right.pop(blamed, None)
            field.refuse(answer.words)
            return
        self._right[name] = self._wanted(name)
        trip = "" if answer.round_trip_ms is None else f" in {round(answer.round_trip_ms):,} ms"
        words = f"answers{trip}" if name == "url" else "the project takes it"
        note = f", {self._guess.words}" if name == "url" and self._guess.words else ""
        field.accept(Safe(f"{words}{note}"))

    # ------------------------------------------------------------ keys

    def action_field(self, by: int) -> None:
        places = [self._url.line, self._key.line, self._kind]
        here = next((n for n, place in enumerate(places) if place is self.focused), 0)
        self.set_focus(places[(here + by) % len(places)])

    def action_back(self) -> None:
        self.dismiss(None)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """What stands there when the keyboard leaves is meant."""
        if event.widget is self._url.line and self._url.value.strip() and not self._guess.url:
            self._url.refuse(self._guess.words or NO_PROJECT)

    def action_go(self) -> None:
        """Keep it, if both are right; else say what is missing, and try again."""
        if not self._guess.url:
            self._url.refuse(self._guess.words or NO_PROJECT)
            self.set_focus(self._url.line)
        elif not self._key.value.strip():
            self._key.refuse(Safe("paste the publishable key"))
            self.set_focus(self._key.line)
        else:
            for name in ("url", "key"):  # what is tried while typing would answer over what is said now
                self.workers.cancel_group(self, name)
            self.run_worker(self._keep(), group="keep", exclusive=True)

    async def _keep(self) -> None:
        for name in ("url", "key"):
            if self._right.get(name) != self._wanted(name):
                await self._ask(name)
        if any(self._right.get(name) != self._wanted(name) for name in ("url", "key")):
            return
        try:
            key, kinds = self._key.value.strip(), self._kind.chosen
            name = self._set_up.save(self._guess.name, self._guess.url, key, kinds)
        except SupachatError as error:
            self._key.refuse(safe_line(str(error), limit=400))
        else:
            self.dismiss(name)
