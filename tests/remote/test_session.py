"""The session's keeper: refreshed in time, kept through every outage, ended by the server's word alone."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.remote.gotrue import Clock, GoTrue
from tests.remote.keepers import FAST, USER, Kept_, Make, clock, holding, make, server
from tests.remote.phoenix import until

from supachat.domain.entering import NewAccount, Password
from supachat.domain.errors import (
    BadCredentials,
    RateLimited,
    ServerTrouble,
    SessionEnded,
    SupachatError,
    Unreachable,
)
from supachat.remote.vault import Kept

__all__ = ["clock", "make", "server"]  # fixtures


# ---------------------------------------------------------------- signing in and out


async def test_sign_in_keeps_the_refresh_token(make: Make) -> None:
    one = make()
    account = await one.keeper.enter(Password("alice@example.org", "right"))
    assert account is not None
    assert account.user_id == USER
    assert await one.stored() == "refresh-1"
    assert await one.keeper.access() == "access-1"


async def test_a_wrong_password_changes_nothing(make: Make, server: GoTrue) -> None:
    one = make(await holding(server))
    await one.keeper.restore()
    with pytest.raises(BadCredentials):
        await one.keeper.enter(Password("alice@example.org", "wrong"))
    assert await one.stored() == "refresh-1"
    assert await one.keeper.access() == "access-2"


async def test_sign_up_with_and_without_a_mail(make: Make, server: GoTrue) -> None:
    one = make()
    server.sign_up_needs_mail = True
    assert await one.keeper.enter(NewAccount("a@example.org", "right", "Alice")) is None
    assert not one.keeper.signed_in
    server.sign_up_needs_mail = False
    assert await one.keeper.enter(NewAccount("a@example.org", "right", "Alice")) is not None
    assert await one.stored() == "refresh-1"


async def test_sign_out_is_of_this_session_only(make: Make, server: GoTrue) -> None:
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    await one.keeper.sign_out()
    assert server.out == ["local Bearer access-1"]
    assert await one.stored() is None
    with pytest.raises(SessionEnded):
        await one.keeper.access()
    assert one.told.lost == [], "the person knows"


async def test_sign_out_works_offline(make: Make, server: GoTrue) -> None:
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    server.down = httpx.ConnectError("offline")
    await one.keeper.sign_out()
    assert await one.stored() is None
    assert not one.keeper.signed_in


# ---------------------------------------------------------------- restoring


async def test_nothing_kept_nothing_restored(make: Make) -> None:
    assert not await make().keeper.restore()


async def test_an_offline_start_keeps_the_session(make: Make, server: GoTrue) -> None:
    """The library deletes the stored session after 103 seconds without a network."""
    one = make(await holding(server))
    server.down = httpx.ConnectError("offline")
    assert await one.keeper.restore()
    one.run()
    with pytest.raises(Unreachable):
        await one.keeper.access()
    for _ in range(20):
        one.keeper.hurry()
        await asyncio.sleep(0)
    assert one.told.lost == []
    assert await one.stored() == "refresh-1"
    server.down = None
    one.clock.pass_(5)
    await until(lambda: one.told.tokens, "refreshed by itself")
    assert await one.stored() == "refresh-2"


@pytest.mark.parametrize(
    "down", [500, 502, 503, 520, 429, httpx.ReadTimeout("slow"), httpx.ReadError("cut")]
)
async def test_trouble_never_ends_a_session(make: Make, server: GoTrue, down: Exception | int) -> None:
    one = make(await holding(server))
    server.down = down
    await one.keeper.restore()
    with pytest.raises(SupachatError) as caught:
        await one.keeper.access()
    assert not isinstance(caught.value, SessionEnded)
    assert one.keeper.signed_in
    assert await one.stored() == "refresh-1"


async def test_the_servers_word_ends_it(make: Make, server: GoTrue) -> None:
    one = make()
    await one.vault.save("revoked", USER)
    await one.keeper.restore()
    one.run()
    await until(lambda: one.told.lost, "told")
    assert "Sign in again" in one.told.lost[0]
    assert await one.stored() is None
    assert server.refused == ["revoked"], "asked once"
    with pytest.raises(SessionEnded):
        await one.keeper.access()


# ---------------------------------------------------------------- refreshing


async def test_refreshed_at_three_quarters_of_its_life(make: Make, clock: Clock) -> None:
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    one.run()
    clock.pass_(3600 * 0.76)
    await until(lambda: one.told.tokens == ["access-2"], "renewed")
    assert await one.stored() == "refresh-2"


async def test_a_machine_that_slept_renews_and_says_so(make: Make, clock: Clock) -> None:
    """The monotonic clock stood still: only the wall knows."""
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    one.run()
    await asyncio.sleep(0)
    clock.sleep(7200)
    await until(lambda: one.told.resumes == 1 and one.told.tokens == ["access-2"], "awake")


async def test_a_clock_that_is_set_back_does_not_stop_refreshing(make: Make, clock: Clock) -> None:
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    one.run()
    clock.wall_at -= 86_400
    clock.pass_(3000)
    await until(lambda: one.told.tokens == ["access-2"], "renewed")


async def test_a_short_life_is_no_storm(make: Make, server: GoTrue, clock: Clock) -> None:
    """Tokens that live a minute: asked for ten times, renewed once they are nearly over."""
    server.life = 60
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    for _ in range(10):
        assert await one.keeper.access() == "access-1"
    clock.pass_(46)
    assert await one.keeper.access() == "access-2"


async def test_five_at_once_make_one_refresh(make: Make, server: GoTrue, clock: Clock) -> None:
    """The library makes five, of which a strict server takes one."""
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    clock.pass_(3590)
    tokens = await asyncio.gather(*(one.keeper.access() for _ in range(5)))
    assert set(tokens) == {"access-2"}
    assert server.spent == ["refresh-1"]
    assert server.refused == []


async def test_a_server_that_takes_no_token_is_spared(make: Make, server: GoTrue, clock: Clock) -> None:
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    assert await one.keeper.renew("access-1") == "access-1", "it is too new to be the reason"
    clock.pass_(6)
    assert await one.keeper.renew("access-1") == "access-2"
    assert await one.keeper.renew("access-1") == "access-2", "somebody did it already"
    assert len(server.spent) == 1


class Busy(GoTrue):
    asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return httpx.Response(429, headers={"retry-after": "300"}, json={"msg": "slow down"})


async def test_a_server_that_asks_for_patience_gets_it_whoever_wants_a_token(
    make: Make, server: GoTrue, clock: Clock
) -> None:
    busy = Busy()
    one = Kept_(busy, clock, await holding(server))
    await one.keeper.restore()
    for left in (300.0, 180.0, 60.0):
        with pytest.raises(RateLimited) as caught:
            await one.keeper.access()
        assert caught.value.after == left
        clock.pass_(120)
    assert busy.asked == 1
    with pytest.raises(RateLimited):
        await one.keeper.access()
    assert busy.asked == 2


async def test_a_persons_hand_may_try_once_though_the_server_asked_for_patience(
    server: GoTrue, clock: Clock
) -> None:
    """A laptop may sleep through the hour, and whoever presses a key may know that the trouble is over."""
    busy = Busy()
    one = Kept_(busy, clock, await holding(server))
    await one.keeper.restore()
    for asked in (1, 2, 3):
        for _ in range(30):
            one.keeper.hurry()
            with pytest.raises(RateLimited):
                await one.keeper.access()
        assert busy.asked == asked, "half a minute after the last try at the soonest"
        clock.pass_(FAST.limited)
    for _ in range(2):
        with pytest.raises(RateLimited):
            await one.keeper.access()
        assert busy.asked == 4, "and then what the server asked for, while no hand is there"
        clock.pass_(200)


async def test_a_server_in_trouble_is_not_stormed_however_many_want_a_token(
    server: GoTrue, clock: Clock
) -> None:
    """Each request, each topic and each press of a key wants one: it was asked 60 times a second."""
    one = Kept_(server, clock, await holding(server))
    await one.keeper.restore()
    server.down = 503
    for _ in range(600):
        one.keeper.hurry()
        with pytest.raises(ServerTrouble):
            await one.keeper.access()
        clock.pass_(0.1)
    assert 12 <= len(one.asked) <= 24, "once in five seconds, but for the first ones"
    server.down = None
    clock.pass_(FAST.poke_gap)
    assert await one.keeper.access() == "access-2"


async def test_where_no_token_is_ever_taken_fewer_and_fewer_are_spent(
    make: Make, server: GoTrue, clock: Clock
) -> None:
    """Two parts of a project that do not share a secret: it was a refresh token every five seconds."""
    one = make(await holding(server))
    await one.keeper.restore()
    for _ in range(3600):
        await one.keeper.renew(await one.keeper.access())
        clock.pass_(1)
    assert 12 <= len(server.spent) <= 20
    clock.pass_(3600)
    assert await one.keeper.access() == f"access-{server.issued}"
    clock.pass_(6)
    spent = len(server.spent)
    await one.keeper.renew(await one.keeper.access())
    assert len(server.spent) == spent + 1, "one that lived its life is no sign of that"


async def test_what_nobody_foresaw_does_not_end_the_renewal(
    make: Make, server: GoTrue, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make(await holding(server))
    await one.keeper.restore()
    tries: list[int] = []
    load = one.vault.load

    async def breaks() -> Kept | None:
        tries.append(1)
        if len(tries) == 1:
            raise LookupError("of a library's own")
        return await load()

    monkeypatch.setattr(one.vault, "load", breaks)
    one.run()
    await until(lambda: one.told.tokens, "renewed after all")


@pytest.mark.parametrize("life", [-5, 0, 1, 10**400])
async def test_a_life_that_cannot_be_costs_no_refresh_at_each_request(
    make: Make, server: GoTrue, life: int
) -> None:
    """An hour is assumed, or what is said for as long as it is new: 197 refresh tokens went in 6 s."""
    server.life = life
    one = make(await holding(server))
    await one.keeper.restore()
    for _ in range(20):
        assert await one.keeper.access() == "access-2"
        one.clock.pass_(0.2)
    assert len(server.spent) == 1
    assert await one.stored() == "refresh-2"


@pytest.mark.parametrize(
    "wrong",
    [
        {"refresh_token": ""},
        {"access_token": ""},
        {
            "user": {
                "id": "somebody else",
                "app_metadata": {},
                "user_metadata": {},
                "aud": "",
                "created_at": 0,
            }
        },
    ],
)
async def test_a_session_that_was_not_asked_for_costs_neither_the_session_nor_the_account(
    make: Make, server: GoTrue, clock: Clock, wrong: dict[str, object]
) -> None:
    """An empty refresh token was stored over the good one: the next start asked to sign in."""

    class Odd(GoTrue):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = super().__call__(request)
            return httpx.Response(200, json={**answer.json(), **wrong})

    odd = Odd()
    one = Kept_(odd, clock, await holding(odd))
    await one.keeper.restore()
    with pytest.raises(ServerTrouble):
        await one.keeper.access()
    assert await one.stored() == "refresh-1"
    assert one.keeper.signed_in
    assert one.keeper.account is None
