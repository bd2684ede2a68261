"""Tokens end, are taken away and change their key while messages flow: nobody notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.storm import all_sent, ids, rider, stored

from supachat.domain.health import LinkState

LIFE = 4
"""Seconds that a token lives here."""


async def converse(server: LocalServer, a: Guest, b: Guest, seconds: float, say: str) -> int:
    """Both write for so long; how many each has written, once both have everything."""
    thread = await a.writes_to("ben")
    b.client.open(thread)
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for who in (a, b):
            who.client.send(thread, f"{say} {number}")
        number += 1
        await asyncio.sleep(0.05)
    await all_sent([a, b])
    expected = [id_ for id_, _ in stored(server, thread)][-50:]
    for who in (a, b):
        while ids(who)[-50:] != expected:
            await who.watch.turn()
    return number


async def test_tokens_that_live_for_seconds_are_renewed_before_they_end(tmp_path: Path) -> None:
    with LocalServer(tmp_path / "server", "--jwt-expiry", str(LIFE)) as server:
        for name in ("ana", "ben"):
            server.sign_up(name)
        async with (
            rider(server.url, server.key, "ana", None) as a,
            rider(server.url, server.key, "ben", None) as b,
        ):
            number = await converse(server, a, b, 3 * LIFE, "message")
            assert len(stored(server, await a.writes_to("ben"))) == 2 * number
            assert a.client.health.drops == 0, "a renewal is no reason to drop the connection"
            assert a.watch.lost is None


async def test_a_changed_signing_key_is_answered_with_a_new_token(tmp_path: Path) -> None:
    with LocalServer(tmp_path / "server", "--jwt-algorithm", "ES256") as server:
        for name in ("ana", "ben"):
            server.sign_up(name)
        async with (
            rider(server.url, server.key, "ana", None) as a,
            rider(server.url, server.key, "ben", None) as b,
        ):
            before = await converse(server, a, b, 0.5, "before")
            server.kill()
            (server.data_dir / "signing_key.json").unlink()
            await asyncio.to_thread(server.again)
            after = await converse(server, a, b, 0.5, "after")
            assert len(stored(server, await a.writes_to("ben"))) == 2 * (before + after)
            assert a.watch.lost is None


@pytest.mark.parametrize("wrong", [-3600.0, 3600.0])
async def test_a_clock_an_hour_off_changes_nothing_but_is_said(
    server: LocalServer, names: Callable[[str], str], wrong: float
) -> None:
    ana, ben = names("ana"), names("ben")
    server.sign_up(ana)
    server.sign_up(ben)

    def wall() -> float:
        return time.time() + wrong

    async with (
        rider(server.url, server.key, ana, None, wall=wall) as a,
        rider(server.url, server.key, ben, None) as b,
    ):
        thread = await a.writes_to(ben)
        b.client.open(thread)
        for number in range(10):
            a.client.send(thread, f"from the wrong hour {number}")
            b.client.send(thread, f"from the right one {number}")
        await all_sent([a, b])
        expected = [id_ for id_, _ in stored(server, thread)]
        for who in (a, b):
            while ids(who) != expected:
                await who.watch.turn()
        assert a.client.health.link.state is LinkState.CONNECTED
        skew = a.client.health.link.clock_skew
        assert abs(skew - wrong) < 5, "the badge can say how wrong the clock is"
