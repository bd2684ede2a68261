"""A shell that closed a stream, filled one up or led one elsewhere, and a folder that is gone: never a
traceback, never a hang, and a sentence that is true."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

NOT_SET_UP = "supachat: No workspace is set up yet"
GONE = "supachat: the folder you are in was deleted. Go to another one and try again"


def shell(home: Path, line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What `line` comes to, `$S` being the program."""
    environ = {**os.environ, "SUPACHAT_HOME": str(home), **environ}
    line = line.replace("$S", f"'{sys.executable}' -m supachat")
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, env=environ, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("$S threads <&-", 1, NOT_SET_UP),
        ("$S send x - <&-", 1, NOT_SET_UP),
        ("$S <&-", 2, "supachat: this needs a terminal"),
        ("$S threads 2>&-", 1, ""),
        ("$S dialect list >&-", 0, ""),
        ("$S <&- >&- 2>&-", 2, ""),
        ("mkdir gone; cd gone; rmdir ../gone; SUPACHAT_HOME=here $S threads", 1, GONE),
    ],
)
def test_what_a_shell_took_away(tmp_path: Path, line: str, code: int, words: str) -> None:
    done = shell(tmp_path / "home", f"cd '{tmp_path}'; {line}")
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(words)
    assert len(done.stderr.splitlines()) <= 1
    assert not list((tmp_path / "home").rglob("crash-*"))


FULL = """
import errno, io, sys

class Full(io.StringIO):
    led_away = False
    def flush(self):
        if not self.led_away:
            raise OSError(errno.ENOSPC, "No space left on device")
    def fileno(self):
        self.led_away = True
        return 1

sys.stdout = Full()
from supachat.cli.main import main
main(["dialect", "list"])
"""


def test_an_output_that_is_full_is_a_sentence(tmp_path: Path) -> None:
    environ = {**os.environ, "SUPACHAT_HOME": str(tmp_path)}
    command = [sys.executable, "-c", FULL]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "could not be written: No space left on device. Free some room first" in done.stderr
    assert not list(tmp_path.rglob("crash-*"))


def test_a_home_that_nobody_knows_is_named(tmp_path: Path) -> None:
    done = shell(tmp_path, "$S threads", SUPACHAT_HOME="~nobody-of-that-name/x")
    assert done.returncode == 1
    assert done.stderr.startswith("supachat: SUPACHAT_HOME is ~nobody-of-that-name/x, and nobody knows")


def test_no_file_is_opened_under_the_number_of_a_closed_stream() -> None:
    code = (
        "from supachat.cli.streams import open_closed; open_closed(); print(open('/dev/null').fileno() > 2)"
    )
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -c "{code}" 2>&- <&-'],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == b"True\n"


def read_until(terminal: int, words: bytes) -> bytes:
    """What came until `words` did, or until nobody has the terminal open; nothing for 30 s ends it too."""
    seen = b""
    while words not in seen and select.select([terminal], [], [], 30.0)[0]:
        try:
            more = os.read(terminal, 65_536)
        except OSError:  # Linux's word for it
            break
        if not more:
            break
        seen += more
    return seen


@pytest.mark.parametrize("end", ["2>&-", "2>errors.txt"])
def test_the_screen_stays_where_stdout_is(tmp_path: Path, end: str) -> None:
    """Its first bytes reach the terminal, not the file."""
    environ = {**os.environ, "SUPACHAT_HOME": str(tmp_path / "home"), "TERM": "xterm-256color"}
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        ["sh", "-c", f"exec '{sys.executable}' -m supachat {end}"],
        stdin=inner, stdout=inner, stderr=inner, cwd=tmp_path, env=environ, start_new_session=True,
    )  # fmt: skip
    os.close(inner)
    try:
        assert b"Where are your conversations" in read_until(outer, b"Where are your conversations")
        os.write(outer, b"\x11")
        read_until(outer, b"nothing more")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(outer)
    assert not (tmp_path / "errors.txt").exists() or (tmp_path / "errors.txt").read_bytes() == b""
