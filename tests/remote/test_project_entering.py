"""How one comes into a scripted project, and how one leaves it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest
from tests.remote.ears import ENDLESS
from tests.remote.phoenix import until
from tests.remote.world import ADA, USER, World, entered

from supachat.dialects.grammar import Dialect
from supachat.domain import events as ev
from supachat.domain.entering import NewAccount, Password
from supachat.domain.errors import (
    BadCredentials,
    BadInput,
    DialectError,
    KeyRefused,
    SessionEnded,
    Unreachable,
)
from supachat.domain.feeds import FeedInfo
from supachat.domain.health import LinkState
from supachat.domain.model import Feature, Person
from supachat.remote.connection import Connection
from supachat.remote.performing import Performer
from supachat.remote.project import Project
from supachat.remote.vault import Kept, MemoryVault

# ---------------------------------------------------------------- coming in


async def test_a_kept_session_comes_in_by_itself(world: World) -> None:
    await world.keep_a_session()
    await world.begin()
    signed = await world.hears(ev.SignedIn)
    assert (signed.account.user_id, signed.account.name) == (USER, "Ada")
    [source] = signed.sources
    assert (source.name, source.me) == ("direct", ADA)
    assert Feature.SEND in source.features
    await until(lambda: world.heard(ev.ListStale), "the reader's own topic was joined")
    assert world.server.topics() == [f"user:{USER}"]
    assert world.server.joins[0].token == "access-2"


async def test_nothing_kept_is_said_at_once_and_without_a_network(world: World) -> None:
    await world.begin()
    assert (await world.hears(ev.SessionLost)).reason == ""
    assert world.heard(ev.LinkMoved)[-1].link.state is LinkState.SIGNED_OUT
    assert world.http.asked == []
    assert world.server.opened == []


async def test_signing_in(world: World) -> None:
    project = await world.begin()
    with pytest.raises(BadCredentials):
        await project.enter(Password("ada@example.org", "wrong"))
    account = await project.enter(Password("ada@example.org", "right"))
    assert account is not None
    assert account.user_id == USER
    await world.hears(ev.SignedIn)
    kept = await world.vault.load()
    assert kept is not None
    assert kept.user_id == USER


async def test_signing_in_before_the_start(world: World) -> None:
    """The demo signs itself in before the client has the remote. Nobody is asked to sign in again."""
    project = await world.begin(start=False)
    await project.enter(Password("ada@example.org", "right"))
    await project.start()
    await world.hears(ev.SignedIn)
    await world.hears(ev.ListStale)
    assert len(world.heard(ev.SignedIn)) == 1
    assert world.heard(ev.SessionLost) == []


async def test_signing_in_while_the_keyring_still_thinks(world: World) -> None:
    class Slow(MemoryVault):
        asked, answer = False, asyncio.Event()

        async def load(self) -> Kept | None:
            self.asked = True
            await self.answer.wait()
            return None

    world.vault = slow = Slow()
    project = await world.begin()
    await until(lambda: slow.asked, "the keyring is asked")
    await project.enter(Password("ada@example.org", "right"))
    await world.hears(ev.SignedIn)
    slow.answer.set()
    with pytest.raises(AssertionError, match="not within"):
        await until(lambda: world.heard(ev.SessionLost), "asked to sign in again", 0.3)


async def test_signing_up_needs_a_mail(world: World) -> None:
    world.auth.sign_up_needs_mail = True
    project = await world.begin()
    assert await project.enter(NewAccount("ada@example.org", "right", "Ada")) is None
    assert world.heard(ev.SignedIn) == []


async def test_an_offline_start_comes_in_when_the_network_does(world: World) -> None:
    await world.keep_a_session()
    world.auth.down = httpx.ConnectError("offline")
    project = await world.begin()
    await until(lambda: len(world.http.asked) >= 3, "tried again and again")
    assert world.heard(ev.SessionLost) == []
    with pytest.raises(Unreachable):
        await project.perform(ev.ListThreads("direct"))
    trying = {LinkState.RECONNECTING, LinkState.DISCONNECTED}
    await until(lambda: trying & {event.link.state for event in world.heard(ev.LinkMoved)}, "it says so")
    world.auth.down = None
    project.poke()
    await world.hears(ev.SignedIn)


async def test_whoever_gets_a_token_lets_the_entrance_in(world: World) -> None:
    """Whoever asks in vain makes the others wait: the first to be given one calls them."""
    world.waits = replace(world.waits, backoff_first=900.0, backoff_cap=900.0)
    await world.keep_a_session()
    world.auth.down = httpx.ConnectError("offline")
    await world.begin()
    await until(lambda: world.heard(ev.LinkMoved), "tried")
    await until(lambda: len(world.http.asked) >= 2, "tried again, by the keeper")
    world.auth.down = None
    await world.hears(ev.SignedIn)


@pytest.mark.parametrize("status", [302, 401, 404])
async def test_whoever_stands_in_the_way_at_the_start_only_keeps_one_waiting(
    world: World, status: int
) -> None:
    """A hotel's page, a gateway without its keys: what they say is no word on the session."""
    await world.keep_a_session()
    world.auth.down = status
    project = await world.begin()
    await until(lambda: len(world.http.asked) >= 3, "tried again and again")
    world.auth.down = None
    project.poke()
    await world.hears(ev.SignedIn)


