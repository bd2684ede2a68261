"""Full pages that are only read: the keys, made from the keymap, and the health of the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from supachat.client import Client
from supachat.domain.health import Grade, Health, LinkState
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.keymap import BY_ID, HELP, Place, bindings, footer
from supachat.tui.spans import Row, Span, fit, space, width, wrap
from supachat.tui.widgets.badge import badge, duration
from supachat.tui.widgets.drawn import glyphs_of
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import Lines
from supachat.tui.widgets.sheet import Sheet

KEY_CELLS = 22
TWO_COLUMNS = 100


class Page(Screen[None]):
    """A title bar, rows, a footer."""

    BINDINGS = bindings(Place.PAGE)
    AUTO_FOCUS = "#sheet"
    TITLE_WORDS: ClassVar[Safe]
    WITHOUT: ClassVar[tuple[str, ...]] = ()

    def compose(self) -> ComposeResult:
        yield Lines(id="bar", on="panel")
        yield Sheet(self.make, id="sheet")
        yield Footer(footer(Place.PAGE, without=self.WITHOUT), id="footer")

    def on_mount(self) -> None:
        self.renew()

    def about(self) -> Safe:
        """Beside the title."""
        return NOTHING

    def make(self, cells: int, height: int) -> Sequence[Row]:
        """The rows of the page."""
        raise AssertionError("a page without rows")

    def renew(self) -> None:
        """Draw it again."""
        bar = (space(2), Span(self.TITLE_WORDS, "bold foreground"), space(2), Span(self.about(), "quiet"))
        self.query_one("#bar", Lines).show(Row(bar))
        self.query_one("#sheet", Sheet).renew()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_again(self) -> None:
        """Reconnect, where the page is about the link."""


def key_rows(ids: Sequence[str], title: str) -> list[Row]:
    """One group of the help page."""
    rows = [Row((space(4), Span(Safe(title), "bold text2")))]
    for key in (BY_ID[each] for each in ids):
        label = Span(Safe(f"{key.label:<{KEY_CELLS}}"), "bold foreground", key.id)
        rows.append(Row((space(4), label, Span(Safe(key.words), "text2", key.id))))
    return [*rows, Row()]


def mark_rows(glyphs: Glyphs) -> list[Row]:
    """What the marks mean."""
    marks = (
        (glyphs.you, "you, and where you are"),
        (f"{glyphs.assistant} {glyphs.bot}", "assistant, bot"),
        (
            f"{glyphs.waiting} {glyphs.sending} {glyphs.done} {glyphs.failed}",
            "queued, sending, sent, not sent",
        ),
        (f"{glyphs.online} {glyphs.away} {glyphs.system}", "online, away, offline"),
        (f"{glyphs.draft} {glyphs.muted}", "a text waits here, muted"),
    )
    rows = [Row((space(4), Span(Safe("Marks"), "bold text2")))]
    for mark, words in marks:
        rows.append(
            Row((space(4), Span(Safe(f"{mark:<{KEY_CELLS}}"), "bold accent"), Span(Safe(words), "text2")))
        )
    return [*rows, Row()]


def help_rows(cells: int, glyphs: Glyphs = UNICODE) -> list[Row]:
    """All keys, in two columns where there is room."""
    groups = [key_rows(ids, title) for title, ids in HELP]
    groups.append(mark_rows(glyphs))
    if cells < TWO_COLUMNS:
        return [Row(), *(row for group in groups for row in group)]
    half = cells // 2
    left = [row for group in (groups[0], groups[1], groups[3]) for row in group]
    right = [row for group in (groups[2], groups[4], groups[5]) for row in group]
    rows = [Row()]
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else Row()
        other = right[number] if number < len(right) else Row()
        rows.append(Row((*fit(one.spans, (), half), *other.spans)))
    return rows


class HelpPage(Page):
    """Every key of this program, and nothing that does nothing."""

    TITLE_WORDS = Safe("Keys")
    WITHOUT = ("page_again",)

    def about(self) -> Safe:
        return Safe("here and in every place")

    def make(self, cells: int, height: int) -> Sequence[Row]:
        return help_rows(cells, glyphs_of(self))


def health_rows(client: Client, now: float, cells: int, glyphs: Glyphs = UNICODE) -> list[Row]:
    """The link in numbers and plain words."""
    health = client.health
    link = health.link
    said = badge(health, now, wide=True, glyphs=glyphs)
    rows = [Row(), _rule("Now", _graded(health.grade), cells, glyphs)]
    rows.append(_fact("state", said.words, said.words_look))
    if link.reason and link.state is not LinkState.CONNECTED:
        rows += [Row((space(17), Span(line, "text2"))) for line in wrap(link.reason, cells - 21)]
    trip = NOTHING if link.round_trip is None else Safe(duration(link.round_trip))
    rows.append(_fact("round trip", trip or Safe("not measured")))
    rows.append(_fact("last event", _ago(health.last_event_at, now)))
    rows.append(
        _fact("uptime", Safe(f"{health.uptime:.1%} of the last hour, {_count(health.drops, 'drop')}"))
    )
    rows.append(_fact("topics", Safe(f"{link.joined} joined of {link.wanted}, {link.parked} parked")))
    behind = f"{_count(health.catching_up, 'thread')} to go" if health.catching_up else "complete"
    rows.append(_fact("catch-up", Safe(behind)))
    rows.append(_fact("missed", Safe(f"{_count(health.missed, 'row')} that realtime had not brought")))
    rows += [Row(), _rule("Outbox", _outbox(health), cells, glyphs)]
    if health.last_error:
        rows += [Row(), _rule("Last error", _ago(health.last_error_at, now), cells, glyphs)]
        rows += [Row((space(4), Span(line, "text2"))) for line in wrap(health.last_error, cells - 8)]
    return rows


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _graded(grade: Grade) -> Safe:
    return Safe({Grade.GREEN: "healthy", Grade.YELLOW: "degraded", Grade.RED: "down"}[grade])


def _outbox(health: Health) -> Safe:
    if not health.queued and not health.failed:
        return Safe("nothing waits")
    return Safe(f"{health.queued} waiting, {health.failed} {'needs' if health.failed == 1 else 'need'} you")


def _rule(left: str, right: Safe, cells: int, glyphs: Glyphs) -> Row:
    head = [space(4), Span(Safe(f"{left} "), "bold text2")]
    tail = [Span(Safe(f" {right}"), "quiet"), space(4)]
    dashes = cells - width(head) - width(tail)
    return Row((*head, Span(Safe(glyphs.rule * max(0, dashes)), "rule"), *tail))


def _fact(label: str, words: Safe, look: str = "foreground") -> Row:
    return Row((space(4), Span(Safe(f"{label:<13}"), "quiet"), Span(words, f"bold {look}")))


def _ago(at: float | None, now: float) -> Safe:
    if at is None:
        return Safe("none yet")
    seconds = max(0, round(now - at))
    if seconds < 60:
        return Safe(f"{seconds} s ago")
    if seconds < 3600:
        return Safe(f"{seconds // 60} min ago")
    return Safe(f"{seconds // 3600} h {seconds % 3600 // 60} min ago")


class HealthPage(Page):
    """The badge at length. Renewed once a second while it is open."""

    TITLE_WORDS = Safe("Link health")

    def __init__(self, client: Client, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._client = client
        self._monotonic = monotonic

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1.0, self.renew)

    def about(self) -> Safe:
        return self._client.workspace

    def make(self, cells: int, height: int) -> Sequence[Row]:
        return health_rows(self._client, self._monotonic(), cells, glyphs_of(self))

    def action_again(self) -> None:
        self._client.reconnect()
