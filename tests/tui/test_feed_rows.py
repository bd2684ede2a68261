"""Feeds, hits of a search, completions, row by row: each rule of the look as a line of a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from rich.cells import cell_len
from tests.tui.five import ALERTS, AUDIT, NOTES, feed_rows
from tests.tui.row_text import text
from tests.tui.street import NOW, micros

from supachat.domain.feeds import Canned, FeedInfo, Severity
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens.chat_canned import suggestions
from supachat.tui.slash import SLASHES
from supachat.tui.widgets.completion import Suggestion, completion_rows
from supachat.tui.widgets.feed_rows import FeedRowView, FeedSection, feed_lines
from supachat.tui.widgets.hits import WIDE, Beside, Hit, excerpt, hit_rows, result_rows
from supachat.tui.widgets.when import appointed


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
    assert lines[3].strip() == "a month ago."
    assert lines[4].startswith("  ✓ Critical     Missed")
    assert lines[5].endswith("taken by Rui Costa 08:05  ")
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


def test_beside_a_narrow_list_a_row_says_as_much_and_in_less_it_keeps_its_details() -> None:
    views = tuple(FeedRowView(row, Safe("Rui Costa")) for row in feed_rows()[:2])
    section = FeedSection(ALERTS, views)
    narrow, slim = (
        [text(row) for _, row in feed_lines([section], "", NOW, cells, airy=False, focus=False)]
        for cells in (56, 36)
    )
    assert narrow[2].endswith("open for 2 min  ")
    assert narrow[4].endswith("taken by Rui Costa 08:05  ")
    assert {cell_len(line) for line in narrow} == {56}
    assert "taken" not in slim[4]


def test_the_chosen_row_is_read_to_its_end_and_the_others_keep_to_two() -> None:
    row = replace(feed_rows()[0], title=safe_line("title " * 12), body=safe_line("body " * 30))
    section = FeedSection(ALERTS, (FeedRowView(row),), hidden=2)
    other, chosen = (
        [text(each) for _, each in feed_lines([section], at, NOW, 56, airy=False, focus=True)]
        for at in ("", "alerts/alerts-1")
    )
    assert other[0].endswith(" 1 open of 3  ")
    assert (len(other), other[1].count("⋯"), other[2].count("⋯")) == (3, 1, 1)
    assert sum(line.count("title") for line in chosen) == 12
    assert sum(line.count("body") for line in chosen) == 30
    assert not any("⋯" in line for line in chosen)
    assert {cell_len(line) for line in chosen} == {56}
    assert sum("open for 2 min" in line for line in chosen) == 1


def test_what_is_closed_says_by_whom() -> None:
    row = replace(feed_rows()[1], closed=True, closed_at=micros(NOW), closed_by="jonas")
    section = FeedSection(ALERTS, (FeedRowView(row, Safe("Rui Costa"), Safe("Jonas Lind")),))
    lines = feed_lines([section], "", NOW, 90, airy=False, focus=False)
    assert text(lines[1][1]).startswith("  ✓ Critical")
    assert text(lines[2][1]).endswith("closed by Jonas Lind 09:31  ")
    assert section.waiting == 0


def test_what_was_taken_on_another_day_names_the_day() -> None:
    row = replace(feed_rows()[1], taken_at=micros(NOW - timedelta(days=2, hours=-4)))
    lines = feed_lines([FeedSection(ALERTS, (FeedRowView(row),))], "", NOW, 90, airy=False, focus=False)
    assert text(lines[2][1]).endswith("taken Wed  ")


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
    marks = [span.text for row in rows for span in row.spans if span.look == "found"]
    assert marks == ["Blank", "blank"]
    assert all(cell_len(text(row)) == 90 for row in rows)


@pytest.mark.parametrize(
    ("cells", "said"), [(60, ""), (80, "Ben Achterb⋯  "), (120, "Ben Achterberg        ")]
)
def test_a_name_is_whole_where_there_is_room_for_it_and_the_columns_line_up(cells: int, said: str) -> None:
    by = safe_line("Ben Achterberg")
    rows = result_rows(
        [replace(hit("one"), author=by)],
        "o",
        0,
        cells,
        airy=False,
        around={"1": (Beside(by, Safe("said"), Safe("09:05")), None)},
    )
    for _, row in rows[1:-1]:
        assert text(row)[4:].startswith((f"{said}one", f"{said}said"))


def test_hits_stand_under_their_threads() -> None:
    rows = result_rows([hit("one"), hit("two")], "o", 0, 60, airy=False)
    assert [number for number, _ in rows] == [-1, 0, 1]
    assert len(hit_rows(hit("word " * 200), "word", 60, chosen=False)) == 2


def test_around_the_chosen_hit_stand_the_messages_before_and_after_it_in_places_kept_free() -> None:
    hits = [hit("one"), hit("two")]
    before = Beside(Safe("Mira"), Safe("said before"), Safe("09:05"))
    free = result_rows(hits, "o", 0, 90, airy=False)
    full = result_rows(hits, "o", 0, 90, airy=False, around={"1": (before, None)})
    assert [number for number, _ in free] == [number for number, _ in full] == [-1, 0, 0, 0, 1]
    said = [text(row).split() for _, row in full]
    assert said[1] == ["Mira", "said", "before", "09:05"]
    assert said[3] == []
    assert cell_len(text(full[1][1])) == 90
    assert {span.look for span in full[1][1].spans if span.text.strip()} == {"quiet"}


def test_in_little_room_and_beside_a_name_only_the_hit_stands() -> None:
    pair = {"1": (Beside(Safe("Mira"), Safe("said before"), Safe("09:05")), None)}
    assert len(result_rows([hit("one")], "o", 0, WIDE - 1, airy=False, around=pair)) == 2
    named = replace(hit("one"), alone=True)
    assert len(result_rows([named], "o", 0, 90, airy=False, around=pair)) == 2


def test_what_a_slash_offers() -> None:
    replies = [
        Canned(Safe("greeting"), "Hello {customer}"),
        Canned(Safe("spam"), "look in the spam folder"),
    ]
    assert [each.name for each in suggestions("/gre", replies)] == ["greeting"]
    assert suggestions("/folder", replies)[0] == Suggestion(
        Safe("spam"), Safe("look in the spam folder"), True
    )
    assert [each.name for each in suggestions("/s", replies)][:2] == ["spam", "status"]
    assert [each.name for each in suggestions("/st", [Canned(Safe("hi"), "Dear customer")])] == [
        "status",
        "hi",
    ]
    assert "status" not in [each.name for each in suggestions("/", replies, {"status"})]
    assert suggestions("hello /", replies) == []
    assert suggestions("/etc/hosts", replies) == []


def test_completions_stay_on_the_grid() -> None:
    many = [Suggestion(safe_line(f"reply{n}"), safe_line("words " * 30), True) for n in range(9)]
    rows = completion_rows(many, 8, 60)
    assert len(rows) == 6
    assert rows[-1].on == "select"
    assert {cell_len(text(row)) for row in rows} == {60}


@pytest.mark.parametrize("name", SLASHES)
def test_what_a_slash_is_for_is_said_whole_in_the_pane_of_80_columns(name: str) -> None:
    [row] = completion_rows([Suggestion(Safe(name), Safe(SLASHES[name].words))], 0, 80 - 24)
    assert "⋯" not in text(row)


@pytest.mark.parametrize(("at", "said"), [(0, "3 more  "), (5, "1 more  "), (8, "⋯  ")])
def test_what_is_offered_below_is_counted(at: int, said: str) -> None:
    many = [Suggestion(safe_line(f"reply{n}"), safe_line("words " * 30), True) for n in range(9)]
    rows = [text(row) for row in completion_rows(many, at, 60)]
    assert rows[-1].endswith(said)
    assert not any(" more" in row for row in rows[:-1])
    assert not any(" more" in text(row) for row in completion_rows(many[:6], 5, 60))


def test_a_hit_far_inside_an_address_is_in_its_excerpt() -> None:
    address = f"https://example.org/timetable?{'from=north-pier&to=gull-rock&' * 4}tuba=1#platform-two"
    found = replace(hit(""), text=safe_line(f"A long address, to try it with: {address}", limit=600))
    rows = hit_rows(found, "tuba", 80, chosen=False)
    assert "tuba" in "".join(text(row) for row in rows)
    assert {cell_len(text(row)) for row in rows} == {80}
