"""The search page: words in, messages of every source that can search out, with the hits marked.

Threads whose names fit come first, from what is known here; messages are asked of the server once the
person pauses, and what was said around the chosen one once it stays chosen. Dismisses with the thread to
go to, and the message in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from supachat.client import Client
from supachat.client.desk import Answers
from supachat.domain.errors import SupachatError
from supachat.domain.model import NOTHING, Cursor, Message, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.views import author, source_label
from supachat.tui.spans import Row, Span, cut, fit, space, wrap
from supachat.tui.widgets.drawn import glyphs_of, keys_of
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import Lines
from supachat.tui.widgets.found import sought
from supachat.tui.widgets.hits import WIDE, Beside, Hit, Pair, result_rows
from supachat.tui.widgets.line_field import LineField
from supachat.tui.widgets.markdown import unmarked
from supachat.tui.widgets.sheet import Sheet
from supachat.tui.widgets.when import clock, date, short

WAIT: Final = 0.3
"""Seconds without a key before the server is asked."""
STAYS: Final = 0.2
"""Seconds that a hit is chosen before what stands around it is asked for."""
LETTERS: Final = 2


class Found(NamedTuple):
    """Where to go: the thread, and of a message its place and id, and the words that led there."""

    thread: ThreadKey
    at: Cursor | None = None
    words: str = ""


class SearchPage(Screen[Found]):
    """`only`: search this source alone; else everywhere."""

    PLACE: ClassVar[Place] = Place.SEARCH
    BINDINGS = bindings(Place.SEARCH)
    AUTO_FOCUS = "#query"

    def __init__(self, client: Client, now: Callable[[], datetime], text: str = "") -> None:
        super().__init__()
        self._client = client
        self._now = now
        self._begun = text
        self._hits: list[Hit] = []
        self._goals: dict[str, Found] = {}
        self._messages: dict[str, Message] = {}
        """The messages among the hits."""
        self._around: dict[str, Pair] = {}
        self._failed = NOTHING
        """Which sources did not answer while another did, and why."""
        self._at = 0
        self._said = NOTHING
        self._field = LineField(id="query", placeholder=Content(Safe("Words in names and messages")))
        # held, not looked up: an answer may come when the page is closing and has no children any more
        self._bar = Lines(id="bar", on="panel")
        self._sheet = Sheet(self._rows, id="sheet")
        self._lines: list[tuple[int, Row]] = []

    def compose(self) -> ComposeResult:
        yield self._bar
        with Horizontal(id="ask"):
            yield Lines(Row((space(2), Span(Safe("/"), "bold accent"))), id="prompt", on="panel")
            yield self._field
        yield self._sheet
        yield Footer(keys_of(self).footer(self.PLACE), id="footer")

    def on_mount(self) -> None:
        self._sheet.can_focus = False
        if self._begun:
            self._field.put(self._begun)
        self._show()

    def on_resize(self) -> None:
        self._show()
        self._look_around()

    # ------------------------------------------------------------ what is found

    @property
    def asked(self) -> str:
        return self._field.value.strip()

    def on_text_area_changed(self) -> None:
        self._hits, self._goals, self._said, self._at = [], {}, NOTHING, 0
        self._messages, self._around, self._failed = {}, {}, NOTHING
        if len(self.asked) >= LETTERS:
            self._by_name()
            self.run_worker(self._ask(self.asked), group="search", exclusive=True)
        self._show()

    def _by_name(self) -> None:
        """Threads that are called so: known at once."""
        for thread in self._client.threads():
            if self._says(thread.title):
                self._add_thread(thread, Safe("name"), thread.title)

    def _add_thread(self, thread: Thread, what: Safe, text: Safe) -> None:
        last = short(thread.last.at, self._now()) if thread.last else NOTHING
        self._add(thread, Found(thread.key), what, text, last)

    async def _ask(self, query: str) -> None:
        await asyncio.sleep(WAIT)
        self._said = Safe("searching")
        self._show()
        try:
            answers = await self._client.desk.search(query)
        except SupachatError as error:
            self._said = safe_line(f"not searched: {error}", limit=200)
        else:
            self._take(answers)
        self._show()
        self._look_around()

    def _take(self, answers: Answers) -> None:
        for thread, message in answers.found:
            self._add_message(thread, message)
        order = list(dict.fromkeys(hit.thread for hit in self._hits))
        self._hits.sort(key=lambda hit: order.index(hit.thread))
        threads = len({goal.thread for goal in self._goals.values()})
        where = "one thread" if threads == 1 else f"{threads:,} threads"
        self._said = Safe(f"{len(self._hits):,} found in {where}" if self._hits else "nothing found")
        if answers.failed:
            names = ", ".join(label for label, _ in answers.failed)
            self._failed = safe_line(f"{names} could not be searched: {answers.failed[0][1]}", limit=200)

    def _look_around(self) -> None:
        """Ask what stands around the chosen hit, unless that is known or has no room."""
        hit = self._hits[self._at] if self._at < len(self._hits) else None
        message = self._messages.get(hit.id) if hit is not None else None
        if hit is not None and message is not None and hit.id not in self._around and self._roomy:
            self.run_worker(self._read_around(hit.id, message), group="around", exclusive=True)

    @property
    def _roomy(self) -> bool:
        return self._sheet.size.width >= WIDE

    async def _read_around(self, hit: str, message: Message) -> None:
        await asyncio.sleep(STAYS)
        try:
            before, after = await self._client.desk.around(message)
        except SupachatError:
            return  # the hit itself is what was asked for; choosing it again asks again
        if self._messages.get(hit) is message:
            self._around[hit] = (self._beside(before), self._beside(after))
            self._show()

    def _beside(self, message: Message | None) -> Beside | None:
        if message is None:
            return None
        words = Safe("message deleted") if message.deleted else unmarked(message.body)
        return Beside(author(self._client, message), words, clock(message.at, self._now()))

    def _add_message(self, thread: Thread, message: Message) -> None:
        goal = Found(thread.key, message.cursor, self.asked)
        said, found = unmarked(message.body), sought(self.asked)
        if found is not None and not found.search(said):  # it stands in what is not shown: a link's target
            said = message.body
        who, when = author(self._client, message), clock(message.at, self._now())
        by_thread = not self._says(message.body) and (who == thread.title or not self._says(who))
        if not (by_thread and self._of_thread(thread)):
            self._add(thread, goal, who, said, when, message)

    def _says(self, text: str) -> bool:
        return self.asked.casefold() in text.casefold()

    def _of_thread(self, thread: Thread) -> bool:
        """Where the server found the thread, and answered its newest message, which does not say it: what
        does is shown. False where nothing of the thread says it."""
        if self._says(thread.title):
            return True  # its name stands there already
        fact = next(filter(self._says, thread.facts), None)
        if fact is not None:
            self._add_thread(thread, Safe("about"), fact)
        return fact is not None

    def _add(
        self, thread: Thread, goal: Found, who: Safe, text: Safe, when: Safe, message: Message | None = None
    ) -> None:
        source = source_label(self._client, thread.key.source)
        hit_id = str(len(self._goals))
        at = message.at if message is not None else thread.last.at if thread.last else None
        day = date(at, self._now()) if at is not None else NOTHING
        group = f"{thread.key.source} {thread.key.id} {day}"  # a time of day says nothing without its day
        self._goals[hit_id] = goal
        alone = message is None
        self._hits.append(Hit(hit_id, group, thread.title, source, who, text, when, day, alone))
        if message is not None:
            self._messages[hit_id] = message

    # ------------------------------------------------------------ what is shown

    def _show(self) -> None:
        left = [
            space(4),
            Span(Safe("Search"), "bold foreground"),
            space(2),
            Span(Safe("everywhere"), "quiet"),
        ]
        bar = fit(left, (Span(self._said, "quiet"), space(2)), self.app.size.width)
        self._bar.show(Row(bar))
        self._sheet.renew()
        self._reveal()

    def _rows(self, cells: int, height: int) -> Sequence[Row]:
        tall = self.app.size.height >= 30
        rows = result_rows(
            self._hits, self.asked, self._at, cells, airy=tall, glyphs=glyphs_of(self), around=self._around
        )
        self._lines = rows
        drawn = [row for _, row in rows]
        if not rows and len(self.asked) >= LETTERS and self._said == "nothing found":
            drawn = self._nothing(cells)
        return [*drawn, *self._unheard(cells)]

    def _unheard(self, cells: int) -> list[Row]:
        """The sources that were not searched, in one quiet line."""
        if not self._failed:
            return []
        return [Row(), Row((space(4), Span(cut(self._failed, max(10, cells - 6)), "quiet")))]

    def _nothing(self, cells: int) -> list[Row]:
        threads = len(self._client.threads())
        title = safe_line(f'No message says "{self.asked}"', limit=80)
        more = Safe(f"Searched {threads:,} threads on the server.")
        lines = [Row((space(4), Span(line, "text2"))) for line in wrap(more, max(10, cells - 8))]
        return [Row(), Row((space(4), Span(title, "bold foreground"))), *lines]

    def _reveal(self) -> None:
        mine = [line for line, (number, _) in enumerate(self._lines) if number == self._at]
        if mine:
            top, height = int(self._sheet.scroll_offset.y), self._sheet.size.height
            if mine[0] < top or mine[-1] >= top + height:
                self._sheet.scroll_to(y=max(0, mine[0] - height // 3), animate=False)

    # ------------------------------------------------------------ keys

    def action_move(self, by: int) -> None:
        if self._hits:
            self._at = (self._at + by) % len(self._hits)
            self._show()
            self._look_around()

    def action_pick(self) -> None:
        if self._at < len(self._hits):
            self.dismiss(self._goals[self._hits[self._at].id])

    def on_sheet_clicked(self, event: Sheet.Clicked) -> None:
        """A hit that is clicked is gone to."""
        if event.line < len(self._lines) and self._lines[event.line][0] >= 0:
            self._at = self._lines[event.line][0]
            self.action_pick()

    def action_close(self) -> None:
        self.dismiss(None)
