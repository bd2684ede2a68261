"""The doctor against a real project: well, not signed in, dead, with rights taken away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.journeys.local import PASSWORD, LocalServer, as_owner
from tests.journeys.shell import Shell
from tests.terminal import Terminal

Names = Callable[[str], str]
BODY = "the harbour at midnight"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def signed_in(own_server: LocalServer, shell: Shell) -> Shell:
    """Ana, who has written to Ben, on a server that the test may hurt."""
    return written(own_server, shell, "ana", "ben")


@pytest.fixture
def guest(server: LocalServer, shell: Shell, names: Names) -> Shell:
    """The same on the server that everybody shares."""
    return written(server, shell, names("ana"), names("ben"))


def written(server: LocalServer, shell: Shell, *people: str) -> Shell:
    for name in people:
        server.sign_up(name)
    assert shell.login(server, people[0]).returncode == 0
    assert shell.run("send", f"@{people[1]}", BODY).returncode == 0
    return shell


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


def count(server: LocalServer) -> int:
    with psycopg.connect(server.database("supabase_admin")) as connection:
        row = connection.execute("select count(*) from public.chat_messages").fetchone()
    assert row is not None
    return int(row[0])


def test_all_is_well_and_no_row_is_left(server: LocalServer, guest: Shell) -> None:
    before = count(server)
    found = findings(guest, 0, TERM="xterm-256color", COLORTERM="truecolor")
    assert {line["state"] for line in found.values()} == {"ok"}, found
    assert "nothing was written" in found["writing"]["words"]
    assert "broadcasts of the database reach it" in found["realtime"]["words"]
    assert "file" in found["vault"]["words"]
    assert "min" in found["token"]["words"]
    assert count(server) == before
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


def test_a_server_that_died(own_server: LocalServer, signed_in: Shell) -> None:
    own_server.kill()
    (line,) = failed(signed_in).values()
    assert line["check"] == "answer"
    assert "supachat serve" in line["cure"]


def test_a_key_of_another_project(server: LocalServer, guest: Shell) -> None:
    project = {"SUPACHAT_URL": server.url, "SUPACHAT_KEY": "sb_publishable_of_another"}
    (line,) = failed(guest, **project).values()
    assert line["check"] == "key"
    assert "of_another" not in json.dumps(line)


def test_a_session_that_was_revoked(own_server: LocalServer, signed_in: Shell) -> None:
    as_owner(own_server, "delete from auth.sessions")
    (line,) = failed(signed_in).values()
    assert line["check"] == "token"
    assert "supachat login" in line["cure"]


def test_tables_that_are_not_there(own_server: LocalServer, signed_in: Shell) -> None:
    as_owner(own_server, "drop function public.supachat_whoami()", "notify pgrst, 'reload schema'")
    (line,) = failed(signed_in).values()
    assert line["check"] == "rows"
    assert "supachat dialect sql direct" in line["cure"]


def test_reads_that_are_not_allowed(own_server: LocalServer, signed_in: Shell) -> None:
    as_owner(own_server, "revoke execute on function public.supachat_threads(text) from authenticated")
    (line,) = failed(signed_in).values()
    assert line["check"] == "rows"


def test_writes_that_are_not_allowed(own_server: LocalServer, signed_in: Shell) -> None:
    before = count(own_server)
    function = "public.insert_chat_message(text, text, text, text, uuid)"
    as_owner(own_server, f"revoke execute on function {function} from authenticated")
    (line,) = failed(signed_in).values()
    assert line["check"] == "writing"
    assert "pg_policies" in line["cure"]
    assert count(own_server) == before


def test_a_topic_that_may_not_be_joined(own_server: LocalServer, signed_in: Shell) -> None:
    as_owner(own_server, "drop policy supachat_public_direct_listen on realtime.messages")
    (line,) = failed(signed_in).values()
    assert line["check"] == "realtime"
    assert "you may not listen here" in line["words"]
    assert "pg_policies" in line["cure"]


def test_on_a_terminal_it_asks_and_leaves_it_as_it_was(server: LocalServer, guest: Shell) -> None:
    command = [sys.executable, "-m", "supachat", "doctor"]
    with Terminal(command, columns=100, lines=50, environ=guest.environ) as terminal:
        assert terminal.wait(60) == 0
        text = terminal.text
    assert b"\x1b[c" in terminal.raw
    assert "publication  ok      not needed" in text
    assert "@example.org" in text
    assert "🙂" not in text
    assert b"\x1b[32m" in terminal.raw


def test_no_color_is_heeded(server: LocalServer, guest: Shell) -> None:
    command = ["env", "NO_COLOR=1", sys.executable, "-m", "supachat", "doctor"]
    with Terminal(command, columns=100, lines=50, environ=guest.environ) as terminal:
        terminal.wait(60)
    assert b"\x1b[32m" not in terminal.raw


# ---------------------------------------------------------------- the log of a real session


@pytest.fixture
def told(own_server: LocalServer, signed_in: Shell) -> str:
    """What the log says after a session with `--debug` in which people wrote and listened."""
    options = ("login", "--password-stdin", "--url", own_server.url, "--key", own_server.key)
    signed_in.run("--debug", *options, "--email", "ana@example.org", stdin=PASSWORD + "\n")
    tail = subprocess.Popen(
        [sys.executable, "-m", "supachat", "--debug", "tail", "Ben", "--follow"],
        stdout=subprocess.PIPE,
        env=signed_in.environ,
    )
    try:
        assert tail.stdout is not None
        assert BODY.encode() in tail.stdout.readline()
        signed_in.run("--debug", "send", "@ben", BODY)
        assert BODY.encode() in tail.stdout.readline()
    finally:
        tail.terminate()
        tail.communicate(timeout=20)
    home = Path(signed_in.environ["SUPACHAT_HOME"])
    return "".join(path.read_text("utf-8") for path in sorted((home / "log").iterdir()))


def test_no_token_key_password_or_body_is_in_the_log(
    own_server: LocalServer, signed_in: Shell, told: str
) -> None:
    home = Path(signed_in.environ["SUPACHAT_HOME"])
    (session,) = (home / "state").glob("*.session")
    assert "heard" in told
    assert "INSERT" in told
    assert "POST /rest/v1/rpc/" in told
    assert "POST /auth/v1/token: 200" in told
    for secret in (
        BODY,
        "midnight",
        PASSWORD,
        own_server.key,
        json.loads(session.read_text())["rt"],
        "eyJ",
    ):
        assert secret not in told
    assert not [char for char in told if not char.isprintable() and char != "\n"]
