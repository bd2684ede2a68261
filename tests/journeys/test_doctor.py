"""The doctor against a real project: well, not signed in, dead, with rights taken away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.journeys.local import PASSWORD, RELOAD, LocalServer, as_owner, count, put_right
from tests.journeys.shell import Shell
from tests.terminal import Terminal

Owner = Callable[..., None]
Names = Callable[[str], str]
BODY = "the harbour at midnight"
ANA, BEN = "ana-of-the-doctor", "ben-of-the-doctor"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture(scope="module")
def home(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ANA, who has written to BEN, is signed in to the server that everybody shares."""
    made = tmp_path_factory.mktemp("signed-in") / "home"
    for name in (ANA, BEN):
        server.sign_up(name)
    assert Shell(made).login(server, ANA).returncode == 0
    assert Shell(made).run("send", f"@{BEN}", BODY).returncode == 0
    return made


@pytest.fixture
def guest(home: Path, shell: Shell) -> Shell:
    """A copy of that home."""
    shutil.copytree(home, shell.environ["SUPACHAT_HOME"])
    return shell


@pytest.fixture
def owner(server: LocalServer) -> Iterator[Owner]:
    """What a project's owner does to it by mistake: afterwards the dialect's SQL puts all of it right."""
    yield partial(as_owner, server)
    put_right(server)


def findings(shell: Shell, code: int, **environ: str) -> dict[str, dict[str, str]]:
    """By check. The exit code has to be `code`."""
    done = shell.run("doctor", "--json", **environ)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout.isascii()
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["check"]: line for line in lines}


def failed(shell: Shell, **environ: str) -> dict[str, dict[str, str]]:
    found = findings(shell, 1, TERM="xterm-256color", **environ)
    return {name: line for name, line in found.items() if line["state"] == "failed"}


def test_all_is_well_and_no_row_is_left(server: LocalServer, guest: Shell) -> None:
    before = count(server, "chat_messages")
    found = findings(guest, 0, TERM="xterm-256color", COLORTERM="truecolor")
    assert {line["state"] for line in found.values()} == {"ok"}, found
    assert "nothing was written" in found["writing"]["words"]
    assert "broadcasts of the database reach it" in found["realtime"]["words"]
    assert "file" in found["vault"]["words"]
    assert "min" in found["token"]["words"]
    assert count(server, "chat_messages") == before
    told = json.dumps(found)
    assert server.key not in told
    assert "eyJ" not in told


def test_plain_lines_for_a_pipe_and_not_signed_in(server: LocalServer, shell: Shell) -> None:
    project = {"SUPACHAT_URL": server.url, "SUPACHAT_KEY": server.key}
    done = shell.run("doctor", TERM="xterm-256color", **project)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("token        FAILED  ")]
    assert [line for line in lines if line.startswith("rows         -       not checked, because token")]
    assert "supachat login" in done.stdout
    assert "\x1b" not in done.stdout
    assert lines[-1].startswith("1 failed")


def test_no_workspace(shell: Shell) -> None:
    assert list(failed(shell)) == ["workspace"]


def test_a_server_that_died(own_server: LocalServer, shell: Shell) -> None:
    own_server.sign_up("ana")
    assert shell.login(own_server, "ana").returncode == 0
    own_server.kill()
    (line,) = failed(shell).values()
    assert line["check"] == "answer"
    assert "supachat serve" in line["cure"]


def test_a_key_of_another_project(server: LocalServer, guest: Shell) -> None:
    project = {"SUPACHAT_URL": server.url, "SUPACHAT_KEY": "sb_publishable_of_another"}
    (line,) = failed(guest, **project).values()
    assert line["check"] == "key"
    assert "of_another" not in json.dumps(line)


def test_a_session_that_was_revoked(server: LocalServer, shell: Shell, names: Names) -> None:
    server.sign_up(name := names("ana"))
    assert shell.login(server, name).returncode == 0
    theirs = f"(select id from auth.users where email = '{name}@example.org')"
    as_owner(server, f"delete from auth.sessions where user_id = {theirs}")
    (line,) = failed(shell).values()
    assert line["check"] == "token"
    assert "supachat login" in line["cure"]


