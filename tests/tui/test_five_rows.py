"""What the five systems add, row by row: each rule of the look as a line of a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import pytest
from rich.cells import cell_len
from tests.tui.five import ALERTS, AUDIT, FIVE_PEOPLE, INBOX, NOTES, feed_rows, tick
from tests.tui.town import NOW, micros, thread

from supachat.domain.choices import Quiet
from supachat.domain.feeds import Canned, FeedInfo, PriceAlert, Severity
from supachat.domain.model import Thread
from supachat.domain.text import Safe, safe_line
from supachat.tui import desktop, slash
from supachat.tui.desktop import Form, form_of, notice, plain, through, window_title
from supachat.tui.glyphs import ASCII
from supachat.tui.screens.chat_canned import suggestions
from supachat.tui.screens.sections import initials, status_kind
from supachat.tui.screens.told_words import parse_alert, parse_quiet, quiet_words, symbol
from supachat.tui.spans import Row
from supachat.tui.widgets.completion import Suggestion, completion_rows
from supachat.tui.widgets.feed_rows import FeedRowView, FeedSection, feed_lines
from supachat.tui.widgets.hits import Hit, excerpt, hit_rows, result_rows
from supachat.tui.widgets.list_entries import (
    Entry,
    FeedView,
    SourceView,
    StatusKind,
    ThreadView,
    arranged,
    entries,
    fits,
    narrowed,
)
from supachat.tui.widgets.price_block import PriceView, money, percent, price_row, price_rows
from supachat.tui.widgets.thread_rows import Look, draw
from supachat.tui.widgets.when import appointed

EVIL = "a\x1b]0;PWN\x07b\x9b31m\u202e;c\nd\u2066e"


def text(row: Row) -> str:
    return "".join(span.text for span in row.spans)


# ---------------------------------------------------------------- the list


def view(other: str = "tom", **parts: object) -> ThreadView:
    names = {"standing", "assignee", "assistant", "presence"}
    seen = {name: value for name, value in parts.items() if name in names}
    rest = {name: value for name, value in parts.items() if name not in names}
    return ThreadView(thread(other, **rest), **seen)  # type: ignore[arg-type]  # a test names real fields


@pytest.mark.parametrize(
    ("parts", "cells", "row"),
    [
        (
            {"standing": StatusKind.OPEN, "assignee": Safe("you"), "unread": 1},
            32,
            "  ◊ Tom Becker          you   1 ",
        ),
        ({"standing": StatusKind.WAITING, "assignee": Safe("JL")}, 32, "  ◷ Tom Becker           JL     "),
        ({"standing": StatusKind.CLOSED, "assignee": Safe("-")}, 32, "  ✓ Tom Becker            -     "),
        (
            {"standing": StatusKind.OPEN, "assignee": Safe("you"), "unread": 1},
            24,
            "  ◊ Tom Becker        1 ",
        ),
        ({"assignee": Safe("you"), "muted": True, "unread": 9}, 32, "    Tom Becker            ⊘   9 "),
        ({"assignee": Safe("you"), "draft": True}, 32, "    Tom Becker          you   ✎ "),
        ({"assistant": True}, 24, "  ✦ Tom Becker          "),
    ],
)
def test_status_assignee_and_counts_have_their_columns(
    parts: dict[str, object], cells: int, row: str
) -> None:
    (drawn,) = draw(Entry("thread", "x", None, view("tom", **parts)), cells, Look(NOW))
    assert text(drawn) == row
    assert cell_len(text(drawn)) == cells


def test_a_feed_is_a_row_and_an_alert_is_a_mark() -> None:
    feed = Entry("feed", "alerts", None, feed=FeedView(ALERTS, 2))
    assert [text(row) for row in draw(feed, 24, Look(NOW))] == ["  ! Critical alerts   2 "]
    quiet = replace(feed, feed=FeedView(ALERTS, 0))
    assert [text(row) for row in draw(quiet, 24, Look(NOW))] == ["  ✓ Critical alerts     "]


def test_feeds_stand_first_and_count_while_folded() -> None:
    source = SourceView("portal", Safe("Portal"), (view(unread=2),), (FeedView(ALERTS, 3),))
    assert [e.kind for e in entries([source], (), tall=False)] == ["source", "feed", "thread"]
    (head,) = entries([source], {"portal"}, tall=False)
    assert head.count == 5


def test_what_is_closed_stands_last_and_unread_first_if_wanted() -> None:
    a, b = view("aiko", standing=StatusKind.CLOSED, unread=1), view("mira")
    c = view("noa", unread=2)
    assert arranged((a, b, c), unread_first=False) == (b, c, a)
    assert arranged((a, b, c), unread_first=True) == (c, b, a)


@pytest.mark.parametrize(
    ("words", "there"),
    [
        (["tom"], True),
        (["beck", "tom"], True),
        (["mira"], False),
        (["mine"], True),
        (["nobody"], False),
        (["unread"], True),
        (["pending"], True),
        (["archived"], False),
    ],
)
def test_what_the_filter_lets_through(words: list[str], there: bool) -> None:
    shown = view(unread=1, status="pending", assignee=Safe("you"))
    assert fits(shown, words) is there


def test_a_section_without_a_fit_is_not_shown() -> None:
    one = SourceView("direct", Safe("Direct"), (view("tom"), view("mira")))
    other = SourceView("rooms", Safe("Rooms"), (view("noa"),))
    (left,) = narrowed((one, other), "mira")
    assert [each.thread.other for each in left.threads] == ["mira"]
    assert narrowed((one, other), "  ") == (one, other)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("open", StatusKind.OPEN),
        ("pending", StatusKind.WAITING),
        ("closed", StatusKind.CLOSED),
        ("", None),
        ("made up", None),
    ],
)
def test_what_a_status_comes_to(status: str, kind: StatusKind | None) -> None:
    assert status_kind(status, INBOX) is kind


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Jonas Lind", "JL"),
        ("Ana", "A"),
        ("Jan van der Berg", "JB"),
        ("田中 愛子", "田愛"),
        ("()", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(safe_line(name)) == short


# ---------------------------------------------------------------- prices


@pytest.mark.parametrize(
    ("price", "words"), [("98212.4", "98,212.40"), ("0.4127", "0.4127"), ("10", "10.00"), ("9.5", "9.5000")]
)
def test_prices_have_the_places_that_matter(price: str, words: str) -> None:
    assert money(Decimal(price)) == words


def test_a_change_has_its_sign_and_its_column() -> None:
    assert [percent(Decimal(each)) for each in ("1.24", "-0.4", "0")] == ["+1.2%", "-0.4%", "+0.0%"]
    row = price_row(PriceView(tick("BTC", "98212.40", "1.2"), fired=True), 32)
    assert text(row) == "  ! BTC        98,212.40  +1.2% "
    assert cell_len(text(row)) == 32


def test_in_one_row_the_symbol_that_alerts_stands() -> None:
    views = (
        PriceView(tick("ETH", "3104.15", "-0.4")),
        PriceView(tick("BTC", "98212.4", "1.2"), fired=True),
    )
    (row,) = price_rows(views, Safe("BTC went above"), Safe("2 s ago"), 24, 1, ASCII)
    assert text(row) == "  ! BTC 98,212.40 +1.2% "
    block = price_rows(views, Safe("BTC went above 98,000"), Safe("2 s ago"), 32, 5)
    assert [text(row).split()[0] for row in block] == ["Prices", "ETH", "!", "BTC"]


@pytest.mark.parametrize(
    ("typed", "alert"),
    [
        ("BTC above 50000", PriceAlert("BTC", above=Decimal(50000))),
        ("btc above 50k below 40,000", PriceAlert("BTC", Decimal(50000), Decimal(40000))),
        ("sei < 0.40", PriceAlert("SEI", below=Decimal("0.40"))),
        ("BTC off", PriceAlert("BTC")),
        ("BTC", None),
        ("", None),
        ("BTC soon", None),
        ("BTC above 5 above 6", None),
        ("BTC above 5 and then some", None),
        ("B\x1bTC above 5", None),
    ],
)
def test_alerts_as_people_write_them(typed: str, alert: PriceAlert | None) -> None:
    assert parse_alert(typed) == alert


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("22 to 7", Quiet(1320, 420)),
        ("21:30 - 06:45", Quiet(1290, 405)),
        ("7 to 7", None),
        ("25 to 7", None),
        ("22:75 to 7", None),
        ("nights", None),
    ],
)
def test_quiet_hours_as_people_write_them(typed: str, hours: Quiet | None) -> None:
    assert parse_quiet(typed) == hours


def test_hours_and_symbols_are_said_back() -> None:
    assert quiet_words(Quiet(1290, 405)) == "21:30 to 06:45"
    assert (symbol(" sei "), symbol("no such"), symbol("")) == ("SEI", None, None)


# ---------------------------------------------------------------- feeds, search, completion


def test_alerts_say_how_long_they_are_open_and_who_took_them() -> None:
    rows = [FeedRowView(row, Safe("Rui Costa") if row.taken_by else Safe("")) for row in feed_rows()[:2]]
    section = FeedSection(ALERTS, tuple(rows))
    lines = [
        text(row) for _, row in feed_lines([section], "alerts/alerts-1", NOW, 90, airy=False, focus=True)
    ]
    assert lines[0].startswith("    Critical alerts ╌")
    assert lines[0].endswith("1 open of 2  ")
    assert lines[1].startswith("› ! Critical     PHQ-9 item 9")
    assert lines[2].endswith("open for 2 min  ")
    assert lines[3].startswith("  ✓ Critical     Missed")
    assert lines[4].endswith("taken by Rui Costa 08:05  ")
    assert {cell_len(line) for line in lines} == {90}


@pytest.mark.parametrize(
    ("severity", "info", "taken", "mark"),
    [
        (Severity.CRITICAL, NOTES, False, "!"),
        (Severity.WARNING, NOTES, False, "▴"),
        (Severity.INFO, NOTES, False, "∙"),
        (Severity.CRITICAL, NOTES, True, "✓"),
        (Severity.INFO, ALERTS, False, "!"),
        (Severity.CRITICAL, AUDIT, False, "!"),
        (Severity.WARNING, AUDIT, False, "▴"),
        (Severity.INFO, AUDIT, False, " "),
    ],
)
def test_how_grave_a_row_is_has_a_shape(severity: Severity, info: FeedInfo, taken: bool, mark: str) -> None:
    row = replace(feed_rows()[0], feed=info.name, severity=severity, taken=taken)
    lines = feed_lines([FeedSection(info, (FeedRowView(row),))], "", NOW, 56, airy=False, focus=False)
    assert text(lines[1][1])[2] == mark


def test_what_is_closed_says_by_whom() -> None:
    row = replace(feed_rows()[1], closed=True, closed_at=micros(NOW), closed_by="jonas")
    section = FeedSection(ALERTS, (FeedRowView(row, Safe("Rui Costa"), Safe("Jonas Lind")),))
    lines = feed_lines([section], "", NOW, 90, airy=False, focus=False)
    assert text(lines[2][1]).endswith("closed by Jonas Lind 09:31  ")
    assert section.waiting == 0


@pytest.mark.parametrize(
    ("begin", "minutes", "words"),
    [
        (timedelta(hours=2), 30, "today, 11:31 to 12:01"),
        (timedelta(days=1), None, "tomorrow, 09:31"),
        (timedelta(days=-1), None, "yesterday, 09:31"),
        (timedelta(days=4), 50, "Tue 24 Nov, 09:31 to 10:21"),
        (timedelta(days=4), 60 * 24, "Tue 24 Nov, 09:31 to Wed 25 Nov, 09:31"),
        (timedelta(days=100), None, "Sun 28 Feb 2027, 09:31"),
        (timedelta(hours=2), -5, "today, 11:31"),
    ],
)
def test_an_appointment_says_when_in_the_readers_time(
    begin: timedelta, minutes: int | None, words: str
) -> None:
    at = NOW + begin
    until = micros(at + timedelta(minutes=minutes)) if minutes is not None else None
    assert appointed(micros(at), until, NOW) == words
    row = replace(feed_rows()[0], when=micros(at), until=until, body=Safe("room 2"))
    lines = feed_lines([FeedSection(AUDIT, (FeedRowView(row),))], "", NOW, 90, airy=False, focus=False)
    assert f"{words}  room 2" in text(lines[2][1])


def test_an_appointment_is_read_where_the_reader_is() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=15)))  # it is the next day there
    assert appointed(micros(NOW), None, there) == "today, 00:31"


def test_a_narrow_pane_has_no_kind_and_an_empty_feed_says_so() -> None:
    section = FeedSection(ALERTS, (FeedRowView(feed_rows()[0]),))
    lines = [text(row) for _, row in feed_lines([section], "", NOW, 56, airy=False, focus=False)]
    assert lines[1].startswith("  ! PHQ-9")
    empty = FeedSection(FeedInfo("portal", "audit", Safe("Audit")))
    assert "nothing yet" in [
        text(r).strip() for _, r in feed_lines([empty], "", NOW, 56, airy=True, focus=False)
    ]


def hit(words: str) -> Hit:
    return Hit(
        "1", "inbox x", Safe("Hannah"), Safe("Inbox"), Safe("Jonas Lind"), safe_line(words), Safe("09:06")
    )


def test_a_hit_is_in_its_excerpt_and_marked() -> None:
    long = "word " * 80 + "blank page at the end"
    assert "blank page" in excerpt(safe_line(long, limit=600), "blank page", 100)[:100]
    rows = hit_rows(hit("the Blank page is blank"), "blank", 90, chosen=True)
    marks = [span.text for row in rows for span in row.spans if "underline" in span.look]
    assert marks == ["Blank", "blank"]
    assert all(cell_len(text(row)) == 90 for row in rows)


def test_hits_stand_under_their_threads() -> None:
    rows = result_rows([hit("one"), hit("two")], "o", 0, 60, airy=False)
    assert [number for number, _ in rows] == [-1, 0, 1]
    assert len(hit_rows(hit("word " * 200), "word", 60, chosen=False)) == 2


def test_what_a_slash_offers() -> None:
    replies = [
        Canned(Safe("greeting"), "Hello {customer}"),
        Canned(Safe("spam"), "look in the spam folder"),
    ]
    assert [each.name for each in suggestions("/gre", replies)] == ["greeting"]
    assert suggestions("/folder", replies)[0] == Suggestion(
        Safe("spam"), Safe("look in the spam folder"), True
    )
    assert "status" not in [each.name for each in suggestions("/", replies, {"status"})]
    assert suggestions("hello /", replies) == []
    assert suggestions("/etc/hosts", replies) == []


def test_every_command_that_is_offered_exists_and_says_what_it_does() -> None:
    assert set(slash.WORDS) == set(slash.SLASHES)
    assert {*slash.NEEDS, *slash.PRICES, *slash.ATTENDANCE} <= set(slash.WORDS)


def test_completions_stay_on_the_grid() -> None:
    many = [Suggestion(safe_line(f"reply{n}"), safe_line("words " * 30), True) for n in range(9)]
    rows = completion_rows(many, 8, 60)
    assert len(rows) == 6
    assert rows[-1].on == "select"
    assert {cell_len(text(row)) for row in rows} == {60}


# ---------------------------------------------------------------- the desktop


@pytest.mark.parametrize(
    ("environ", "form"),
    [
        ({"TERM": "xterm-kitty"}, Form.KITTY),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"}, Form.KITTY),
        ({"TERM_PROGRAM": "iTerm.app"}, Form.NINE),
        ({"LC_TERMINAL": "iTerm2"}, Form.NINE),
        ({"TERM": "foot"}, Form.URXVT),
        ({"TERM_PROGRAM": "WezTerm"}, Form.URXVT),
        ({"TERM_PROGRAM": "ghostty"}, Form.URXVT),
        ({"TERM": "rxvt-unicode-256color"}, Form.URXVT),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Form.BELL),
        ({}, Form.BELL),
    ],
)
def test_how_a_terminal_is_told(environ: dict[str, str], form: Form) -> None:
    assert form_of(environ) is form


@pytest.mark.parametrize(
    ("environ", "written"),
    [
        ({"TERM": "foot"}, "\x1b]777;notify;New message, from Ana;hi, there\x07"),
        ({"LC_TERMINAL": "iTerm2"}, "\x1b]9;supachat: New message, from Ana, hi, there\x07"),
        ({}, "\x07"),
        (
            {"LC_TERMINAL": "iTerm2", "TMUX": "x"},
            "\x1bPtmux;\x1b\x1b]9;supachat: New message, from Ana, hi, there\x07\x1b\\\x07",
        ),
    ],
)
def test_what_is_written(environ: dict[str, str], written: str) -> None:
    assert notice(Safe("New message; from Ana"), Safe("hi; there"), environ) == written


def test_kitty_gets_its_parts_in_base64() -> None:
    made = notice(Safe("Hi"), Safe("x"), {"TERM": "xterm-kitty"})
    assert (
        made == "\x1b]99;i=supachat:e=1:p=title:d=0;SGk=\x1b\\\x1b]99;i=supachat:e=1:p=body:d=1;eA==\x1b\\"
    )


@pytest.mark.parametrize(
    "environ", [{"TERM": "foot"}, {"LC_TERMINAL": "iTerm2"}, {"TERM": "xterm-kitty"}, {}]
)
def test_nothing_of_a_text_steers_the_terminal(environ: dict[str, str]) -> None:
    """Not even of one that nobody has made safe: as many controls as a harmless one brings."""
    hostile, harmless = notice(Safe(EVIL), Safe(EVIL), environ), notice(Safe("a"), Safe("b"), environ)
    assert [c for c in hostile if ord(c) < 32 or 127 <= ord(c) < 160] == [
        c for c in harmless if ord(c) < 32
    ]
    assert hostile.count(";") == harmless.count(";")
    assert not set("\u202e\u2066\u2028") & set(hostile)


def test_the_title_counts_and_is_harmless() -> None:
    assert window_title(Safe("acme"), 0) == "\x1b]2;acme, supachat\x07"
    assert window_title(Safe("acme"), 5000) == "\x1b]2;(999) acme, supachat\x07"
    assert window_title(Safe(EVIL), 1).count("\x1b") == 1
    assert plain(EVIL, 200) == "a ]0,PWN b 31m,c de"
    assert len(plain("x" * 500, 80)) == 80


def test_tmux_gets_every_escape_doubled() -> None:
    assert through(desktop.KEEP_TITLE, tmux=False) == desktop.KEEP_TITLE
    assert through("\x1b]2;a\x07", tmux=True) == "\x1bPtmux;\x1b\x1b]2;a\x07\x1b\\"


def test_the_town_has_everybody_it_names() -> None:
    known = {person.key.id for person in FIVE_PEOPLE}
    assert {"jonas", "mk", "hannah", "rui", "assistant"} <= known
    assert isinstance(thread("tom"), Thread)
