"""The badge and the header row: one table of states, cell by cell."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest

from supachat.domain.health import Health, Link, LinkState
from supachat.domain.text import Safe
from supachat.remote.doorstep import why
from supachat.remote.verdicts import Verdict, judge_handshake
from supachat.tui.spans import Row, width
from supachat.tui.widgets.badge import badge, duration, live, ordinal
from supachat.tui.widgets.header import HeaderState, header_row

NOW = 1000.0
S = LinkState


def health(
    state: LinkState, *, catching_up: int = 0, backlog: int | None = None, drops: int = 0, **link: object
) -> Health:
    given = Link(state, **link)  # type: ignore[arg-type]  # real fields
    return Health(given, catching_up=catching_up, backlog=backlog, drops=drops)


@pytest.mark.parametrize(
    ("given", "wide", "narrow", "look"),
    [
        (health(S.CONNECTING), "◌ connecting", "◌ conn", "quiet"),
        (health(S.CONNECTED, round_trip=0.012), "◉ live 12 ms", "◉ 12 ms", "success"),
        (health(S.CONNECTED), "◉ live", "◉ live", "success"),
        (health(S.CONNECTED, round_trip=1.4), "◒ slow 1.4 s", "◒ 1.4 s", "warning"),
        (health(S.CONNECTED, connect_time=3.1), "◒ slow to connect 3.1 s", "◒ 3.1 s", "warning"),
        (health(S.CONNECTED, round_trip=0.02, connect_time=3.1), "◉ live 20 ms", "◉ 20 ms", "success"),
        (health(S.CONNECTED, round_trip=0.02, wanted=3), "◌ joining", "◌ joining", "quiet"),
        (health(S.CONNECTED, round_trip=0.02, wanted=3, joined=1), "◉ live 20 ms", "◉ 20 ms", "success"),
        (health(S.CONNECTED, mute=True), "◒ not answering", "◒ no answer", "error"),
        (
            health(S.CONNECTED, mute=True, silent=True, catching_up=1),
            "◒ not answering",
            "◒ no answer",
            "error",
        ),
        (
            health(S.RECONNECTING, attempt=3, next_try_at=NOW + 4),
            "↻ reconnecting in 4 s (3rd try)",
            "↻ 4 s",
            "warning",
        ),
        (
            health(S.RECONNECTING, attempt=3, next_try_at=NOW - 1),
            "↻ reconnecting now (3rd try)",
            "↻ now",
            "warning",
        ),
        (health(S.RECONNECTING, attempt=1, drops=6), "↻ reconnecting now (1st try)", "↻ now", "error"),
        (health(S.RECONNECTING), "↻ reconnecting now", "↻ now", "warning"),
        (health(S.CONNECTED, catching_up=1, backlog=1200), "⇣ catching up 1,200", "⇣ 1,200", "accent"),
        (health(S.CONNECTED, catching_up=1, backlog=0), "⇣ catching up", "⇣ behind", "accent"),
        (health(S.CONNECTED, round_trip=0.012, catching_up=2), "⇣ catching up", "⇣ behind", "accent"),
        (health(S.CONNECTED, round_trip=0.012, polled=True), "◷ partly polling", "◷ part poll", "warning"),
        (health(S.CONNECTED, polled=True, silent=True), "! only listening", "! listening", "error"),
        (health(S.CONNECTED, catching_up=2, silent=True), "! only listening", "! listening", "error"),
        (health(S.CONNECTED, catching_up=2, polled=True), "⇣ catching up", "⇣ behind", "accent"),
        (health(S.POLLING), "◷ polling every 5 s", "◷ poll 5 s", "warning"),
        (health(S.DISCONNECTED), "✗ offline", "✗ offline", "error"),
        (health(S.OFFLINE), "⊘ offline, by you", "⊘ by you", "warning"),
        (health(S.SIGNED_OUT), "⊘ signed out", "⊘ sign in", "error"),
        (health(S.ERROR), "! error", "! error", "error"),
    ],
)
def test_every_state_has_a_glyph_and_words(given: Health, wide: str, narrow: str, look: str) -> None:
    long = badge(given, NOW, wide=True)
    short = badge(given, NOW, wide=False)
    assert f"{long.glyph} {long.words}" == wide
    assert f"{short.glyph} {short.words}" == narrow
    assert long.look == short.look == look


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("self-signed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (judge_handshake(401, ""), "key refused"),
        (judge_handshake(404, "Tenant not found"), "unknown project"),
        (judge_handshake(403, "Realtime was disabled for this project"), "realtime is off"),
        (judge_handshake(200, "<html>"), "network sign-in"),
        (why(untrusted()), "not trusted"),
        (judge_handshake(403, "key refused, says a stranger"), "error"),
    ],
)
def test_an_error_whose_reason_is_known_says_it_in_a_few_words(verdict: Verdict, words: str) -> None:
    given = health(S.ERROR, reason=verdict.words)
    assert badge(given, NOW, wide=True).words == words
    assert badge(given, NOW, wide=False).words == "error"


@pytest.mark.parametrize(("missed", "look"), [(0, "success"), (30, "warning")])
def test_live_is_calm_only_its_glyph_has_a_colour_which_says_whether_realtime_lost_a_row(
    missed: int, look: str
) -> None:
    shown = badge(replace(health(S.CONNECTED, round_trip=0.012), missed=missed), NOW, wide=True)
    assert (shown.look, shown.words_look) == (look, "text2")


def test_without_motion_nothing_counts_down() -> None:
    given = health(S.RECONNECTING, attempt=2, next_try_at=NOW + 9)
    assert badge(given, NOW, wide=True, motion=False).words == "reconnecting soon (2nd try)"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0004, "0 ms"),
        (0.0124, "12 ms"),
        (0.123, "120 ms"),
        (0.994, "990 ms"),
        (0.996, "1.0 s"),
        (1.44, "1.4 s"),
    ],
)
def test_a_round_trip_is_rounded_as_people_read_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (21, "21st"),
        (113, "113th"),
    ],
)
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("state", "now"), [(S.CONNECTED, True), (S.POLLING, True), (S.RECONNECTING, False)]
)
def test_what_is_sent_goes_out_now_or_waits(state: LinkState, now: bool) -> None:
    assert live(health(state)) is now
    assert not live(health(state, silent=True))
    assert not live(health(state, mute=True))


def text(row: Row) -> str:
    return "".join(span.text for span in row.spans)


FULL = HeaderState(
    Safe("acme"),
    Safe("ana"),
    Safe("Release 4.2"),
    Safe("5 here of 9"),
    health(S.CONNECTED, round_trip=0.012),
    list_width=32,
    wide=True,
)


def test_the_header_stands_on_the_grid() -> None:
    row = text(header_row(FULL, 120, NOW))
    assert len(row) == 120
    assert row.startswith(" acme ana ")
    assert row[36:].startswith("Release 4.2  5 here of 9  ")
    assert row.endswith("◉ live 12 ms  ")


@pytest.mark.parametrize(
    ("workspace", "account", "told"),
    [
        ("demo", "Ana Duarte", " demo Ana Dua⋯, offline  "),
        ("acme", "ana", " acme ana, offline  "),
        ("a-team-in-hamburg", "ana", " a-team-in-ha⋯, offline  "),
        ("a-team", "Ana Duarte", " a-team Ana D⋯, offline  "),
    ],
)
def test_a_name_is_cut_before_the_word_that_says_one_is_invisible(
    workspace: str, account: str, told: str
) -> None:
    state = replace(
        FULL, workspace=Safe(workspace), account=Safe(account), list_width=24, presence=Safe("offline")
    )
    row = text(header_row(state, 80, NOW))
    assert row.startswith(told)
    assert row[28:].startswith("Release 4.2")


@pytest.mark.parametrize("cells", range(60, 200, 7))
def test_two_cells_stay_free_left_of_the_badge_and_the_width_is_exact(cells: int) -> None:
    row = header_row(FULL, cells, NOW)
    assert width(row.spans) == cells
    said = text(row)
    assert said[: said.index("◉")].endswith("  ")


def test_facts_go_first_and_whole_and_vanish_under_eight_cells() -> None:
    long = "pending, assigned to you, web chat, 3 earlier"
    state = HeaderState(
        FULL.workspace, FULL.account, FULL.title, Safe(long), FULL.health, list_width=32, wide=True
    )
    assert "3 earlier  " in text(header_row(state, 120, NOW))
    assert "pending, assigned to you ⋯  " in text(header_row(state, 97, NOW))
    assert "pending ⋯  " in text(header_row(state, 85, NOW))
    alone = replace(state, facts=Safe("the connection was lost"))
    assert "the connection was ⋯  ◉" in text(header_row(alone, 85, NOW))
    few = replace(state, facts=Safe("1 in Critical alerts"))
    assert "1 in" not in text(header_row(few, 77, NOW)), "words cut in the middle say nothing"
    assert "pending" not in text(header_row(state, 72, NOW))
    assert "Release 4.2" in text(header_row(state, 72, NOW))


def test_a_long_title_is_cut_and_the_badge_stays() -> None:
    state = HeaderState(FULL.workspace, FULL.account, Safe("x" * 300), FULL.facts, FULL.health, 32, True)
    row = text(header_row(state, 100, NOW))
    assert len(row) == 100
    assert "x⋯  ◉ live 12 ms  " in row


def test_with_the_list_hidden_the_title_starts_at_four() -> None:
    state = HeaderState(FULL.workspace, FULL.account, FULL.title, FULL.facts, FULL.health, 0, False)
    assert text(header_row(state, 60, NOW)).startswith("    Release 4.2")