def test_tables_that_are_not_there(guest: Shell, owner: Owner) -> None:
    owner("drop function public.supachat_whoami()", RELOAD)
    (line,) = failed(guest).values()
    assert line["check"] == "rows"
    assert "supachat dialect sql direct" in line["cure"]


def test_reads_that_are_not_allowed(guest: Shell, owner: Owner) -> None:
    owner("revoke execute on function public.supachat_threads(text) from authenticated")
    (line,) = failed(guest).values()
    assert line["check"] == "rows"


def test_writes_that_are_not_allowed(server: LocalServer, guest: Shell, owner: Owner) -> None:
    before = count(server, "chat_messages")
    function = "public.insert_chat_message(text, text, text, text, uuid)"
    owner(f"revoke execute on function {function} from authenticated")
    (line,) = failed(guest).values()
    assert line["check"] == "writing"
    assert "pg_policies" in line["cure"]
    assert count(server, "chat_messages") == before


def test_a_topic_that_may_not_be_joined(guest: Shell, owner: Owner) -> None:
    owner("drop policy supachat_public_direct_listen on realtime.messages")
    (line,) = failed(guest).values()
    assert line["check"] == "realtime"
    assert "you may not listen here" in line["words"]
    assert "pg_policies" in line["cure"]


def test_on_a_terminal_it_asks_and_leaves_it_as_it_was(guest: Shell) -> None:
    command = [sys.executable, "-m", "supachat", "doctor"]
    with Terminal(command, columns=100, lines=50, environ=guest.environ) as terminal:
        assert terminal.wait(60) == 0
        text = terminal.text
    assert b"\x1b[c" in terminal.raw
    assert "publication  ok      not needed" in text
    assert "@example.org" in text
    assert "🙂" not in text
    assert b"\x1b[32m" in terminal.raw


def test_no_color_is_heeded(guest: Shell) -> None:
    command = ["env", "NO_COLOR=1", sys.executable, "-m", "supachat", "doctor"]
    with Terminal(command, columns=100, lines=50, environ=guest.environ) as terminal:
        terminal.wait(60)
    assert b"\x1b[32m" not in terminal.raw


# ---------------------------------------------------------------- the log of a real session


@pytest.fixture
def told(server: LocalServer, guest: Shell) -> str:
    """What the log says after a session with `--debug` in which people wrote and listened."""
    options = ("login", "--password-stdin", "--url", server.url, "--key", server.key)
    guest.run("--debug", *options, "--email", f"{ANA}@example.org", stdin=PASSWORD + "\n")
    tail = subprocess.Popen(
        [sys.executable, "-m", "supachat", "--debug", "tail", f"@{BEN}", "--follow"],
        stdout=subprocess.PIPE,
        env=guest.environ,
    )
    try:
        assert tail.stdout is not None
        assert BODY.encode() in tail.stdout.readline()
        guest.run("--debug", "send", f"@{BEN}", BODY)
        assert BODY.encode() in tail.stdout.readline()
    finally:
        tail.terminate()
        tail.communicate(timeout=20)
    home = Path(guest.environ["SUPACHAT_HOME"])
    return "".join(path.read_text("utf-8") for path in sorted((home / "log").iterdir()))


def test_no_token_key_password_or_body_is_in_the_log(server: LocalServer, guest: Shell, told: str) -> None:
    home = Path(guest.environ["SUPACHAT_HOME"])
    (session,) = (home / "state").glob("*.session")
    assert "heard" in told
    assert "INSERT" in told
    assert "POST /rest/v1/rpc/" in told
    assert "POST /auth/v1/token: 200" in told
    for secret in (
        BODY,
        "midnight",
        PASSWORD,
        server.key,
        json.loads(session.read_text())["rt"],
        "eyJ",
    ):
        assert secret not in told
    assert not [char for char in told if not char.isprintable() and char != "\n"]
