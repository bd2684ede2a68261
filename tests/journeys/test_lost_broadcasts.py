"""A server that loses broadcasts without a sign: the screens are right within a minute and say so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from tests.faults.proxy import Proxy
from tests.journeys.local import LocalServer
from tests.journeys.storm import SPEED, all_sent, ids, rider, stored

from supachat.domain.errors import Unreachable
from supachat.domain.health import Grade, LinkState
from supachat.remote.waits import Waits

MINUTE = 60.0 / SPEED
LOST = 30
SLACK = 15.0
"""Seconds, not scaled, that a machine with other things to do may take for its part."""


async def test_thirty_broadcasts_lost_in_a_row_are_found_within_a_minute(
    server: LocalServer, names: Callable[[str], str]
) -> None:
    ana, ben = names("ana"), names("ben")
    server.sign_up(ana)
    server.sign_up(ben)
    async with (
        Proxy(server.url) as proxy,
        # The link's own waits are not scaled: on a busy machine a short one would make it connect anew,
        # and what is read after that is no row that realtime missed.
        rider(proxy.url, server.key, ana, None, waits=Waits()) as a,
        rider(server.url, server.key, ben, None) as b,
    ):
        thread = await b.writes_to(ana)
        a.client.open(thread)
        b.client.send(thread, "the last that is heard")
        await a.sees("the last that is heard")
        await a.watch.until(lambda: a.client.health.grade is Grade.GREEN or None)
        # rows and the notices of them; presence, replies and heartbeats go on, so nothing looks amiss
        proxy.swallows = lambda frame: b'"broadcast"' in frame and b'"phx_reply"' not in frame
        for lot in range(3):
            for number in range(LOST):
                b.client.send(thread, f"unheard {lot} {number}")
            await all_sent([b])
            began = time.monotonic()
            expected = [id_ for id_, _ in stored(server, thread)]
            while ids(a) != expected:
                assert time.monotonic() - began < MINUTE + SLACK, "a minute is over"
                await asyncio.sleep(0.05)
            with suppress(Unreachable):  # what a catch-up still under way has read is no miss: once more
                await a.watch.until(lambda: a.client.health.missed >= LOST or None, SLACK)
                break
        health = a.client.health
        assert health.link.state is LinkState.CONNECTED, "the link itself was never in doubt"
        assert a.client.health.missed >= LOST
        assert a.client.health.grade is Grade.YELLOW, "the badge says that realtime lost something"