async def test_missing_tables_cost_the_source_and_nothing_else(world: World) -> None:
    world.rest.answers["/rpc/supachat_whoami"] = 404
    await world.keep_a_session()
    project = await world.begin()
    [source] = (await world.hears(ev.SignedIn)).sources
    assert (source.me, source.features) == ("", frozenset())
    with pytest.raises(DialectError, match="dialect sql"):
        await project.perform(ev.ListThreads("direct"))


@pytest.mark.parametrize(
    ("url", "key", "error"),
    [
        ("http://example.org", "sb_publishable_x", BadInput),
        ("https://x.supabase.co", "sb_secret_x", KeyRefused),
    ],
)
def test_what_may_not_be_used_is_refused_before_anything_is_built(
    url: str, key: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Project(url, key, [], MemoryVault())


# ---------------------------------------------------------------- leaving


async def test_signing_out_lets_go_of_everything(world: World) -> None:
    project = await entered(world)
    await project.sign_out()
    assert world.auth.out != []
    assert await world.vault.load() is None
    await until(lambda: world.heard(ev.LinkMoved)[-1].link.state is LinkState.SIGNED_OUT, "said")
    with pytest.raises(Unreachable):
        await project.perform(ev.ListThreads("direct"))
    await project.enter(Password("ben@example.org", "right"))
    await world.hears(ev.SignedIn, 2)
    await until(lambda: world.server.topics(1) == [f"user:{USER}"], "only the reader's own topic")


async def test_a_session_that_the_server_ends_is_told_and_the_link_goes_down(world: World) -> None:
    project = await entered(world)
    world.auth.valid.clear()
    world.rest.refuses.add("access-2")
    with pytest.raises(SessionEnded):
        await project.perform(ev.ListThreads("direct"))
    assert "Sign in again" in (await world.hears(ev.SessionLost)).reason
    await until(lambda: world.heard(ev.LinkMoved)[-1].link.state is LinkState.SIGNED_OUT, "down")


async def test_whoever_signs_in_during_a_slow_good_bye_is_not_taken_off_the_link_by_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()

    async def slow(connection: Connection) -> None:
        begun.set()
        await gone.wait()

    project = await entered(world)
    monkeypatch.setattr(Connection, "farewell", slow)
    world.auth.valid.clear()
    world.rest.refuses.add("access-2")
    with pytest.raises(SessionEnded):
        await project.perform(ev.ListThreads("direct"))
    await asyncio.wait_for(begun.wait(), 30)
    enters = asyncio.create_task(project.enter(Password("ada@example.org", "right")))
    again = asyncio.create_task(world.hears(ev.SignedIn, 2))
    await asyncio.wait([again], timeout=0.3)  # who did not wait for the goodbye would be in by now
    gone.set()
    for _ in range(20):
        await asyncio.sleep(0)  # it ends, and with it whatever it has to say
    await asyncio.gather(enters, again)
    await until(lambda: world.server.topics(1) == [f"user:{USER}"], "the reader's own topic is joined anew")
    await until(lambda: links(world)[-1] == [LinkState.CONNECTED, 1], "and stays joined")


def links(world: World) -> list[list[object]]:
    return [[event.link.state, event.link.joined] for event in world.heard(ev.LinkMoved)]


async def test_nobody_is_left_at_the_door_by_a_stumble(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said "connected" and never came in."""
    whole, broken = Performer.me, [True]

    async def once(self: Performer, dialect: Dialect, user_id: str) -> tuple[Person, tuple[FeedInfo, ...]]:
        if broken:
            broken.clear()
            raise RuntimeError("a defect")
        return await whole(self, dialect, user_id)

    monkeypatch.setattr(Performer, "me", once)
    await world.keep_a_session()
    await world.begin()
    await world.hears(ev.SignedIn)


async def test_whoever_comes_online_while_they_sign_out_is_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link tried for ever with a session that was no more."""
    project = await entered(world)
    answers, load = asyncio.Event(), world.vault.load

    async def slow() -> Kept | None:
        await answers.wait()
        return await load()

    monkeypatch.setattr(world.vault, "load", slow)
    project.go_offline()
    await until(lambda: links(world)[-1][0] is LinkState.OFFLINE, "offline")
    out = asyncio.create_task(project.sign_out())
    await until(lambda: links(world)[-1][0] is LinkState.SIGNED_OUT, "the link is let go of")
    project.go_online()
    await until(lambda: links(world)[-1][0] is not LinkState.SIGNED_OUT, "it is not signed out yet")
    answers.set()
    await out
    await until(lambda: links(world)[-1][0] is LinkState.SIGNED_OUT, "signed out")


@pytest.mark.parametrize("how", ["half open", "server gone", "at once", "offline"])
async def test_closing_waits_for_nothing_but_the_goodbye(world: World, how: str) -> None:
    world.waits = replace(ENDLESS, token_left=60.0, token_early=60.0)  # the token is not renewed meanwhile
    if how == "offline":
        world.auth.down = httpx.ConnectError("offline")
        await world.keep_a_session()
        project = await world.begin()
    elif how == "at once":
        await world.keep_a_session()
        project = await world.begin()
    else:
        project = await entered(world)
    if how == "half open":
        world.server.freeze()
    if how == "server gone":
        await world.server.stop()
    async with asyncio.timeout(30):
        await project.close()
