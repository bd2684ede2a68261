"""From nothing to the first message, as a newcomer with a project does it: one field after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.journeys.local import PASSWORD, LocalServer
from tests.terminal import Terminal, is_live

from supachat.settings import load

DOWN = "\x1b[B"


def test_a_newcomer_names_the_project_makes_an_account_and_writes(
    server: LocalServer, tmp_path: Path, names: Callable[[str], str]
) -> None:
    ben, nia = names("ben"), names("nia")
    server.sign_up(ben)
    home = tmp_path / "home"
    environ = {**os.environ, "SUPACHAT_HOME": str(home), "SUPACHAT_VAULT": "file"}
    with Terminal([sys.executable, "-m", "supachat"], columns=100, lines=30, environ=environ) as screen:
        screen.shows("Where are your conversations?")
        screen.type(DOWN)
        screen.type("\r")
        screen.shows("A Supabase project")
        screen.type("http://example.org")
        screen.shows("in the clear")
        screen.type("\x15" + server.url)
        screen.shows("answers in")
        screen.type("\t")
        screen.settles()
        screen.type("sb_secret_abc")
        screen.shows("secret key")
        screen.type("\x15" + server.key)
        screen.shows("the project takes it")
        screen.type("\r")
        screen.shows("Sign in to local")
        screen.type("\x0e")
        screen.until(lambda text: "name" in text.casefold())
        for words in (nia.capitalize(), f"{nia}@example.org", PASSWORD):
            screen.type(words)
            screen.settles()
            screen.type("\t")
            screen.settles()
        screen.type("\r")
        screen.until(is_live, 30)
        screen.type("\x0b")
        screen.settles()
        screen.type(ben.capitalize())
        screen.shows("no thread yet")
        screen.settles()
        screen.type("\r")
        screen.shows(f"Message {ben.capitalize()}")
        screen.type("hello from nowhere\r")
        screen.until(lambda text: "hello from nowhere" in text and "✓" in text)
        screen.type("\x11")
        assert screen.wait() == 0
        assert PASSWORD.encode() not in screen.raw
    assert list(load(home / "config" / "supachat.toml").workspaces) == ["local"]
    token = server.token(ben)["access_token"]
    assert [row["last_message_preview"] for row in server.rpc("supachat_threads", token)] == [
        "hello from nowhere"
    ]


def test_the_session_is_restored_the_next_time(
    server: LocalServer, tmp_path: Path, names: Callable[[str], str]
) -> None:
    ana = names("ana")
    server.sign_up(ana)
    environ = {**os.environ, "SUPACHAT_HOME": str(tmp_path / "home"), "SUPACHAT_VAULT": "file"}
    command = [sys.executable, "-m", "supachat"]
    options = [
        "--url",
        server.url,
        "--key",
        server.key,
        "--email",
        f"{ana}@example.org",
        "--password-stdin",
    ]
    with Terminal([*command, "login", *options], environ=environ) as login:
        login.type(PASSWORD + "\n")
        assert login.wait(30) == 0
    for _ in range(2):
        with Terminal(command, environ=environ) as screen:
            screen.shows(ana.capitalize())
            screen.until(is_live)
            screen.type("\x11")
            assert screen.wait() == 0
