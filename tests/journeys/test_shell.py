"""The commands as a shell has them: what they print, what they say when they cannot, how they end."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import termios
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from tests.journeys.local import PASSWORD, LocalServer
from tests.journeys.shell import SUPACHAT, Shell

Names = Callable[[str], str]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture(scope="module")
def settled(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Somebody who signed in once, with Guest-of-shell to talk to. Two have written to them, Long-of-shell
    more than any pipe holds. For tests that change nothing."""
    shell, host = Shell(tmp_path_factory.mktemp("settled")), "host-of-shell"
    written = {
        host: [],
        "guest-of-shell": [],
        "short-of-shell": ["one"],
        "long-of-shell": ["x" * 40_000] * 3,
    }
    for name, bodies in written.items():
        server.sign_up(name)
        token = server.token(name)["access_token"]
        told = {
            "_thread_id": "__".join(sorted((host, name))),
            "_sender_mongo_id": name,
            "_recipient_mongo_id": host,
        }
        for body in bodies:
            server.rpc("insert_chat_message", token, **told, _body=body)
    assert shell.login(server, host).returncode == 0
    return shell


@pytest.fixture
def ana(server: LocalServer, shell: Shell, names: Names) -> str:
    """Signed in, with Ben to talk to; her app id."""
    for name in (names("ana"), names("ben")):
        server.sign_up(name)
    done = shell.login(server, names("ana"))
    assert done.returncode == 0, done.stderr
    return names("ana")


def test_login_whoami_send_threads_tail_logout(shell: Shell, ana: str, names: Names) -> None:
    ben = names("ben")
    assert f"{ana}@example.org" in shell.run("whoami").stdout
    sent = shell.run("send", f"@{ben}", "hello *there*")
    assert sent.returncode == 0, sent.stderr
    piped = shell.run("send", ben.capitalize(), stdin="two\nlines\n")
    assert piped.returncode == 0, piped.stderr
    listed = shell.run("threads").stdout
    assert ben.capitalize() in listed
    thread = listed.split("\t")[0]
    assert "hello *there*" in shell.run("tail", thread).stdout
    lines = [json.loads(line) for line in shell.run("tail", thread, "--json").stdout.splitlines()]
    assert [line["body"] for line in lines] == ["hello *there*", "two\nlines"]
    assert [line["id"] for line in lines] == [sent.stdout.strip(), piped.stdout.strip()]
    assert set(lines[0]) == {"id", "thread", "author", "author_name", "body", "created_at", "state"}
    assert (lines[0]["author"], lines[0]["author_name"], lines[0]["state"]) == (
        ana,
        ana.capitalize(),
        "sent",
    )
    last = shell.run("tail", thread, "--last", "1").stdout
    assert "two" in last
    assert "hello" not in last
    assert shell.run("logout").returncode == 0
    gone = shell.run("whoami")
    assert gone.returncode == 1
    assert "login" in gone.stderr


def test_what_a_stranger_wrote_cannot_steer_the_terminal(shell: Shell, ana: str, names: Names) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07 \u202eback"
    assert shell.run("send", f"@{names('ben')}", "-", stdin=evil).returncode == 0
    plain = shell.run("tail", names("ben").capitalize()).stdout
    assert not [char for char in plain if ord(char) < 32 and char != "\n"]
    assert "\u202e" not in plain
    printed = shell.run("tail", names("ben").capitalize(), "--json").stdout
    assert printed.isascii()
    assert json.loads(printed)["body"] == evil


