"""Keeps the demo's two processes alive for as long as a screen is there.

Each of them reads a named pipe that every screen holds open for writing. When the last screen goes,
however it goes, the system closes the pipe and both end by themselves. A screen that finds one of them
missing starts it: the first screen both, any screen a server that was killed. Must never leave a process
behind, nor end one that another screen still uses.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from supachat.demo.cast import shown
from supachat.demo.house import ROLES, House
from supachat.dialects import catalog

LOOK_EVERY = 0.25
"""Seconds between two looks at the processes."""
WATCH_IT = 3.0
"""Seconds that a killed server stays dead: it is worth watching."""
GOODBYE = 2.0
"""Seconds that a process has to end in."""


@dataclass(slots=True)
class Keeper:
    """Keeps the two processes alive from `start` to `stop`. Runs in a thread of its own."""

    house: House
    port: int
    pace: float = 1.0
    trouble: str = ""
    """Why the server cannot be started, once that has failed repeatedly."""
    _pipes: dict[str, int] = field(default_factory=dict)
    _mine: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _gone_at: dict[str, float] = field(default_factory=dict)
    _failures: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once both run or are on their way up."""
        if not self.house.lives("server"):
            self.house.log.unlink(missing_ok=True)
        for role in ROLES:
            self._look(role, at_once=True)
        self._thread = threading.Thread(target=self._watch, daemon=True, name="supachat-demo")
        self._thread.start()

    def stop(self) -> None:
        """Let go, after our own seat was left. The last screen waits for both to end: 2 s at most."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        for pipe in self._pipes.values():
            os.close(pipe)
        self._pipes.clear()
        if self.house.anybody():
            return
        end = time.monotonic() + GOODBYE
        while any(self.house.lives(role) for role in ROLES) and time.monotonic() < end:
            for child in self._mine.values():
                child.poll()
            time.sleep(0.02)
        for child in self._mine.values():
            if child.poll() is None:
                child.kill()
                child.wait()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            for role in ROLES:
                self._look(role)

    def _look(self, role: str, *, at_once: bool = False) -> None:
        """Start that role if it is not there, after the pause that makes a dead server worth seeing."""
        with self.house.locked():
            if self.house.lives(role):
                self._gone_at.pop(role, None)
                self._hold(role)
                return
            now = time.monotonic()
            self._reap(role)
            if self.trouble:
                return
            gone = self._gone_at.setdefault(role, now)
            if not at_once and now - gone < WATCH_IT * self.pace:
                return
            self._begin(role)
            del self._gone_at[role]

    def _reap(self, role: str) -> None:
        child = self._mine.pop(role, None)
        if child is None:
            return
        code = child.wait()
        if role == "server" and code > 0:
            self._failures += 1
            self.trouble = _last_line(self.house.log) if self._failures >= 3 else ""

    def _hold(self, role: str) -> None:
        if role not in self._pipes:
            self._pipes[role] = os.open(self.house.pipe(role), os.O_WRONLY | os.O_NONBLOCK)

    def _begin(self, role: str) -> None:
        reading = os.open(self.house.pipe(role), os.O_RDONLY | os.O_NONBLOCK)
        try:
            self._hold(role)  # before the child reads: a pipe without a writer would look closed
            with open(self.house.log, "ab") as log:
                self._mine[role] = subprocess.Popen(
                    self._command(role, reading),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(reading,),
                    start_new_session=True,  # another screen may need it when this terminal goes
                )
        finally:
            os.close(reading)

    def _command(self, role: str, pipe: int) -> list[str]:
        if role == "server":
            options = ["--data-dir", str(self.house.server), "--port", str(self.port)]
            for name in shown(catalog.names()):
                options += ["--dialect", name]
            return [sys.executable, "-m", "supachat", "serve", "--json", *options, "--watch-fd", str(pipe)]
        options = [str(self.house.folder), self.url, str(pipe), str(self.pace)]
        return [sys.executable, "-m", "supachat.demo.people", *options]


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
