"""Somebody else signs in where an account's messages still wait: nothing goes out under the wrong name, and
nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.conftest import Visit
from tests.journeys.guest import LIMIT, Guest
from tests.journeys.local import PASSWORD, LocalServer
from tests.journeys.revoking import due, end_every_session

from supachat.domain.entering import Password

Names = Callable[[str], str]


async def lost(server: LocalServer, ana: Guest, name: str) -> None:
    """The session of that account is over, and that was told."""
    end_every_session(server, name)
    due(ana.client)
    await ana.watch.until(lambda: ana.watch.lost, LIMIT)


async def enters(guest: Guest, name: str) -> None:
    await guest.client.entry.enter(Password(f"{name}@example.org", PASSWORD))
    await guest.watch.until(lambda: guest.client.online or None, LIMIT)


async def test_what_one_account_wrote_waits_for_it_while_another_one_is_here(
    server: LocalServer, names: Names, visit: Visit
) -> None:
    for name in ("ana", "ben", "eve"):
        server.sign_up(names(name))
    async with visit(server, names("ana"), kept=True) as ana:
        thread = await ana.writes_to(names("ben"))
        ana.client.send(thread, "hello ben")
        await ana.all_sent()
        await lost(server, ana, names("ana"))
        ana.client.send(thread, "for ben's eyes")
        ana.client.keep_text(thread, "and by the w")
        await enters(ana, names("eve"))
        assert (ana.client.unsent(), ana.client.open_thread) == ((0, 0), None)
        await ana.watch.until(lambda: not ana.bodies() or None, LIMIT)
        with_ben = await ana.writes_to(names("ben"))
        ana.client.send(with_ben, "eve here")
        await ana.all_sent()
        await ana.sees("eve here")
        await enters(ana, names("ana"))
        assert ana.client.text(thread) == "and by the w"
        ana.client.open(thread)
        await ana.all_sent()
        await ana.sees("hello ben", "for ben's eyes")


async def test_who_comes_back_in_a_later_run_finds_their_own(
    server: LocalServer, names: Names, visit: Visit
) -> None:
    for name in ("ana", "ben", "eve"):
        server.sign_up(names(name))
    async with visit(server, names("ana"), kept=True) as ana:
        thread = await ana.writes_to(names("ben"))
        ana.client.keep_text(thread, "ana's")
        await enters(ana, names("eve"))
        eves = await ana.writes_to(names("ben"))
        ana.client.keep_text(eves, "eve's")
    async with visit(server, names("ana"), kept=True) as again:
        # the same folder: eve was here last, until ana signed in
        assert again.client.text(thread) == "ana's"
        assert again.client.text(eves) == ""


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
