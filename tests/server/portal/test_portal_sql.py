"""portal.sql on a real PostgreSQL: who corresponds with whom, the feeds, and what is written down."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from psycopg import errors
from tests.server.direct.world import Account
from tests.server.sql_world import Portal, at_once

THREADS = "select * from supachat_threads(%s)"
SEND = "select * from supachat_send(%s, %s, %s, %s)"
ENSURE = "select * from supachat_ensure_thread(%s)"
FEED = "select * from supachat_feed()"
ACKNOWLEDGE = "select * from supachat_acknowledge(%s, %s)"
ALERT = "insert into assessment_critical_alerts (client_id, title) values (%s, 'High score') returning id"


@pytest.fixture
def people(world: Portal) -> tuple[Account, Account, Account, Account]:
    """A client, two clinicians and an admin."""
    roles = (("cleo", "client"), ("dora", "clinician"), ("dave", "clinician"), ("ada", "admin"))
    cleo, dora, dave, ada = (world.someone(name, portal_role=role) for name, role in roles)
    return cleo, dora, dave, ada


def correspondence(world: Portal, client: Account, clinician: Account) -> uuid.UUID:
    """The client chooses; the id of the thread."""
    made: uuid.UUID = world.one(client, ENSURE, clinician.uid)["client_id"]
    return made


def say(
    world: Portal,
    who: Account,
    client: uuid.UUID,
    text: str,
    subject: str = "",
    id_: uuid.UUID | None = None,
) -> dict[str, Any]:
    return world.one(who, SEND, client, text, subject, id_)


def test_what_the_list_says(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, dave, ada = people
    client = correspondence(world, cleo, dora)
    first = say(world, cleo, client, "I slept badly", " My  week ")
    last = say(world, dora, client, "w" * 300, "Re: My week")
    assert (first["subject"], first["clinician_id"], first["sender_id"]) == ("My week", dora.uid, cleo.uid)
    row = world.one(cleo, THREADS, None)
    assert (row["client_id"], row["client_name"], row["clinician_name"]) == (client, "Cleo", "Dora")
    assert (row["other_user_id"], row["other_display_name"]) == (dora.uid, "Dora")
    assert row["members"] == [
        {"user_id": cleo.id, "display_name": "Cleo", "role": "client"},
        {"user_id": dora.id, "display_name": "Dora", "role": "clinician"},
    ]
    assert (row["last_message_id"], row["last_message_at"]) == (last["id"], last["sent_date"])
    assert (row["last_message_subject"], row["last_message_preview"]) == ("Re: My week", "w" * 200)
    assert (row["last_message_author"], row["unread"]) == (dora.uid, 1)
    world.ask(cleo, "select * from supachat_mark_read(%s, %s)", client, last["id"])
    assert world.one(cleo, THREADS, client)["unread"] == 0
    other = world.one(dora, THREADS, client)
    assert (other["other_user_id"], other["other_display_name"]) == (cleo.uid, "Cleo")
    assert world.ask(dave, THREADS, None) == world.ask(ada, THREADS, None) == []


def test_a_retry_changes_nothing(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, _, _ = people
    client, id_ = correspondence(world, cleo, dora), uuid.uuid4()
    rows = at_once(world, [(cleo, SEND, (client, "once", "", id_))] * 6)
    assert all(row == rows[0] for row in rows)
    assert len(world.ask(dora, "select id from client_portal_messages")) == 1
    with pytest.raises(errors.UniqueViolation, match="taken"):
        say(world, dora, client, "theirs", "", id_)


def test_a_client_chooses_once_and_an_admin_changes_it(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, dave, ada = people
    found = at_once(world, [(cleo, ENSURE, (who.uid,)) for who in (dora, dave)])
    refused = [one for one in found if isinstance(one, errors.InsufficientPrivilege)]
    assert len(refused) == 1
    client = world.one(cleo, THREADS, None)["client_id"]
    chosen = world.one(cleo, THREADS, None)["clinician_id"]
    former, next_ = (dora, dave) if chosen == dora.uid else (dave, dora)
    say(world, former, client, "mine")
    assign = "select supachat_assign(%s, %s) as done"
    for who in (cleo, dora, dave):
        with pytest.raises(errors.InsufficientPrivilege, match="only an admin"):
            world.ask(who, assign, client, next_.uid)
    assert world.one(ada, assign, client, next_.uid) == {"done": True}
    assert world.one(ada, assign, uuid.uuid4(), next_.uid) == {"done": False}
    with pytest.raises(errors.ForeignKeyViolation, match="no clinician"):
        world.ask(ada, assign, client, cleo.uid)
    assert world.ask(former, "select * from client_portal_messages") == []
    assert world.ask(former, "select * from clients") == world.ask(former, THREADS, None) == []
    assert len(world.ask(next_, "select * from client_portal_messages")) == 1
    with pytest.raises(errors.InsufficientPrivilege):
        say(world, former, client, "still here")
    (told,) = (row for row in world.ask(next_, FEED) if row["feed"] == "portal_notifications")
    assert told["title"] == "A client was assigned to you"


def test_a_clinician_takes_no_client(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, _, _ = people
    with pytest.raises(errors.InsufficientPrivilege, match="no correspondence"):
        world.ask(dora, ENSURE, cleo.uid)
    client = correspondence(world, cleo, dora)
    assert world.one(dora, ENSURE, cleo.uid)["client_id"] == client
    world.admin.execute("update clinicians set active = false where user_id = %s", (dora.uid,))
    assert world.ask(dora, THREADS, None) == world.ask(dora, "select * from client_portal_messages") == []
    with pytest.raises(errors.InsufficientPrivilege, match="no correspondence"):
        world.ask(dora, ENSURE, cleo.uid)


def test_a_plain_insert_is_of_oneself_and_to_ones_own(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, dave, _ = people
    client = correspondence(world, cleo, dora)
    insert = (
        "insert into client_portal_messages (client_id, clinician_id, sender_id, subject, message)"
        " values (%s, %s, %s, 'Test', 'hello') returning subject"
    )
    assert world.ask(cleo, insert, client, dora.uid, cleo.uid) == [{"subject": "Test"}]
    for who, clinician, sender in ((cleo, dave, cleo), (cleo, dora, dora), (dave, dave, dave)):
        with pytest.raises(errors.InsufficientPrivilege):
            world.ask(who, insert, client, clinician.uid, sender.uid)


@pytest.mark.parametrize(
    ("subject", "text", "told"),
    [("", " ", "empty"), ("", "x" * 65_537, "64 KB"), ("s" * 201, "x", "200 characters")],
)
def test_what_cannot_be_sent(
    world: Portal, people: tuple[Account, ...], subject: str, text: str, told: str
) -> None:
    cleo, dora, _, _ = people
    with pytest.raises(errors.InvalidParameterValue, match=told):
        say(world, cleo, correspondence(world, cleo, dora), text, subject)


def test_who_sees_which_feed(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, dave, ada = people
    client = correspondence(world, cleo, dora)
    world.backend(ALERT, client)
    world.backend(
        "insert into appointments (client_id, title, starts_at) values (%s, 'Call', now())", client
    )
    world.backend("insert into portal_notifications (user_id, title) values (%s, 'New form')", cleo.uid)
    world.backend("insert into notification_logs (user_id, title) values (%s, 'Mail sent')", cleo.uid)
    world.ask(cleo, "select * from supachat_log_subscription('appointments')")

    seen = {
        cleo: {"appointments", "portal_notifications", "notification_logs"},
        dora: {"appointments", "assessment_critical_alerts", "portal_notifications"},  # of being chosen
        dave: set(),
        ada: {"assessment_critical_alerts", "notification_logs", "audit_logs"},
    }
    for who, feeds in seen.items():
        rows = world.ask(who, FEED)
        assert {row["feed"] for row in rows} == feeds
        assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
        for table in {feed for some in seen.values() for feed in some}:
            assert bool(world.ask(who, f"select id from {table}")) is (table in feeds), table
    alert = next(row for row in world.ask(dora, FEED) if row["feed"] == "assessment_critical_alerts")
    assert (alert["severity"], alert["title"], alert["can_acknowledge"]) == ("critical", "High score", True)


def test_a_feed_is_paged_and_equal_times_lose_nothing(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, _, _ = people
    client = correspondence(world, cleo, dora)
    world.backend(
        "insert into portal_notifications (user_id, title, created_at)"
        " select %s, n::text, '2026-01-01' from generate_series(1, 12) n",
        cleo.uid,
    )
    world.backend(
        "insert into appointments (client_id, starts_at, created_at)"
        " select %s, now(), '2026-01-01' from generate_series(1, 11) n",
        client,
    )
    found: list[uuid.UUID] = []
    before: tuple[Any, Any] = (None, None)
    while page := world.ask(cleo, "select * from supachat_feed(%s, %s, 5)", *before):
        found += [row["id"] for row in page]
        before = (page[-1]["at"], page[-1]["id"])
    assert len(found) == len(set(found)) == 23


def test_the_first_who_acknowledges_stands(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, dave, ada = people
    (row,) = world.backend(ALERT, correspondence(world, cleo, dora))
    feed = "assessment_critical_alerts"
    for who in (cleo, dave):
        with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
            world.ask(who, ACKNOWLEDGE, feed, row["id"])
    first = world.one(dora, ACKNOWLEDGE, feed, row["id"])
    assert (first["acknowledged_by"], first["can_acknowledge"]) == (dora.uid, False)
    assert world.one(ada, ACKNOWLEDGE, feed, row["id"]) == first
    audited = world.ask(ada, "select user_id, action_description from audit_logs")
    assert audited == [{"user_id": dora.uid, "action_description": str(row["id"])}]
    (mine,) = world.backend(
        "insert into portal_notifications (user_id, title) values (%s, 'x') returning id", cleo.uid
    )
    assert world.one(cleo, ACKNOWLEDGE, "portal_notifications", mine["id"])["acknowledged_by"] == cleo.uid
    with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
        world.ask(ada, ACKNOWLEDGE, "portal_notifications", mine["id"])
    with pytest.raises(errors.InvalidParameterValue, match="acknowledged"):
        world.ask(ada, ACKNOWLEDGE, "audit_logs", mine["id"])


def test_a_client_without_a_clinician_sees_that_there_is_none(
    world: Portal, people: tuple[Account, ...]
) -> None:
    cleo, dora, _, _ = people
    threads = "select other_display_name from supachat_threads()"
    assert world.one(cleo, threads) == {"other_display_name": "No clinician yet"}
    correspondence(world, cleo, dora)
    assert world.one(cleo, threads)["other_display_name"] not in ("", "No clinician yet")


def test_the_first_who_closes_an_alert_stands(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, dave, ada = people
    (row,) = world.backend(ALERT, correspondence(world, cleo, dora))
    close = "select * from supachat_close(%s)"
    for who in (cleo, dave):
        with pytest.raises(errors.InsufficientPrivilege, match="not yours to close"):
            world.ask(who, close, row["id"])
    first = world.one(dora, close, row["id"])
    assert (first["closed_by"], first["acknowledged_by"]) == (dora.uid, dora.uid)
    assert world.one(ada, close, row["id"]) == first
    taken = world.one(ada, ACKNOWLEDGE, "assessment_critical_alerts", row["id"])
    assert taken["acknowledged_by"] == dora.uid
    audited = world.ask(ada, "select user_id, action_type, action_description from audit_logs")
    assert audited == [{"user_id": dora.uid, "action_type": "close", "action_description": str(row["id"])}]


def test_who_took_an_alert_stays_when_another_closes_it(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, _, ada = people
    (row,) = world.backend(ALERT, correspondence(world, cleo, dora))
    world.one(dora, ACKNOWLEDGE, "assessment_critical_alerts", row["id"])
    closed = world.one(ada, "select * from supachat_close(%s)", row["id"])
    assert (closed["closed_by"], closed["acknowledged_by"]) == (ada.uid, dora.uid)


def test_a_subscription_is_written_down(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, _, _, ada = people
    log = "select * from supachat_log_subscription(%s)"
    rows = at_once(world, [(cleo, log, ("client_portal_messages",))] * 6)
    assert all(row == rows[0] for row in rows)  # a line that comes and goes does not fill the log
    assert (rows[0]["user_id"], rows[0]["action_type"]) == (cleo.uid, "realtime_subscribe")
    world.admin.execute("update audit_logs set created_at = created_at - interval '11 seconds'")
    world.ask(cleo, log, "client_portal_messages")
    assert len(world.ask(ada, "select * from audit_logs")) == 2
    with pytest.raises(errors.InvalidParameterValue, match="no such table"):
        world.ask(cleo, log, "auth.users")
    eve = world.someone("eve")
    with pytest.raises(errors.InsufficientPrivilege, match="no part"):
        world.ask(eve, log, "appointments")
    for statement in ("insert into audit_logs (action_type) values ('x')", "delete from audit_logs"):
        with pytest.raises(errors.InsufficientPrivilege):
            world.ask(ada, statement)
    for statement in ("update audit_logs set action_type = 'x'", "delete from audit_logs"):
        with pytest.raises(errors.InsufficientPrivilege):
            world.backend(statement)


def test_who_finds_whom(world: Portal, people: tuple[Account, ...]) -> None:
    cleo, dora, dave, ada = people
    eve = world.someone("eve")

    def found(who: Account, text: str) -> list[str]:
        return [
            row["display_name"] for row in world.ask(who, "select * from supachat_find_people(%s)", text)
        ]

    assert found(cleo, "d") == ["Dave", "Dora"]
    assert found(cleo, "ada") == found(dora, "cleo") == found(eve, "d") == found(cleo, "") == []
    correspondence(world, cleo, dora)
    assert found(cleo, "d") == ["Dora"]
    assert found(dora, "cl") == found(ada, cleo.id) == ["Cleo"]
    assert found(dave, "cl") == []


def test_who_is_who(world: Portal, people: tuple[Account, ...]) -> None:
    def role(who: Account) -> list[tuple[str, str]]:
        rows = world.ask(who, "select * from supachat_whoami()")
        return [(row["display_name"], row["role"]) for row in rows]

    cleo, dora, _, ada = people
    assert role(cleo) == [("Cleo", "client")]
    assert role(dora) == [("Dora", "clinician")]
    assert role(ada) == [("Ada", "admin")]
    assert role(world.someone("eve")) == role(world.someone("max", portal_role="god")) == []
