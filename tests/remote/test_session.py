"""The session's keeper: refreshed in time, kept through every outage, ended by the server's word alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from tests.remote.answers import Scripted, client_of
from tests.remote.gotrue import Clock, GoTrue
from tests.remote.phoenix import until

from supachat.domain.errors import (
    BadCredentials,
    SessionEnded,
    SupachatError,
    Unreachable,
    VaultError,
)
from supachat.domain.text import Safe
from supachat.remote.session import Keeper
from supachat.remote.vault import FileVault, Kept, MemoryVault, Vault
from supachat.remote.waits import scaled

FAST = scaled(0.02, token_left=60.0, token_early=300.0, poke_gap=5.0, http_connect=1.0, lock=5.0)
USER = "01a1f8c8-2f5e-709b-8340-b3b82435e7a8"
"""The user of the recorded sign-in."""


class Told:
    """Who the keeper tells."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.lost: list[str] = []
        self.unkept: list[str] = []
        self.resumes = 0

    def token_renewed(self, token: str) -> None:
        self.tokens.append(token)

    def session_lost(self, reason: Safe) -> None:
        self.lost.append(reason)

    def session_unkept(self, reason: Safe) -> None:
        self.unkept.append(reason)

    def resumed(self) -> None:
        self.resumes += 1


class Kept_:
    """A keeper and all that a test looks at. `run` starts its loop; it is stopped at the end."""

    def __init__(self, server: GoTrue, clock: Clock, vault: Vault) -> None:
        self.told, self.vault, self.clock = Told(), vault, clock
        self.keeper = Keeper(
            client_of(Scripted(server)),
            vault,
            self.told,
            FAST,
            clock=clock.mono,
            wall=clock.wall,
            luck=lambda: 0.5,
        )
        self.task: asyncio.Task[None] | None = None

    def run(self) -> None:
        self.task = asyncio.create_task(self.keeper.run())

    async def stored(self) -> str | None:
        kept = await self.vault.load()
        return kept.refresh_token if kept else None


Make = Callable[..., Kept_]


