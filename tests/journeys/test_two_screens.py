"""Two real apps in two real terminals, one server between them that dies in the middle."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.journeys.local import PASSWORD, LocalServer
from tests.terminal import Terminal, is_live

SUPACHAT = [sys.executable, "-m", "supachat"]
BLOCK = 10
"""Messages that one of them writes before it is the other's turn."""
TALL = 300
"""Lines of the terminals in the end: all 200 messages stand on them at once."""


def test_two_screens_exchange_200_messages_while_the_server_dies_and_comes_back(
    own_server: LocalServer, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        ana, ben = (stack.enter_context(each) for each in _two_apps(own_server, tmp_path))
        ana.until(is_live)
        ben.until(is_live)
        for number in range(0, 200, BLOCK):
            writer, reader = (ana, ben) if number // BLOCK % 2 == 0 else (ben, ana)
            if number == 90:
                own_server.kill()
                writer.until(lambda text: not is_live(text))
                _write(writer, number)  # into the dark: nothing typed is lost
                own_server.again()
            else:
                _write(writer, number)
            reader.shows(_line(number + BLOCK - 1), 60)
        _typing_and_presence(ana, ben)
        expected = [_line(number) for number in range(200)]
        for terminal in (ana, ben):
            terminal.resize(100, TALL)
            terminal.until(lambda text: _said(text)[-200:] == expected, 60)
            terminal.until(lambda text: not re.search(r"◌|queued|sending", text), 60)
            assert _said(terminal.text) == expected
        for terminal in (ana, ben):
            terminal.type("\x11")
            assert terminal.wait() == 0


def _two_apps(server: LocalServer, folder: Path) -> Iterator[Terminal]:
    for name in ("ana", "ben"):
        server.sign_up(name)
        _run(folder, name, server, "login", "--url", server.url, "--key", server.key, "--vault", "file",
             "--email", f"{name}@example.org", "--password-stdin", stdin=PASSWORD)  # fmt: skip
    _run(folder, "ana", server, "send", "@ben", "let us count")
    for name in ("ana", "ben"):
        yield Terminal(SUPACHAT, columns=100, lines=30, environ=_environ(folder, name))


def _environ(folder: Path, name: str) -> dict[str, str]:
    return {**os.environ, "SUPACHAT_HOME": str(folder / name)}


def _run(folder: Path, name: str, server: LocalServer, *words: str, stdin: str = "") -> str:
    done = subprocess.run(
        [*SUPACHAT, *words],
        input=stdin,
        capture_output=True,
        text=True,
        env=_environ(folder, name),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _line(number: int) -> str:
    return f"count-{number:03d}"


def _said(text: str) -> list[str]:
    """The counted messages in the pane, as they stand there; previews in the list are not meant."""
    return [
        found.group(1)
        for line in text.splitlines()
        if (found := re.search(r"(?:^|\s)(count-\d{3})(?:\s|$)", line[30:]))
    ]


def _write(terminal: Terminal, first: int) -> None:
    for number in range(first, first + BLOCK):
        terminal.type(f"{_line(number)}\r")
        terminal.shows(_line(number))


def _typing_and_presence(one: Terminal, other: Terminal) -> None:
    """Each sees that the other is there, and that it types."""
    one.until(lambda text: "online" in text.splitlines()[0], 60)
    other.until(lambda text: "online" in text.splitlines()[0], 60)
    end = time.monotonic() + 20
    while "is typing" not in other.text:  # told at most every three seconds, so one key may not be enough
        assert time.monotonic() < end, other.text
        one.type("a\x7f")
        one.read(0.05)
        other.read(0.05)
