"""A real terminal for a real program: a pty, and pyte to see what stands on its screen."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte
from tests.pty_child import sized, started


def is_live(text: str) -> bool:
    """Whether the badge in the header says so, in its long form or its short one."""
    return re.search(r"◉ (?:live )?[\d.]+ m?s$", text.partition("\n")[0]) is not None


def _in_a_terminal(environ: Mapping[str, str]) -> dict[str, str]:
    """Without the variables by which a test runner tells its own size."""
    kept = {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    return {**kept, "TERM": "xterm-256color"}


class Terminal:
    """Runs `command` in a terminal of `columns` by `lines`. Leave the `with` block to end it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        lines: int = 36,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        """Every byte that the program wrote."""
        self.began = time.monotonic()
        environ = _in_a_terminal(environ if environ is not None else os.environ)
        self._main, self.process = started(command, environ, columns=columns, lines=lines)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    # ------------------------------------------------------------ seeing

    def read(self, seconds: float) -> bool:
        """Take in what comes within `seconds`; False at the program's end."""
        end = time.monotonic() + seconds
        while True:
            ready, _, _ = select.select([self._main], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return True
            try:
                data = os.read(self._main, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.raw += data
            self._stream.feed(data)
            if time.monotonic() >= end:
                return True

    @property
    def text(self) -> str:
        """What stands on the screen, a line feed after each line."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, seen: Callable[[str], object], seconds: float = 60.0) -> str:
        """The screen's text, once `seen` finds in it what it looks for."""
        end = time.monotonic() + seconds
        while not seen(self.text):
            going = self.read(0.03)
            if not going and not seen(self.text):
                raise AssertionError(f"the program ended:\n{self.text}")
            if time.monotonic() > end:
                raise AssertionError(f"not seen within {seconds} s:\n{self.text}")
        return self.text

    def settles(self, quiet: float = 0.3, seconds: float = 20.0) -> None:
        """Returns once nothing was painted for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            before = len(self.raw)
            self.read(quiet)
            if len(self.raw) == before:
                return
        raise AssertionError(f"still painting after {seconds} s:\n{self.text}")

    def shows(self, words: str, seconds: float = 60.0) -> str:
        return self.until(lambda text: words in text, seconds)

    # ------------------------------------------------------------ acting

    def type(self, keys: str) -> None:
        os.write(self._main, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        sized(self._main, columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    def wait(self, seconds: float = 60.0) -> int:
        """The exit code, once the program has ended by itself."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            self.read(0.05)
            if time.monotonic() > end:
                raise AssertionError(f"still running after {seconds} s:\n{self.text}")
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal under the program."""
        os.close(self._main)
        self._main = -1

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._main >= 0:
            os.close(self._main)
