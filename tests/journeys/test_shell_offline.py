"""What a shell command can tell while the server is not there: what this computer knew last."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journeys.local import LocalServer
from tests.journeys.shell import Shell

KNEW = "This is what this computer knew last."


@pytest.fixture
def shell(tmp_path: Path, own_server: LocalServer) -> Shell:
    """Ana, signed in."""
    shell = Shell(tmp_path / "home")
    own_server.sign_up("ana")
    assert shell.login(own_server, "ana").returncode == 0
    return shell


def test_whoami_and_threads_tell_what_this_computer_knows(shell: Shell, own_server: LocalServer) -> None:
    own_server.sign_up("ben")
    assert shell.run("send", "--queue", "@ben", "hello").returncode == 0
    there = shell.run("whoami"), shell.run("threads")  # on a slow computer these may say so as well
    own_server.kill()
    alone = shell.run("whoami"), shell.run("threads")
    for told, before in zip(alone, there, strict=True):
        assert told.returncode == 0, told.stderr
        assert told.stderr.startswith("supachat: The server was not reached: ")
        assert told.stderr.endswith(f"{KNEW}\n")
        assert told.stdout.split("\t")[0] == before.stdout.split("\t")[0]
    assert "ana@example.org" in alone[0].stdout
    assert "Ben" in alone[1].stdout


def test_who_has_signed_out_is_told_so_and_nothing_else(shell: Shell, own_server: LocalServer) -> None:
    shell.run("logout")  # which on a slow computer may not have reached the server either
    own_server.kill()
    done = shell.run("whoami")
    assert done.returncode == 1
    assert KNEW not in done.stderr
    assert "login" in done.stderr
