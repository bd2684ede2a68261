"""The health page: every number and state in words, from values alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.tui.link_values import CLOCK, FULL, WAITING
from tests.tui.street import LIVE

from supachat.domain.health import Grade, Health, Link, LinkState, TopicHealth, TopicState
from supachat.domain.text import Safe, safe_line
from supachat.tui.glyphs import UNICODE
from supachat.tui.spans import Row
from supachat.tui.widgets.health_outbox import MOST, outbox_rows
from supachat.tui.widgets.health_rows import health_rows
from supachat.tui.widgets.health_topics import TopicRows

Compare = Callable[..., bool]


def words(rows: list[Row]) -> str:
    return "\n".join("".join(part.text for part in row.spans).rstrip() for row in rows)


@pytest.mark.parametrize("cells", [80, 99, 100, 120, 200])
def test_no_row_is_wider_than_the_page(cells: int) -> None:
    for row in health_rows(FULL, CLOCK, cells, waiting=WAITING):
        assert sum(len(part.text) for part in row.spans) <= cells


@pytest.mark.parametrize(
    "said",
    [
        "state       ◉ live 12 ms",
        "p50 12 ms, p95 90 ms",
        "latency     43 ms",
        "last event  0 s ago",
        "2 rows missed by realtime, found by reading",
        "connected   3 h 12 min",
        "up 97.2%, 2 drops in the last hour",
        "catch-up    complete",
        "clock       2 min behind",
        "2 joined, 1 connecting, 1 reconnecting, 1 disconnected, 1 parked, 1 limited, 1 error",
        "◉ chat:ana__mira  Mira Kovač",
        "next try in 4 s",
        "not allowed: waits for your membership to change",
        "too many joins, next try in 21 s",
        "the server answered nothing 9 s ago",
        "3 waiting, 1 needs you",
        "Last error",
        "41 min ago",
        "the server closed the connection",
    ],
)
def test_everything_that_is_known_is_said(said: str) -> None:
    titles = {"ana__mira": Safe("Mira Kovač")}
    assert said in words(health_rows(FULL, CLOCK, 140, titles=titles, waiting=WAITING))


@pytest.mark.parametrize(
    "said",
    [
        "2 rows missed by realtime\n",
        "waits for your membership\n",
        "too many, next try in 21 s\n",
        "the server answered nothing\n",
    ],
)
def test_why_a_topic_is_not_joined_is_said_whole_in_80_columns(said: str) -> None:
    page = words(health_rows(FULL, CLOCK, 80, waiting=WAITING))
    assert said in "\n".join(line.rstrip() for line in page.splitlines()) + "\n"


WHOLE = "portal-typing:a597932c-abcb-4ccf-8dfa-08a0092a9c59"


@pytest.mark.parametrize(
    ("cells", "state", "name", "at"),
    [
        (80, TopicState.CONNECTED, "portal-typing:a597932c-ab⋯", 34),
        (120, TopicState.CONNECTED, f"{WHOLE}  Mira Kovač", 70),
        (120, TopicState.PARKED, "portal-typing:a597932c⋯  Mira Ko⋯", 41),
        (130, TopicState.PARKED, "portal-typing:a597932c-abcb-4c⋯  Mira Kovač", 51),
        (200, TopicState.PARKED, f"{WHOLE}  Mira Kovač", 70),
    ],
)
def test_a_name_has_the_width_that_notes_leave_it(
    cells: int, state: TopicState, name: str, at: int
) -> None:
    link = replace(LIVE, topics=(TopicHealth(safe_line(WHOLE), state),))
    titles = {WHOLE.partition(":")[2]: Safe("Mira Kovač")}
    row = words(TopicRows(CLOCK, cells, UNICODE, titles, motion=True).rows(link)).splitlines()[-1]
    assert row[6:].startswith(name)
    assert row.index("joined" if state is TopicState.CONNECTED else "parked") == at
    assert "⋯" not in row[at:]


@pytest.mark.parametrize("state", [LinkState.OFFLINE, LinkState.SIGNED_OUT])
def test_what_a_person_switched_off_is_no_fault(state: LinkState) -> None:
    link = replace(LIVE, state=state, topics=(TopicHealth(safe_line(WHOLE), TopicState.DISCONNECTED),))
    head, row = TopicRows(CLOCK, 120, UNICODE, {}, motion=True).rows(link)[-2:]
    assert "1 off" in words([head])
    assert "⊘ portal-typing" in words([row])
    assert not {"error", "warning"} & {span.look for span in row.spans}


@pytest.mark.parametrize(
    ("link", "health", "said"),
    [
        ({}, {}, "complete"),
        ({}, {"catching_up": 1}, "1 thread to go"),
        ({}, {"catching_up": 2, "backlog": 1234}, "1,234 messages in 2 threads to go"),
        ({}, {"whole": False}, "under way the open thread is not live yet"),
        ({"polled": True}, {"whole": False}, "by reading as of the last poll, every 5 s"),
        (
            {"state": LinkState.POLLING},
            {"whole": False},
            "by reading as of the last poll, every 5 s",
        ),
        ({"silent": True}, {}, "not known the server does not answer"),
        ({"mute": True}, {"catching_up": 1}, "not known the server does not answer"),
        ({"state": LinkState.CONNECTING}, {}, "not known nothing was heard yet"),
        (
            {"state": LinkState.OFFLINE},
            {"heard_to": CLOCK - 720},
            "not known all was heard up to 12 min ago",
        ),
        (
            {"state": LinkState.RECONNECTING},
            {"heard_to": CLOCK - 4, "catching_up": 1},
            "not known all was heard up to 4 s ago",
        ),
    ],
)
def test_how_complete_it_is_is_said_as_far_as_it_is_known(
    link: dict[str, object], health: dict[str, object], said: str
) -> None:
    given = Health(replace(LIVE, **link), **health)  # type: ignore[arg-type]  # of the table
    page = words(health_rows(given, CLOCK, 80)).splitlines()
    [row] = [line for line in page if line.startswith("    catch-up    ")]
    assert " ".join(row.split()[1:]) == said


@pytest.mark.parametrize(
    ("latency", "skew", "said"),
    [
        (0.043, 0.0, "43 ms"),
        (None, 0.0, "not measured       from the commit to this screen"),
        (None, 0.3, "not known          the clocks differ by 300 ms"),
        (None, -3600.0, "not known          the clocks differ by 1 h 0 min"),
    ],
)
def test_a_latency_that_nobody_can_know_is_no_number(latency: float | None, skew: float, said: str) -> None:
    page = words(health_rows(Health(replace(LIVE, clock_skew=skew), latency=latency), CLOCK, 80))
    assert f"\n    latency     {said}" in page


@pytest.mark.parametrize(
    ("uptime", "watched", "drops", "said"),
    [
        (None, 0.0, 0, "not so far"),
        (1.0, 0.0, 0, "up 100.0%, 0 drops in the first minute"),
        (0.9444, 1800.0, 1, "up 94.4%, 1 drop in 30 min"),
        (0.972, 3600.0, 2, "up 97.2%, 2 drops in the last hour"),
    ],
)
def test_a_share_is_of_the_time_that_was_watched(
    uptime: float | None, watched: float, drops: int, said: str
) -> None:
    page = words(health_rows(Health(uptime=uptime, watched=watched, drops=drops), CLOCK, 80))
    assert f"    {said}\n" in page


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (
            120,
            [
                "    ✗ Customers                        not sent      1 h 1 min    "
                'you may not do that here, 1st try, "Merged"',
                "    ⇡ Mira Kovač                       sending       4 s          "
                '1st try, "Starting now."',
                "    ◷ Mira Kovač                       queued        1 min        "
                'the server has trouble, 3rd try, an edit: "Dashbo⋯',
                "    ◷ Mira Kovač                       queued        2 s          a delete",
            ],
        ),
        (
            80,
            [
                "    ✗ Customers                   not sent      1 h 1 min, you may not do t⋯",
                '    ⇡ Mira Kovač                  sending       4 s, 1st try, "Starting now⋯',
                "    ◷ Mira Kovač                  queued        1 min, the server has troub⋯",
                "    ◷ Mira Kovač                  queued        2 s, a delete",
            ],
        ),
    ],
)
def test_every_draft_has_its_thread_state_age_and_reason_and_what_needs_somebody_is_first(
    cells: int, rows: list[str]
) -> None:
    page = words(outbox_rows(FULL, WAITING, cells, UNICODE)).splitlines()
    assert page[1].endswith(" 3 waiting, 1 needs you")
    assert page[2:] == rows


def test_of_a_thousand_drafts_the_first_are_shown_and_the_others_counted() -> None:
    page = words(outbox_rows(FULL, WAITING * 250, 120, UNICODE)).splitlines()
    assert len(page) == 2 + MOST + 1
    assert page[-1].strip() == "and 980 messages more"


def test_what_was_not_measured_is_not_a_number() -> None:
    page = words(health_rows(Health(Link(LinkState.CONNECTING)), CLOCK, 120))
    assert page.count("not measured") == 2
    assert "none yet" in page
    assert "clock" not in page
    assert "Last error" not in page
    assert "nothing waits" in page


def test_why_it_is_not_live_stands_under_the_state() -> None:
    link = Link(LinkState.OFFLINE, reason=safe_line("you went offline"))
    page = words(health_rows(Health(link), CLOCK, 120))
    assert "⊘ offline, by you" in page
    assert "you went offline. o, or /online, comes back" in page


@pytest.mark.parametrize(
    ("said", "badge", "why"),
    [
        ({"connect_time": 3.1}, "◉ live 12 ms", "It took 3.1 s to connect."),
        ({"mute": True, "connect_time": 3.1}, "◒ not answering", "The server has not answered for some"),
        ({"silent": True}, "! only listening", "The tables do not answer: you hear what is new"),
        ({"polled": True}, "◷ partly polling", "What no topic brings is asked for every 5 s instead"),
    ],
)
def test_what_joined_topics_do_not_bring_stands_under_the_state(
    said: dict[str, object], badge: str, why: str
) -> None:
    page = words(health_rows(Health(replace(LIVE, **said)), CLOCK, 120))  # type: ignore[arg-type]  # of the table
    assert badge in page
    assert why in page


@pytest.mark.parametrize(
    ("state", "grade", "expected"),
    [
        (LinkState.CONNECTED, Grade.GREEN, "healthy"),
        (LinkState.CONNECTED, Grade.YELLOW, "degraded"),
        (LinkState.POLLING, Grade.YELLOW, "degraded"),
        (LinkState.CONNECTED, Grade.RED, "poor"),
        (LinkState.POLLING, Grade.RED, "poor"),
        (LinkState.RECONNECTING, Grade.RED, "down"),
        (LinkState.OFFLINE, Grade.RED, "off"),
        (LinkState.SIGNED_OUT, Grade.RED, "off"),
    ],
)
def test_the_grade_is_a_word_that_is_true(state: LinkState, grade: Grade, expected: str) -> None:
    rows = health_rows(Health(Link(state), grade), CLOCK, 120)
    assert words(rows).splitlines()[1].endswith(f" {expected}")


def test_without_motion_nothing_counts_down() -> None:
    page = words(health_rows(FULL, CLOCK, 140, motion=False))
    assert "next try soon" in page
    assert "next try in" not in page
