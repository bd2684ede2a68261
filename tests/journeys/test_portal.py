"""The portal between real clients: letters with a subject, alerts taken and closed, an audit, polling."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.journeys.guest import LIMIT, Guest, guest
from tests.journeys.local import LocalServer

from supachat.domain.feeds import FeedAct, FeedRow
from supachat.domain.health import LinkState
from supachat.domain.model import ThreadKey
from supachat.domain.text import Safe

ROLES = {"ana": "clinician", "ben": "client"}
LISTEN = "drop policy supachat_portal_portal_listen on realtime.messages"
HEAR_AGAIN = (
    "create policy supachat_portal_portal_listen on realtime.messages for select to authenticated"
    " using (portal.supachat_may_listen(topic, extension))"
)


class Practice:
    """A server with a portal, and its backend."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.uids = {name: str(server.token(name)["user"]["id"]) for name in ROLES}

    def visit(self, name: str, folder: Path) -> AbstractAsyncContextManager[Guest]:
        return guest(self.server, name, folder, kept=False, dialects=("portal",))

    def backend(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.database("postgres"), autocommit=True) as connection:
            answer = connection.execute(statement.encode(), values)
            return answer.fetchall() if answer.description else []

    def alerts(self, thread: ThreadKey, title: str) -> None:
        self.backend(
            "insert into portal.assessment_critical_alerts (client_id, title) values (%s, %s)",
            thread.id,
            title,
        )


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with LocalServer(tmp_path_factory.mktemp("portal") / "server", "--dialect", "portal") as server:
        for name, role in ROLES.items():
            server.sign_up(name, portal_role=role)
        yield Practice(server)


async def correspond(practice: Practice, ben: Guest) -> ThreadKey:
    """The thread of the two, open on the client's screen."""
    key = await ben.client.desk.start_thread("portal", practice.uids["ana"])
    ben.client.open(key)
    return key


def alert(one: Guest, title: str) -> FeedRow | None:
    rows = one.client.feeds.rows("portal", "alerts")
    return next((row for row in rows if row.title == title), None)


async def test_a_letter_arrives_with_its_subject(practice: Practice, tmp_path: Path) -> None:
    async with practice.visit("ana", tmp_path) as ana, practice.visit("ben", tmp_path) as ben:
        key = await correspond(practice, ben)
        await ana.watch.until(lambda: ana.client.thread(key), LIMIT)
        ana.client.open(key)
        ben.client.send(key, "Dear Ana, it hurts", "My knee")
        await ana.sees("Dear Ana, it hurts")
        (letter,) = ana.messages()
        assert letter.extra is not None
        assert letter.extra.subject == "My knee"
        await ben.all_sent()
        assert [one.extra.subject for one in ben.messages() if one.extra] == ["My knee"]


async def test_an_alert_is_taken_and_closed_and_that_is_written_down(
    practice: Practice, tmp_path: Path
) -> None:
    async with practice.visit("ana", tmp_path) as ana, practice.visit("ben", tmp_path) as ben:
        key = await correspond(practice, ben)
        await ana.watch.until(lambda: ana.client.thread(key), LIMIT)
        practice.alerts(key, "Score high")
        told = await ana.watch.until(lambda: alert(ana, "Score high"), LIMIT)
        assert alert(ben, "Score high") is None, "a client is never shown their own alerts"
        ana.client.feeds.take(told)
        shown = alert(ana, "Score high")
        assert shown is not None
        assert shown.taken, "at once"
        await ana.watch.until(
            lambda: ((row := alert(ana, "Score high")) and row.taken_at is not None) or None, LIMIT
        )
        ana.client.feeds.take(told, FeedAct.CLOSE)
        closed = "select closed_by::text from portal.assessment_critical_alerts where title = 'Score high'"
        await ana.watch.until(
            lambda: ((row := alert(ana, "Score high")) and row.closed_at is not None) or None, LIMIT
        )
        assert practice.backend(closed) == [(practice.uids["ana"],)]
        acts = practice.backend(
            "select action_type from portal.audit_logs where action_type <> 'realtime_subscribe' order by 1"
        )
        assert acts == [("acknowledge",), ("close",)]


async def test_who_listens_is_written_down(practice: Practice, tmp_path: Path) -> None:
    heard = (
        "select distinct resource_type from portal.audit_logs"
        " where action_type = 'realtime_subscribe' and user_id = %s order by 1"
    )
    async with practice.visit("ana", tmp_path):
        async with asyncio.timeout(LIMIT):
            while len(practice.backend(heard, practice.uids["ana"])) < 6:
                await asyncio.sleep(0.05)
    assert practice.backend(heard, practice.uids["ana"]) == [
        ("appointments",),
        ("assessment_critical_alerts",),
        ("audit_logs",),
        ("client_portal_messages",),
        ("notification_logs",),
        ("portal_notifications",),
    ]


async def test_where_nothing_is_joined_letters_are_polled(practice: Practice, tmp_path: Path) -> None:
    async with practice.visit("ben", tmp_path) as ben:
        key = await correspond(practice, ben)
        practice.backend(LISTEN)
        try:
            async with practice.visit("ana", tmp_path) as ana:
                ana.client.open(key)
                await ana.watch.until(
                    lambda: ana.client.health.link.state is LinkState.POLLING or None, LIMIT
                )
                ben.client.send(key, "It still hurts", Safe("Re: My knee"))
                await ana.sees("It still hurts")
                practice.alerts(key, "Found by hand")
                ana.client.feeds.refresh("portal", "alerts")
                await ana.watch.until(lambda: alert(ana, "Found by hand"), LIMIT)
        finally:
            practice.backend(HEAR_AGAIN)