def test_follow_prints_what_comes_and_a_closed_pipe_ends_it_quietly(
    shell: Shell, ana: str, names: Names
) -> None:
    shell.run("send", f"@{names('ben')}", "one")
    tail = subprocess.Popen(
        [*SUPACHAT, "tail", names("ben").capitalize(), "--follow", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=shell.environ,
    )
    assert tail.stdout is not None
    assert tail.stderr is not None
    assert json.loads(tail.stdout.readline())["body"] == "one"
    shell.run("send", names("ben").capitalize(), "two")
    assert json.loads(tail.stdout.readline())["body"] == "two"
    tail.stdout.close()  # and nobody says a word more
    assert tail.wait(30) == 0
    assert tail.stderr.read() == b""
    tail.stderr.close()


def test_ctrl_c_is_130(settled: Shell) -> None:
    with subprocess.Popen(
        [*SUPACHAT, "tail", "Short-of-shell", "-f"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=settled.environ,
        preexec_fn=_heed_ctrl_c,
    ) as tail:
        assert tail.stdout is not None
        assert b"one" in tail.stdout.readline()
        tail.send_signal(signal.SIGINT)
        try:
            _, errors = tail.communicate(timeout=30)
        finally:
            tail.kill()
    assert (tail.returncode, errors) == (130, b"")


@pytest.mark.parametrize("words", [("-f", "--json"), ("-f",), ()], ids=" ".join)
def test_one_ctrl_c_is_130_where_nobody_reads_the_pipe(settled: Shell, words: tuple[str, ...]) -> None:
    with subprocess.Popen(
        [*SUPACHAT, "tail", "Long-of-shell", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=settled.environ,
        preexec_fn=_heed_ctrl_c,
    ) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        try:
            _until_full(tail.stdout)
            tail.send_signal(signal.SIGINT)
            assert tail.wait(30) == 130
            assert tail.stderr.read() == b""
        finally:
            tail.kill()


def _until_full(pipe: IO[bytes]) -> None:
    """Nothing more has come into it for a while, so that its writer waits."""
    count, before, end = array("i", [0]), -1, time.monotonic() + 30
    while count[0] == 0 or count[0] != before:
        assert time.monotonic() < end, f"{count[0]} bytes came"
        before = count[0]
        time.sleep(0.3)
        fcntl.ioctl(pipe, termios.FIONREAD, count)


def _heed_ctrl_c() -> None:
    """Tests that a shell runs in the background inherit a ctrl+c that nobody heeds."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("words", "stdin", "code", "says"),
    [
        (("send", "nobody", "x"), b"", 1, "no thread"),
        (("send", "@nobody-here", "x"), b"", 1, "nobody"),
        (("send", "@guest-of-shell", ""), b"", 1, "nothing to send"),
        (("send", "@guest-of-shell", "-"), b"a\xff", 1, "not UTF-8"),
        (("send", "@guest-of-shell", "-"), b"x" * 70_000, 1, "longer than 64"),
        (("send",), b"", 2, "THREAD"),
        (("nonsense",), b"", 2, "nonsense"),
        (("tail", "guest-of-shell", "--last", "many"), b"", 2, "many"),
        (("--workspace", "none", "whoami"), b"", 1, "no workspace"),
        ((), b"", 2, "terminal"),
        (("demo",), b"", 2, "terminal"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    settled: Shell, words: tuple[str, ...], stdin: bytes, code: int, says: str
) -> None:
    done = settled.run(*words, stdin=stdin)
    assert done.returncode == code, done.stderr
    assert says.casefold() in done.stderr.casefold()
    assert done.stdout == ""


def test_several_threads_that_fit_are_listed(
    server: LocalServer, shell: Shell, ana: str, names: Names
) -> None:
    for name in (names("twin-one-"), names("twin-two-")):
        server.sign_up(name)
        assert shell.run("send", f"@{name}", "hi").returncode == 0
    done = shell.run("send", "Twin", "x")
    assert done.returncode == 2
    assert names("twin-one-") in done.stderr
    assert names("twin-two-") in done.stderr


def test_a_sign_in_that_cannot_be_noted_down_is_one_and_the_workspace_is_kept(
    server: LocalServer, shell: Shell, names: Names
) -> None:
    home = Path(shell.environ["SUPACHAT_HOME"])
    home.mkdir()
    (home / "data").write_text("no folder")
    server.sign_up(names("ana"))
    done = shell.login(server, names("ana"))
    assert done.returncode == 0, done.stderr
    assert "You are signed in, but" in done.stderr
    assert f"{names('ana')}@example.org" in done.stdout
    assert server.url in (home / "config" / "supachat.toml").read_text()


def test_what_login_refuses(server: LocalServer, shell: Shell, ana: str, names: Names) -> None:
    def login(**changes: str) -> str:
        options = {"url": server.url, "key": server.key, "email": f"{ana}@example.org", **changes}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        done = shell.run("login", *words, "--password-stdin", stdin=changes.pop("stdin", PASSWORD))
        assert done.returncode == 1, done.stdout
        assert PASSWORD not in done.stderr
        return done.stderr.casefold()

    assert "secret key" in login(key="sb_secret_abc")
    assert "not the address" in login(url="nonsense")
    assert "in the clear" in login(url="http://example.org")
    assert "reached" in login(url="http://127.0.0.1:9") or "answer" in login(url="http://127.0.0.1:9")
    assert "key" in login(key="sb_publishable_wrong")
    shell.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # it keeps nothing
    for vault in ("memory", "auto", "keyring"):
        refused = login(vault=vault)
        assert "vault file" in refused
        assert "until you quit" not in refused


def test_a_wrong_password_is_told_and_nothing_is_kept(
    server: LocalServer, tmp_path: Path, ana: str
) -> None:
    fresh = Shell(tmp_path / "fresh")
    options = ("--url", server.url, "--key", server.key, "--email", f"{ana}@example.org")
    done = fresh.run("login", *options, "--password-stdin", stdin="wrong\n")
    assert done.returncode == 1
    assert "password" in done.stderr
    assert not (tmp_path / "fresh" / "config").exists()


def test_an_env_file_gives_the_project_and_its_secret_is_ignored(
    server: LocalServer, tmp_path: Path, ana: str
) -> None:
    env = tmp_path / ".env.local"
    env.write_text(
        f"NEXT_PUBLIC_SUPABASE_URL={server.url}\nNEXT_PUBLIC_SUPABASE_ANON_KEY={server.key}\n"
        "SUPABASE_SERVICE_ROLE_KEY=very-secret\n"
    )
    fresh = Shell(tmp_path / "fresh")
    words = ("login", "--env", str(env), "--email", f"{ana}@example.org", "--password-stdin")
    done = fresh.run(*words, stdin=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert "SUPABASE_SERVICE_ROLE_KEY ignored" in done.stderr
    kept = "".join(path.read_text() for path in (tmp_path / "fresh").rglob("*") if path.is_file())
    assert "very-secret" not in kept


def test_the_environment_names_a_project_without_a_file(
    server: LocalServer, tmp_path: Path, ana: str
) -> None:
    fresh = Shell(tmp_path / "fresh")
    project = {"SUPACHAT_URL": server.url, "SUPACHAT_KEY": server.key}
    done = fresh.run("whoami", **project)
    assert done.returncode == 1
    assert "login" in done.stderr


def test_send_while_the_server_is_dead_leaves_nothing_unless_it_is_told_to(
    own_server: LocalServer, tmp_path: Path
) -> None:
    shell = Shell(tmp_path / "home")
    for name in ("ana", "ben"):
        own_server.sign_up(name)
    assert shell.login(own_server, "ana").returncode == 0
    assert shell.run("send", "--queue", "@ben", "one").returncode == 0
    ben = Shell(tmp_path / "new here")
    assert ben.login(own_server, "ben").returncode == 0
    own_server.kill()
    assert "Nothing is queued" in ben.run("send", "--queue", "--wait", "2", "Ana", "unseen").stderr
    queued = shell.run("send", "--queue", "--wait", "2", "Ben", "two")
    assert (queued.returncode, queued.stdout) == (1, "")
    assert "queued" in queued.stderr
    dead = shell.run("send", "--wait", "2", "Ben", "not kept")
    assert dead.returncode == 1
    assert "reached" in dead.stderr
    own_server.again()
    assert shell.run("send", "--queue", "Ben", "three").returncode == 0
    lines = shell.run("tail", "Ben", "--json").stdout.splitlines()
    assert [json.loads(line)["body"] for line in lines] == ["one", "two", "three"]
