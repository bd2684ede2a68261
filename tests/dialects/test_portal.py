"""The dialect portal as tables: letters with a subject, feeds with a severity, and who listens."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from tests.dialects.recorded import changed

from supachat import dialects
from supachat.dialects import catalog
from supachat.dialects.calls import Insert, Rpc, Select
from supachat.dialects.grammar import parse
from supachat.domain.errors import DialectError
from supachat.domain.events import FeedHeard, ListStale, MessageArrived
from supachat.domain.feeds import FeedAct, Severity
from supachat.domain.model import Cursor, Draft, Feature, Micros, PersonKind, ThreadKey
from supachat.domain.requests import FetchPage

PORTAL = catalog.load("portal")
ME, BOB = "c4cb8e11-1135-4b92-9b5b-0edadeb0f677", "98106604-dcb7-46e5-bb67-db3cab3e12c5"
CLIENT = "00e78511-a93c-48fb-9616-b1e4401aabf4"
THREAD = ThreadKey("portal", CLIENT)
ID = "c6b2f5ab-af23-4e4e-8936-394d41e5d180"
MINE = f"portal-user:{ME}"

# captured on 2026-11-21
ROW = {
    "id": ID,
    "client_id": CLIENT,
    "clinician_id": ME,
    "sender_id": BOB,
    "subject": "My knee",
    "message": "Dear Ann",
    "sent_date": "2026-11-21T06:34:55.812621+00:00",
}
LISTED: dict[str, Any] = {
    "client_id": CLIENT,
    "client_name": "Bob",
    "client_user_id": BOB,
    "clinician_id": ME,
    "clinician_name": "Ann",
    "other_user_id": BOB,
    "other_display_name": "Bob",
    "members": [
        {"role": "client", "user_id": BOB, "display_name": "Bob"},
        {"role": "clinician", "user_id": ME, "display_name": "Ann"},
    ],
    "created_at": "2026-11-21T06:34:54.218809+00:00",
    "last_message_id": ID,
    "last_message_at": "2026-11-21T06:34:55.812621+00:00",
    "last_message_author": BOB,
    "last_message_subject": "My knee",
    "last_message_preview": "Dear Ann",
    "unread": 1,
    "read_message_id": None,
    "read_at": None,
}
ALERT: dict[str, Any] = {
    "id": "ec665af2-9b9b-4f50-9b89-35c5a898224e",
    "client_id": CLIENT,
    "severity": "critical",
    "title": "Score high",
    "body": "call",
    "created_at": "2026-11-21T06:34:55.879686+00:00",
    "acknowledged_at": None,
    "acknowledged_by": None,
}
APPOINTMENT = {
    "id": "42906d9e-2da1-4ae5-916d-ae50517acd4b",
    "client_id": CLIENT,
    "clinician_id": ME,
    "title": "Check-up",
    "status": "scheduled",
    "starts_at": "2026-12-01T09:00:00+00:00",
    "ends_at": None,
    "created_at": "2026-11-21T06:34:55.937978+00:00",
    "updated_at": "2026-11-21T06:34:55.937978+00:00",
}


def told(kind: str, record: Any, table: str, topic: str = MINE) -> tuple[object, ...]:
    data = changed(kind, record, table=table, schema="portal", old={"id": "x"})
    return PORTAL.told(topic, data, private=True, me=ME)


def test_what_it_can_do() -> None:
    assert {Feature.SEND, Feature.SUBJECT} <= PORTAL.features
    assert not PORTAL.features & {Feature.EDIT, Feature.DELETE, Feature.STATUS, Feature.PRICES}


# ---------------------------------------------------------------- letters


def test_a_letter_has_a_subject() -> None:
    (letter,) = PORTAL.messages([ROW], THREAD, ME)
    assert letter.extra is not None
    assert (letter.extra.subject, letter.raw, letter.at) == ("My knee", "Dear Ann", 1_795_242_895_812_621)


def test_a_letter_is_sent_with_its_subject() -> None:
    call = PORTAL.acts.send_call(Draft(ID, THREAD, "Dear Ann", Micros(1), subject="My knee"), None, BOB)
    wanted = {"_client_id": CLIENT, "_subject": "My knee", "_message": "Dear Ann", "_id": ID}
    assert call == Rpc("supachat_send", wanted, "portal")


def test_a_plain_insert_fills_the_column_of_the_subject() -> None:
    text = (files(dialects) / "portal.toml").read_text()
    at = text.index("[send]")
    plain = f'send = "insert"\n{text[:at]}{text[text.index("[read]") :]}'
    call = parse(plain, "portal.toml").acts.send_call(
        Draft(ID, THREAD, "Dear Ann", Micros(1), subject="My knee"), None, BOB
    )
    row = {"id": ID, "client_id": CLIENT, "sender_id": BOB, "subject": "My knee", "message": "Dear Ann"}
    assert call == Insert("client_portal_messages", row, "id", "portal")


def test_a_clients_correspondence() -> None:
    (thread,), (bob,) = PORTAL.threads([LISTED], ME)
    assert (thread.title, thread.other, thread.facts) == ("Bob", BOB, ("My knee",))
    assert bob.kind is PersonKind.CUSTOMER


def test_pages_are_ordered_by_what_the_letters_are_ordered_by() -> None:
    call = PORTAL.page_call(FetchPage(THREAD, before=Cursor(Micros(1_795_242_895_812_621), ID)))
    assert isinstance(call, Select)
    assert call.order == (("sent_date", True), ("id", True))
    assert ("sent_date", "lte", "2026-11-21T06:34:55.812621Z") in call.filters


def test_a_letter_arrives_and_moves_a_clinicians_list() -> None:
    (event,) = told("INSERT", ROW, "client_portal_messages", f"portal:{CLIENT}")
    assert isinstance(event, MessageArrived)
    assert told("INSERT", ROW, "client_portal_messages") == (ListStale("portal"),)


def test_the_server_filters() -> None:
    (mine,) = PORTAL.user_topics(ME, ME)
    filters = {binding.table: binding.filter for binding in mine.bindings if binding.event == "INSERT"}
    assert filters["portal_notifications"] == f"user_id=eq.{ME}"
    assert filters["client_portal_messages"] == f"clinician_id=eq.{ME}"
    (rows, _) = PORTAL.thread_topics(CLIENT, ME)
    assert {binding.filter for binding in rows.bindings} == {f"client_id=eq.{CLIENT}"}


# ---------------------------------------------------------------- feeds


def test_the_feeds() -> None:
    admin = [{"role": "admin"}]
    assert [(feed.name, feed.takes, feed.closes, feed.urgent) for feed in PORTAL.beside.feeds(admin)] == [
        ("alerts", True, True, True),
        ("notifications", True, False, False),
        ("appointments", False, False, False),
        ("log", False, False, False),
        ("audit", False, False, False),
    ]


@pytest.mark.parametrize(
    ("reader", "hidden"),
    [
        ([{"role": "clinician"}], {"audit"}),
        ([{"role": "client"}], {"audit", "alerts"}),
        ([{"role": None}], {"audit", "alerts"}),
        ([], {"audit", "alerts"}),
    ],
)
def test_nobody_is_offered_a_feed_of_which_they_can_never_see_a_row(
    reader: list[dict[str, object]], hidden: set[str]
) -> None:
    every = {feed.name for feed in PORTAL.beside.feeds([{"role": "admin"}])}
    assert {feed.name for feed in PORTAL.beside.feeds(reader)} == every - hidden


def test_a_feed_for_some_needs_a_role_to_tell_them_by() -> None:
    text = files(dialects).joinpath("portal.toml").read_text("utf-8").replace('role = "role"\n', "", 1)
    with pytest.raises(DialectError, match=r"expected role in \[me\]"):
        parse(text, "mine.toml")


def test_a_feed_is_read_newest_first() -> None:
    assert PORTAL.beside.feed_call("alerts") == Select(
        "assessment_critical_alerts",
        "id,created_at,title,body,severity,acknowledged_at,acknowledged_by,closed_at,closed_by",
        order=(("created_at", True), ("id", True)),
        limit=50,
        schema="portal",
    )
    (row,) = PORTAL.beside.feed("alerts", [ALERT])
    assert (row.title, row.body, row.severity, row.taken) == (
        "Score high",
        "call",
        Severity.CRITICAL,
        False,
    )


def test_an_alert_that_was_taken() -> None:
    taken = {**ALERT, "acknowledged_at": "2026-11-21T07:00:00+00:00", "acknowledged_by": ME}
    (event,) = told("UPDATE", taken, "assessment_critical_alerts")
    assert isinstance(event, FeedHeard)
    assert (event.row.taken, event.row.taken_by) == (True, ME)
    assert event.row.taken_at == 1_795_244_400_000_000


def test_it_is_taken_by_a_function() -> None:
    wanted = {"_feed": "assessment_critical_alerts", "_id": "1"}
    assert PORTAL.beside.take_call("alerts", "1") == Rpc("supachat_acknowledge", wanted, "portal")
    assert PORTAL.beside.take_call("log", "1") is None
    assert PORTAL.beside.take_call("nothing", "1") is None


def test_an_alert_is_closed_by_a_function_and_says_by_whom() -> None:
    assert PORTAL.beside.take_call("alerts", "1", FeedAct.CLOSE) == Rpc(
        "supachat_close", {"_id": "1"}, "portal"
    )
    assert PORTAL.beside.take_call("notifications", "1", FeedAct.CLOSE) is None
    closed = {**ALERT, "closed_at": "2026-11-21T07:00:00+00:00", "closed_by": BOB}
    (event,) = told("UPDATE", closed, "assessment_critical_alerts")
    assert isinstance(event, FeedHeard)
    assert (event.row.closed, event.row.closed_by, event.row.taken) == (True, BOB, False)
    assert event.row.closed_at == 1_795_244_400_000_000


def test_an_appointment() -> None:
    (event,) = told("INSERT", APPOINTMENT, "appointments")
    assert isinstance(event, FeedHeard)
    row = event.row
    assert (row.feed, row.title, row.kind, row.severity) == (
        "appointments", "Check-up", "scheduled", Severity.INFO,
    )  # fmt: skip
    assert (row.when, row.until, row.body) == (1_796_115_600_000_000, None, "")


def test_a_notification_is_a_row_and_moves_the_list() -> None:
    given = {**ALERT, "user_id": ME, "severity": "info"}
    heard, stale = told("INSERT", given, "portal_notifications")
    assert isinstance(heard, FeedHeard)
    assert (heard.row.feed, stale) == ("notifications", ListStale("portal"))


@pytest.mark.parametrize("record", [None, {}, {**ALERT, "created_at": "soon"}, {**ALERT, "title": 7}])
def test_a_row_that_does_not_fit_is_nothing(record: Any) -> None:
    assert told("INSERT", record, "assessment_critical_alerts") == ()


def test_listening_is_written_down_table_by_table() -> None:
    calls = PORTAL.beside.audit_calls(MINE)
    assert [call.params["_resource"] for call in calls if isinstance(call, Rpc)] == [
        "client_portal_messages",
        "portal_notifications",
        "appointments",
        "assessment_critical_alerts",
        "notification_logs",
        "audit_logs",
    ]
    assert PORTAL.beside.audit_calls(f"portal:{CLIENT}") == ()
