"""A session that the server ends: the person is asked to sign in again, and nothing written is lost."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.conftest import Visit
from tests.journeys.guest import LIMIT
from tests.journeys.local import PASSWORD, LocalServer
from tests.journeys.revoking import due, end_every_session

from supachat.domain.entering import Password

Names = Callable[[str], str]


async def test_a_revoked_session_costs_no_draft_and_no_typed_text(
    server: LocalServer, names: Names, visit: Visit
) -> None:
    server.sign_up(names("ana"))
    server.sign_up(names("ben"))
    async with visit(server, names("ana"), kept=True) as ana:
        thread = await ana.writes_to(names("ben"))
        ana.client.send(thread, "before")
        await ana.all_sent()
        end_every_session(server, names("ana"))
        due(ana.client)
        await ana.watch.until(lambda: ana.watch.lost, LIMIT)
        assert "Sign in again" in str(ana.watch.lost)
        ana.client.send(thread, "written while signed out")
        ana.client.keep_text(thread, "half a sentence")
        assert sum(ana.client.unsent()) == 1
        await ana.client.entry.enter(Password(f"{names('ana')}@example.org", PASSWORD))
        await ana.all_sent()
        assert ana.client.text(thread) == "half a sentence"
        await ana.sees("before", "written while signed out")
