"""Tokens end, are taken away and change their key, and clocks go wrong, while messages flow both ways."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.faults.proxy import Proxy
from tests.journeys.flowing import flowing
from tests.journeys.guest import LIMIT, Guest
from tests.journeys.local import PASSWORD, LocalServer
from tests.journeys.revoking import end_every_session
from tests.journeys.storm import QUICK, all_sent, persist, rider, stored

from supachat.domain.entering import Password
from supachat.domain.health import LinkState
from supachat.remote.project import Project
from supachat.remote.waits import Waits
from supachat.server.keys import make_keys

LIFE = 4
"""Seconds that a token lives on the server of short tokens."""
Names = Callable[[str], str]


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server whose tokens live for seconds."""
    with LocalServer(tmp_path_factory.mktemp("brief") / "server", "--jwt-expiry", str(LIFE)) as running:
        yield running


@asynccontextmanager
async def two(
    server: LocalServer,
    names: Names,
    url: str = "",
    *,
    caches: tuple[Path | None, Path | None] = (None, None),
    waits: Waits | None = None,
    wall: Callable[[], float] = time.time,
    new: bool = True,
) -> AsyncIterator[tuple[Guest, Guest]]:
    """Ana, through whatever stands at `url`, by the clock `wall`, and Ben; `new` on this server. No wait of
    their links is shortened unless that is said: a busy machine is no reason to connect anew."""
    waits = waits or Waits()
    for name in ("ana", "ben") if new else ():
        server.sign_up(names(name))
    async with (
        rider(url or server.url, server.key, names("ana"), caches[0], waits=waits, wall=wall) as ana,
        rider(server.url, server.key, names("ben"), caches[1], waits=waits) as ben,
    ):
        await ana.writes_to(names("ben"))
        yield ana, ben


def token_of(guest: Guest) -> str:
    project = guest.client._run.need_remote()
    assert isinstance(project, Project)
    tokens = project._keeper._tokens
    return tokens.access if tokens else ""


async def another_token(guest: Guest, before: str) -> str:
    async with asyncio.timeout(LIMIT):
        while (token := token_of(guest)) in ("", before):
            await asyncio.sleep(0.02)
    return token


async def test_tokens_that_live_for_seconds_are_renewed_before_they_end(
    brief: LocalServer, names: Names
) -> None:
    async with two(brief, names) as (ana, ben), flowing(brief, ana, ben) as flow:
        token = token_of(ana)
        for _ in range(2):
            token = await another_token(ana, token)
            await flow.passes()
        assert ana.client.health.drops == 0, "a renewal is no reason to drop the connection"
        assert ana.watch.lost is None


async def test_a_token_that_ends_before_another_can_be_had_only_delays_what_is_written(
    brief: LocalServer, names: Names
) -> None:
    async with (
        Proxy(brief.url) as proxy,
        two(brief, names, proxy.url, waits=QUICK) as (ana, ben),
        flowing(brief, ana, ben) as flow,
    ):
        proxy.refuses = lambda path: path.startswith("/auth/")
        await ana.watch.until(lambda: ana.client.unsent()[0] > 20 or None, LIMIT)
        await flow.passes([ben])
        assert ana.watch.lost is None, "a server that does not answer takes no session away"
        proxy.refuses = lambda path: False
        await flow.passes()


async def test_a_revoked_session_asks_to_sign_in_and_what_was_written_meanwhile_goes_out_then(
    brief: LocalServer, names: Names, tmp_path: Path
) -> None:
    async with two(brief, names, caches=(tmp_path / "a.db", None)) as (ana, ben):
        brief.sign_up(names("eve"))
        with_eve = await ana.client.desk.start_thread("direct", names("eve"))
        async with flowing(brief, ana, ben) as flow:
            end_every_session(brief, names("ana"))
            await ana.watch.until(lambda: ana.watch.lost, LIMIT)
            assert "Sign in again" in str(ana.watch.lost)
            ana.client.keep_text(with_eve, "half a sentence")
            await flow.passes([ben])
            waiting, failed = ana.client.unsent()
            assert (waiting > 0, failed) == (True, 0), "what is written while signed out waits"
            await persist(lambda: ana.client.entry.enter(Password(f"{names('ana')}@example.org", PASSWORD)))
            await flow.passes()
            assert ana.client.text(with_eve) == "half a sentence"


