"""A session among other processes and other accounts: what is shown first, what is left alone."""

from __future__ import annotations

import httpx
import pytest
from tests.remote.gotrue import Clock, GoTrue
from tests.remote.keepers import USER, Broken, Make, clock, holding, make, server

from supachat.domain.entering import Mailed, Nobody, Password
from supachat.domain.errors import BadInput, SessionEnded, Unreachable, VaultError
from supachat.remote.vault import Kept

__all__ = ["clock", "make", "server"]  # fixtures


async def test_after_a_failed_write_the_newer_token_is_shown_and_the_old_one_never(
    make: Make, server: GoTrue, clock: Clock
) -> None:
    """A server takes an old token that is shown late for a theft, and ends the whole session."""
    vault = Broken()
    vault.broken = False
    await vault.save(server.session(), USER)
    one = make(vault)
    await one.keeper.restore()
    assert await one.keeper.access() == "access-2"
    await one.keeper.enter(Password("alice@example.org", "right"))
    vault.save = _fails  # type: ignore[method-assign]  # the disk is full from here on
    clock.pass_(3590)
    await one.keeper.access()
    clock.pass_(3590)
    await one.keeper.access()
    assert server.refused == []
    assert one.told.unkept == ["the disk is full"], "told once"


async def _fails(refresh_token: str, user_id: str) -> None:
    raise VaultError("the disk is full")


async def test_a_session_of_another_account_is_not_written_over(make: Make, clock: Clock) -> None:
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    theirs = Kept("somebody-else's", "another-user")
    await one.vault.save(*theirs)
    clock.pass_(3590)
    assert await one.keeper.access() == "access-2"
    assert await one.vault.load() == theirs
    assert "Another account was signed in" in one.told.unkept[0]
    await one.keeper.sign_out()
    assert await one.vault.load() == theirs, "signing out is of our own session"


async def test_signing_in_anew_takes_the_place(make: Make) -> None:
    one = make()
    await one.vault.save("somebody-else's", "another-user")
    await one.keeper.enter(Password("alice@example.org", "right"))
    assert await one.stored() == "refresh-1"
    assert one.told.unkept == []


async def test_a_session_of_an_earlier_run_is_ended_at_the_server_too(make: Make, server: GoTrue) -> None:
    """Nothing was renewed yet in this run, and the server wants a good token to end a session."""
    one = make(await holding(server))
    await one.keeper.restore()
    await one.keeper.sign_out()
    assert server.out == ["local Bearer access-2"]
    assert await one.stored() is None


async def test_everywhere_is_all_or_nothing(make: Make, server: GoTrue) -> None:
    one = make(await holding(server))
    await one.keeper.restore()
    server.down = httpx.ConnectError("offline")
    with pytest.raises(Unreachable):
        await one.keeper.revoke_all()
    assert one.keeper.signed_in
    assert await one.stored() == "refresh-1"
    server.down = None
    one.clock.pass_(1)
    await one.keeper.revoke_all()
    assert server.out == ["global Bearer access-2"]


async def test_a_session_that_is_over_is_over_for_a_sign_out_too(make: Make, server: GoTrue) -> None:
    one = make()
    await one.vault.save("revoked", USER)
    await one.keeper.restore()
    await one.keeper.sign_out()
    assert await one.stored() is None
    assert one.told.lost == []


async def test_nobody_in_particular(make: Make) -> None:
    one = make()
    account = await one.keeper.enter(Nobody())
    assert account is not None
    assert await one.stored() == "refresh-1"


async def test_a_code_without_its_address_is_asked_for(make: Make, server: GoTrue) -> None:
    one = make()
    with pytest.raises(BadInput, match="needs its e-mail address"):
        await one.keeper.enter(Mailed("", "483120"))
    with pytest.raises(SessionEnded):
        await one.keeper.access()
