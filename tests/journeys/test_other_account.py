"""Somebody else signs in where an account's messages still wait: nothing goes out under the wrong name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.journeys.conftest import Visit
from tests.journeys.guest import LIMIT, Guest
from tests.journeys.local import PASSWORD, LocalServer
from tests.journeys.test_revoked import _end_every_session, due

from supachat.domain.errors import Refused

Names = Callable[[str], str]


async def lost(server: LocalServer, ana: Guest, name: str) -> None:
    """The session of that account is over, and that was told."""
    _end_every_session(server, name)
    due(ana.client)
    await ana.watch.until(lambda: ana.watch.lost, LIMIT)


async def test_what_one_account_wrote_does_not_go_out_as_another(
    server: LocalServer, names: Names, visit: Visit
) -> None:
    for name in ("ana", "ben", "eve"):
        server.sign_up(names(name))
    async with visit(server, names("ana"), kept=True) as ana:
        thread = await ana.writes_to(names("ben"))
        await lost(server, ana, names("ana"))
        ana.client.send(thread, "for ben's eyes")
        with pytest.raises(Refused, match=f"1 unsent message of {names('ana')}@example.org"):
            await ana.client.entry.sign_in(f"{names('eve')}@example.org", PASSWORD)
        assert sum(ana.client.unsent()) == 1
        await ana.client.entry.sign_in(f"{names('ana')}@example.org", PASSWORD)
        await ana.all_sent()
        await ana.sees("for ben's eyes")


async def test_after_signing_out_nothing_that_waited_goes_out_any_more(
    server: LocalServer, names: Names, visit: Visit
) -> None:
    for name in ("ana", "ben"):
        server.sign_up(names(name))
    async with visit(server, names("ana"), kept=True) as ana:
        thread = await ana.writes_to(names("ben"))
        await lost(server, ana, names("ana"))
        ana.client.send(thread, "dropped")
        await ana.client.entry.sign_out()
        assert ana.client.unsent() == (0, 0)
