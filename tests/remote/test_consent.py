"""Where no keyring answers: a file is offered, the answer is written into the settings and counts from then
on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from tests.remote.world import World

from supachat.assemble import Desk
from supachat.assemble.connect import session_vault
from supachat.domain.entering import Password
from supachat.domain.events import SignedIn
from supachat.remote.vault import FileVault, MemoryVault
from supachat.settings import load, places
from supachat.settings.choose import named

TABLE = '[workspaces.acme]\nurl = "https://abcdefghijklmnopqrst.supabase.co"\nkey = "sb_publishable_1"\n'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workspace in the settings, on a computer without a keyring."""

    def none() -> None:
        raise RuntimeError("no backend")

    monkeypatch.setattr(keyring, "get_keyring", none)
    where = places({"SUPACHAT_HOME": str(tmp_path)})
    where.config.mkdir()
    where.settings.write_text(TABLE, encoding="utf-8")
    return Desk(where, load(where.settings), None, {})


@pytest.mark.parametrize(("in_file", "kind"), [(True, "file"), (False, "memory")])
async def test_the_answer_is_remembered_in_the_workspace_and_nobody_is_asked_again(
    desk: Desk, in_file: bool, kind: str
) -> None:
    workspace = named(desk.settings, "acme")
    async with World() as world:
        world.vault = session_vault(desk, workspace)
        project = await world.begin()
        await project.enter(Password("ana@example.org", "right"))
        await world.hears(SignedIn)
        assert "ends with this program" in project.kept_in
        assert str(desk.places.state) in project.offer
        await project.keep_session(in_file=in_file)
        assert project.offer == ""
        assert ("only you can read" in project.kept_in) is in_file
    again = desk.reread()
    assert named(again.settings, "acme").vault == kind
    vault = session_vault(again, named(again.settings, "acme"))
    assert vault.kind == kind
    assert (await vault.load() is not None) is in_file
    assert isinstance(vault, FileVault) or (isinstance(vault, MemoryVault) and vault.offer is None)


def test_what_the_command_line_says_is_not_asked_about(desk: Desk) -> None:
    vault = session_vault(replace(desk, vault="memory"), named(desk.settings, "acme"))
    assert isinstance(vault, MemoryVault)
    assert vault.offer is None
