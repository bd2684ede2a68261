"""A session that others have a hand in: two processes on one vault, and a vault in trouble."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.remote.gotrue import Clock, GoTrue
from tests.remote.keepers import USER, Broken, Make, clock, holding, make, server
from tests.remote.phoenix import until

from supachat.domain.entering import Password
from supachat.domain.errors import (
    VaultError,
)
from supachat.remote.vault import FileVault, Kept, MemoryVault

__all__ = ["clock", "make", "server"]  # fixtures


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
    await one.keeper.enter(Password("alice@example.org", "right"))
    await one.vault.save("older", USER)
    clock.pass_(3590)
    assert await one.keeper.access() == "access-2"
    assert one.told.lost == []


async def test_another_accounts_session_is_not_taken(make: Make, clock: Clock) -> None:
    one = make()
    await one.keeper.enter(Password("alice@example.org", "right"))
    await one.vault.save("somebody-else's", "another-user")
    clock.pass_(3590)
    assert await one.keeper.access() == "access-2"


class Stopped(FileVault):
    """Of a process that was stopped while the server answered it: what came meanwhile, it sees when it
    goes on."""

    def __init__(self, path: Path, goes_on: asyncio.Event) -> None:
        super().__init__(path)
        self.goes_on, self.looks = goes_on, 0

    async def load(self) -> Kept | None:
        self.looks += 1
        if self.looks == 3:  # restored, looked before it asked, and now, with the answer
            await self.goes_on.wait()
        return await super().load()


async def test_a_process_that_was_stopped_in_its_refresh_does_not_take_the_others_back(
    make: Make, server: GoTrue, clock: Clock, tmp_path: Path
) -> None:
    """It held the lock, the other waited for it in vain and went on twice. The answer it then read is an
    old one: stored over the newer, it ended the session for both."""
    await FileVault(tmp_path / "session").save(server.session(), USER)
    goes_on = asyncio.Event()
    stopped, other = make(Stopped(tmp_path / "session", goes_on)), make(FileVault(tmp_path / "session"))
    for keeper in (stopped, other):
        assert await keeper.keeper.restore()
    late = asyncio.create_task(stopped.keeper.access())
    await until(lambda: server.spent, "asked, and stopped")
    server.valid.add("refresh-1")  # the server forgives the parent of the newest
    for _ in range(2):
        await other.keeper.access()
        clock.pass_(3590)
    server.valid = {"refresh-4"}
    goes_on.set()
    assert await late == "access-2"
    assert await other.stored() == "refresh-4"
    assert await stopped.keeper.access() == "access-5", "its own is as old as its question"
    assert await other.keeper.access() == "access-6"
    assert "refresh-2" not in server.spent
    assert server.refused == stopped.told.lost == other.told.lost == []


# ---------------------------------------------------------------- a vault in trouble


async def test_a_vault_in_trouble_costs_no_session_and_is_tried_again(make: Make) -> None:
    """In the library a storage that raises loses the rotated token for good."""
    vault = Broken()
    one = make(vault)
    await one.keeper.enter(Password("alice@example.org", "right"))
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
    await one.keeper.enter(Password("alice@example.org", "right"))
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
    await one.keeper.enter(Password("alice@example.org", "right"))
    before = one.keeper.vault
    with pytest.raises(VaultError, match="could not be written"):
        await one.keeper.move(FileVault(tmp_path / "in the way" / "session"))
    assert one.keeper.vault is before
    assert one.keeper.signed_in


class Hung(MemoryVault):
    """A keyring that asks to be unlocked, which nobody sees for hours: nothing is begun behind what hangs,
    and what hangs is done when it is unlocked."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs: Kept | None = None
        self.locked = True

    async def load(self) -> Kept | None:
        if self.locked:
            raise VaultError("the keyring does not answer")
        return await super().load()

    async def save(self, refresh_token: str, user_id: str) -> None:
        if not self.locked:
            return await super().save(refresh_token, user_id)
        self.hangs = self.hangs or Kept(refresh_token, user_id)
        raise VaultError("the keyring does not answer")

    async def unlock(self) -> None:
        assert self.hangs is not None
        self.locked = False
        await super().save(*self.hangs)


@pytest.mark.parametrize("first", ["it is tried again", "it is renewed"])
async def test_what_lands_late_in_the_vault_is_our_own_and_old(
    make: Make, server: GoTrue, clock: Clock, first: str
) -> None:
    """It was taken for another process's newer one: an old token that is shown ends the whole session."""
    vault = Hung()
    one = make(vault)
    await one.keeper.enter(Password("alice@example.org", "right"))
    for token in ("access-2", "access-3"):
        clock.pass_(3590)
        assert await one.keeper.access() == token
    await vault.unlock()
    if first == "it is tried again":
        one.run()
        await until(lambda: one.keeper.trouble is None, "kept after all")
        assert await one.stored() == "refresh-3"
    clock.pass_(3590)
    await one.keeper.access()
    assert server.refused == []
    assert server.spent == ["refresh-1", "refresh-2", "refresh-3"]
    assert await one.stored() == "refresh-4"