@pytest.fixture
def server() -> GoTrue:
    return GoTrue()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make(server: GoTrue, clock: Clock) -> AsyncIterator[Make]:
    made: list[Kept_] = []

    def make(vault: Vault | None = None) -> Kept_:
        made.append(Kept_(server, clock, vault or MemoryVault()))
        return made[-1]

    yield make
    tasks = [one.task for one in made if one.task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def holding(server: GoTrue) -> MemoryVault:
    """A vault with a good session in it."""
    vault = MemoryVault()
    await vault.save(server.session(), USER)
    return vault


# ---------------------------------------------------------------- signing in and out


async def test_sign_in_keeps_the_refresh_token(make: Make) -> None:
    one = make()
    account = await one.keeper.sign_in("alice@example.org", "right")
    assert account.user_id == USER
    assert await one.stored() == "refresh-1"
    assert await one.keeper.access() == "access-1"


async def test_a_wrong_password_changes_nothing(make: Make, server: GoTrue) -> None:
    one = make(await holding(server))
    await one.keeper.restore()
    with pytest.raises(BadCredentials):
        await one.keeper.sign_in("alice@example.org", "wrong")
    assert await one.stored() == "refresh-1"
    assert await one.keeper.access() == "access-2"


async def test_sign_up_with_and_without_a_mail(make: Make, server: GoTrue) -> None:
    one = make()
    server.sign_up_needs_mail = True
    assert await one.keeper.sign_up("a@example.org", "right", "Alice") is None
    assert not one.keeper.signed_in
    server.sign_up_needs_mail = False
    assert await one.keeper.sign_up("a@example.org", "right", "Alice") is not None
    assert await one.stored() == "refresh-1"


async def test_sign_out_is_of_this_session_only(make: Make, server: GoTrue) -> None:
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    await one.keeper.sign_out()
    assert server.out == ["local Bearer access-1"]
    assert await one.stored() is None
    with pytest.raises(SessionEnded):
        await one.keeper.access()
    assert one.told.lost == [], "the person knows"


async def test_sign_out_works_offline(make: Make, server: GoTrue) -> None:
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
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
    await one.keeper.sign_in("alice@example.org", "right")
    one.run()
    clock.pass_(3600 * 0.76)
    await until(lambda: one.told.tokens == ["access-2"], "renewed")
    assert await one.stored() == "refresh-2"


async def test_a_machine_that_slept_renews_and_says_so(make: Make, clock: Clock) -> None:
    """The monotonic clock stood still: only the wall knows."""
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    one.run()
    await asyncio.sleep(0)
    clock.sleep(7200)
    await until(lambda: one.told.resumes == 1 and one.told.tokens == ["access-2"], "awake")


async def test_a_clock_that_is_set_back_does_not_stop_refreshing(make: Make, clock: Clock) -> None:
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    one.run()
    clock.wall_at -= 86_400
    clock.pass_(3000)
    await until(lambda: one.told.tokens == ["access-2"], "renewed")


async def test_a_short_life_is_no_storm(make: Make, server: GoTrue, clock: Clock) -> None:
    """Tokens that live a minute: asked for ten times, renewed once they are nearly over."""
    server.life = 60
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    for _ in range(10):
        assert await one.keeper.access() == "access-1"
    clock.pass_(46)
    assert await one.keeper.access() == "access-2"


async def test_five_at_once_make_one_refresh(make: Make, server: GoTrue, clock: Clock) -> None:
    """The library makes five, of which a strict server takes one."""
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    clock.pass_(3590)
    tokens = await asyncio.gather(*(one.keeper.access() for _ in range(5)))
    assert set(tokens) == {"access-2"}
    assert server.spent == ["refresh-1"]
    assert server.refused == []


async def test_a_server_that_takes_no_token_is_spared(make: Make, server: GoTrue, clock: Clock) -> None:
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    assert await one.keeper.renew("access-1") == "access-1", "it is too new to be the reason"
    clock.pass_(6)
    assert await one.keeper.renew("access-1") == "access-2"
    assert await one.keeper.renew("access-1") == "access-2", "somebody did it already"
    assert len(server.spent) == 1


# ---------------------------------------------------------------- two processes


async def test_two_processes_on_one_vault(make: Make, server: GoTrue, clock: Clock, tmp_path: Path) -> None:
    """Each spends the token that the other stored; a strict server refuses neither."""
    vault = FileVault(tmp_path / "session")
    await vault.save(server.session(), USER)
    one, two = make(FileVault(tmp_path / "session")), make(FileVault(tmp_path / "session"))
    for keeper in (one, two):
        assert await keeper.keeper.restore()
    for _ in range(5):
        await asyncio.gather(one.keeper.access(), two.keeper.access())
        clock.pass_(3590)
    assert server.refused == []
    assert len(server.spent) == 10
    assert one.told.lost == two.told.lost == []
    assert await one.stored() in server.valid


async def test_a_token_that_another_process_rotated_is_read_again(
    make: Make, server: GoTrue, clock: Clock
) -> None:
    vault = await holding(server)
    one = make(vault)
    await one.keeper.restore()
    server.valid.clear()
    await vault.save(server.session(), USER)
    assert await one.keeper.access() == "access-3"
    assert server.refused == []


async def test_the_vaults_token_is_dead_and_ours_is_not(make: Make, server: GoTrue, clock: Clock) -> None:
    """Its last write failed: what is in memory is newer."""
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    await one.vault.save("older", USER)
    clock.pass_(3590)
    assert await one.keeper.access() == "access-2"
    assert one.told.lost == []


async def test_another_accounts_session_is_not_taken(make: Make, clock: Clock) -> None:
    one = make()
    await one.keeper.sign_in("alice@example.org", "right")
    await one.vault.save("somebody-else's", "another-user")
    clock.pass_(3590)
    assert await one.keeper.access() == "access-2"


# ---------------------------------------------------------------- a vault in trouble


class Broken(MemoryVault):
    broken = True

    async def load(self) -> Kept | None:
        if self.broken:
            raise VaultError("the keyring does not answer")
        return await super().load()

    async def save(self, refresh_token: str, user_id: str) -> None:
        if self.broken:
            raise VaultError("the keyring does not answer")
        await super().save(refresh_token, user_id)


async def test_a_vault_in_trouble_costs_no_session_and_is_tried_again(make: Make) -> None:
    """In the library a storage that raises loses the rotated token for good."""
    vault = Broken()
    one = make(vault)
    await one.keeper.sign_in("alice@example.org", "right")
    assert one.keeper.trouble == "the keyring does not answer"
    assert await one.keeper.access() == "access-1"
    vault.broken = False
    one.run()
    await until(lambda: one.keeper.trouble is None, "kept after all")
    assert await one.stored() == "refresh-1"


async def test_a_session_in_memory_moves_into_a_file_and_is_renewed_there(
    make: Make, tmp_path: Path
) -> None:
    one, file = make(), FileVault(tmp_path / "s" / "session")
    await one.keeper.sign_in("alice@example.org", "right")
    await one.keeper.move(file)
    assert one.keeper.vault is file
    kept = await file.load()
    assert kept is not None
    assert kept.refresh_token == "refresh-1"
    one.clock.sleep(3600)
    await one.keeper.access()
    renewed = await file.load()
    assert renewed is not None
    assert renewed.refresh_token == "refresh-2"


async def test_a_file_that_cannot_be_written_leaves_the_session_where_it_was(
    make: Make, tmp_path: Path
) -> None:
    one = make()
    (tmp_path / "in the way").write_text("x", encoding="utf-8")
    await one.keeper.sign_in("alice@example.org", "right")
    before = one.keeper.vault
    with pytest.raises(VaultError, match="could not be written"):
        await one.keeper.move(FileVault(tmp_path / "in the way" / "session"))
    assert one.keeper.vault is before
    assert one.keeper.signed_in