async def test_a_changed_signing_key_is_answered_with_a_new_token(tmp_path: Path, names: Names) -> None:
    with LocalServer(tmp_path / "server", "--jwt-algorithm", "ES256") as server:
        async with two(server, names, waits=QUICK) as (ana, ben), flowing(server, ana, ben) as flow:
            token = token_of(ana)
            server.kill()
            (server.data_dir / "signing_key.json").unlink()
            await asyncio.to_thread(server.again)
            await flow.passes()
            assert token_of(ana) != token
            assert ana.watch.lost is None


def rotate_all(server: LocalServer) -> None:
    """Another secret, and with it another key: who signs their keys with it has to hand out a new one."""
    server.kill()
    file, made = server.data_dir / "keys.json", make_keys(time.time())
    held = json.loads(file.read_text("utf-8"))
    held |= {name: getattr(made, name) for name in ("jwt_secret", "publishable_key", "service_role_key")}
    file.write_text(json.dumps(held), "utf-8")
    server.again()


def refused(guest: Guest) -> bool | None:
    """The key is what is wrong, and what was written waits."""
    return ("key" in guest.client.health.last_error and guest.client.unsent() == (1, 0)) or None


async def test_a_rotated_secret_wants_another_key_and_what_was_written_goes_out_with_it(
    tmp_path: Path, names: Names
) -> None:
    """Nobody is signed out, nothing is said to be live, each text waits: with the new key it goes out."""
    caches = tmp_path / "a.db", tmp_path / "b.db"
    with LocalServer(tmp_path / "server") as server:
        async with two(server, names, caches=caches, waits=QUICK) as both:
            thread = both[0].client.open_thread
            assert thread is not None
            async with flowing(server, *both) as flow:
                await flow.passes()
            await asyncio.to_thread(rotate_all, server)
            for one in both:
                one.client.send(thread, f"{one.client.workspace} writes with the old key")
            for one in both:
                await one.watch.until(partial(refused, one), LIMIT)
                assert one.watch.lost is None
                assert one.client.health.link.state not in (LinkState.CONNECTED, LinkState.POLLING)
        async with two(server, names, caches=caches, waits=QUICK, new=False) as both:
            await all_sent(both)  # before others follow: a busy machine always has one under way
            async with flowing(server, *both) as flow:
                await flow.passes()
            old = [body for _, body in stored(server, thread) if body.endswith("with the old key")]
            assert sorted(old) == [f"{names(name)} writes with the old key" for name in ("ana", "ben")]


class Clock:
    """This computer's, `off` seconds ahead."""

    def __init__(self, off: float = 0.0) -> None:
        self.off = off

    def wall(self) -> float:
        return time.time() + self.off

    async def is_said(self, ana: Guest) -> None:
        """The badge can say how wrong it is."""
        async with asyncio.timeout(LIMIT):
            while abs(ana.client.health.link.clock_skew - self.off) >= 5:
                await asyncio.sleep(0.02)


HOUR_OFF = pytest.mark.parametrize("wrong", [-3600.0, 3600.0])


@HOUR_OFF
async def test_a_clock_an_hour_off_changes_nothing_but_is_said(
    server: LocalServer, names: Names, wrong: float
) -> None:
    clock = Clock(wrong)
    async with two(server, names, wall=clock.wall) as (ana, ben), flowing(server, ana, ben) as flow:
        await clock.is_said(ana)
        await flow.passes()
        assert ana.watch.lost is None
        assert ana.client.health.link.state is LinkState.CONNECTED


@HOUR_OFF
async def test_a_clock_that_is_set_an_hour_wrong_and_right_again_under_way_changes_nothing(
    server: LocalServer, names: Names, wrong: float
) -> None:
    clock = Clock()
    async with two(server, names, wall=clock.wall) as (ana, ben), flowing(server, ana, ben) as flow:
        for clock.off in (wrong, 0.0):
            await flow.passes()
            await clock.is_said(ana)
        await flow.passes()
        assert ana.watch.lost is None
