"""What the doctor finds on this computer: settings, files, the keyring, the map."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.doctor_checks import found

from supachat.doctor.findings import Check, Grade, Trouble
from supachat.doctor.machine import Machine


def machine(home: Path, **environ: str) -> Machine:
    return Machine(None, "memory", {"SUPACHAT_HOME": str(home), **environ})


def write_settings(home: Path, text: str) -> Path:
    path = home / "config" / "supachat.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


async def test_settings_that_cannot_be_used_name_the_line(tmp_path: Path) -> None:
    write_settings(tmp_path, "vault = 'cellar'\n")
    with pytest.raises(Trouble, match="line 1"):
        await machine(tmp_path).settings()


async def test_settings_that_others_may_write(tmp_path: Path) -> None:
    path = write_settings(tmp_path, "")
    path.chmod(0o666)
    with pytest.raises(Trouble) as raised:
        await machine(tmp_path).settings()
    assert raised.value.cure == f"chmod go-w '{path}'"


async def test_a_secret_key_in_the_settings(tmp_path: Path) -> None:
    write_settings(tmp_path, '[workspaces.x]\nurl = "https://x.example.org"\nkey = "sb_secret_abc"\n')
    with pytest.raises(Trouble, match="secret key") as raised:
        await machine(tmp_path).settings()
    assert "sb_secret_abc" not in raised.value.words + raised.value.cure


async def test_no_workspace(tmp_path: Path) -> None:
    here = machine(tmp_path)
    await here.settings()
    with pytest.raises(Trouble, match="no workspace") as raised:
        await here.choose()
    assert "supachat login" in raised.value.cure


async def test_a_file_that_others_may_read(tmp_path: Path) -> None:
    path = tmp_path / "data" / "x.db"
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o644)
    with pytest.raises(Trouble) as raised:
        await machine(tmp_path).files()
    assert raised.value.cure == f"chmod 600 '{path}'"
    path.chmod(0o600)
    assert "1 files" in await machine(tmp_path).files()


async def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    """A file stands in its place: of a folder without rights whoever is root may say nothing."""
    path = tmp_path / "log"
    path.write_text("")
    path.chmod(0o600)
    with pytest.raises(Trouble, match="cannot be written to") as raised:
        await machine(tmp_path).files()
    assert raised.value.cure == f"chmod u+rwx '{path}'"


async def test_a_keyring_that_was_asked_for_and_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    here = Machine(None, "auto", project_of(tmp_path))
    await here.settings()
    await here.choose()
    with pytest.raises(Trouble, match="memory") as raised:
        await here.vault()
    assert "--vault file" in raised.value.cure


async def test_a_session_file_that_others_may_read(tmp_path: Path) -> None:
    here = Machine(None, "file", project_of(tmp_path))
    await here.settings()
    await here.choose()
    path = tmp_path / "state"
    path.mkdir()
    assert "file: " in await here.vault()
    from supachat.assemble.examine import look_into_vault

    seen = await look_into_vault(here.desk, here.workspace)
    await seen.vault.save("refresh", "user")
    (kept,) = path.glob("*.session")
    kept.chmod(0o644)
    lines = await found(Check("vault", here.vault))
    assert lines[0].grade is Grade.FAILED
    assert "chmod 600" in lines[0].cure


async def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    here = Machine(None, "memory", {**project_of(tmp_path), "SUPACHAT_DIALECT": "./nowhere.toml"})
    await here.settings()
    await here.choose()
    assert "nowhere.toml" in (await found(Check("dialects", here.read_dialects)))[0].words


def project_of(home: Path) -> dict[str, str]:
    return {
        "SUPACHAT_HOME": str(home),
        "SUPACHAT_URL": "http://127.0.0.1:9",
        "SUPACHAT_KEY": "sb_publishable_x",
    }
