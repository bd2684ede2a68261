"""One person's shell: the commands as processes, with a home of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.journeys.local import PASSWORD, LocalServer

SUPACHAT = [sys.executable, "-m", "supachat"]


class Shell:
    """One person's shell: a SUPACHAT_HOME of its own, a session in a file."""

    def __init__(self, home: Path) -> None:
        self.environ = {**os.environ, "SUPACHAT_HOME": str(home), "SUPACHAT_VAULT": "file"}
        for name in ("SUPACHAT_URL", "SUPACHAT_KEY", "SUPACHAT_DIALECT"):
            self.environ.pop(name, None)

    def run(self, *words: str, stdin: str | bytes = "", **environ: str) -> subprocess.CompletedProcess[str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [*SUPACHAT, *words],
            input=data,
            capture_output=True,
            env={**self.environ, **environ},
            timeout=60,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def login(self, server: LocalServer, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        options = ("--url", server.url, "--key", server.key, "--email", f"{name}@example.org")
        return self.run("login", *options, "--password-stdin", *words, stdin=PASSWORD + "\n")
