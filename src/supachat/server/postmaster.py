"""One run of PostgreSQL: a process, and a guard that ends it when we are gone.

The guard holds a pipe to us, so whatever ends the process that called `launch`, PostgreSQL ends too.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from supachat.server import cluster, pglog
from supachat.server.binaries import Identity
from supachat.server.ground import SOCKET, Ground, own_folder
from supachat.server.trouble import ServerTrouble

START_LIMIT = 60.0
STOP_LIMIT = 1.2

# The guard ends PostgreSQL when its own input ends without a word, which is what our death looks like. The
# socket's folder goes with it, unless another server of this data has begun: what is in there is that one's
# then, and if nothing is yet, its `launch` makes the folder anew.
_GUARD = """
read -r word && exit 0
for sign in INT 0 0 0 0 0 0 0 0 0 0 QUIT 0 0 0 0 0 0 0 0 0 0; do kill -$sign "$1" || break; sleep 0.1; done
read -r owner < "$2.lock" && [ "$owner" = "$1" ] && rm -f "$2" "$2.lock"
rmdir "${2%/*}"
"""


@dataclass
class Postmaster:
    """`process` is PostgreSQL's first."""

    process: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]

    async def died(self) -> int:
        """Waits until it has ended by itself; its exit code."""
        while (code := self.process.poll()) is None:  # noqa: ASYNC110 - a process has no event
            await asyncio.sleep(0.1)
        return code

    async def stop(self) -> None:
        """Ends it: at once, within 2 s even when somebody holds on to it."""
        for sign, limit in ((signal.SIGINT, STOP_LIMIT), (signal.SIGQUIT, 0.5), (signal.SIGKILL, 5.0)):
            if self.process.poll() is None:
                self.process.send_signal(sign)
                await _ended(self.process, limit)
        self.release()

    def abandon(self) -> None:
        """Ends one that nobody will hear of."""
        self.process.kill()
        self.process.wait()
        self.release()

    def release(self) -> None:
        """Tells the guard that all is well, and waits for it."""
        said = self.guard.stdin
        if said is not None and not said.closed:
            try:
                said.write(b"done\n")
                said.close()
            except BrokenPipeError:
                pass  # it was killed: there is nobody left to tell
        self.guard.wait()


async def launch(ground: Ground) -> Postmaster:
    """One that is ready. It may first have to wait for backends of a killed one to end, and for its guard.
    Raises ServerTrouble."""
    deadline = time.monotonic() + START_LIMIT
    while True:
        began = pglog.rotated(ground.log)
        own_folder(ground.socket_dir, ground.who)
        process = _spawn(ground.command, ground.who, ground.log)
        made = Postmaster(
            process, _watch(process.pid, ground.socket_dir / SOCKET)
        )  # we may be killed at once
        try:
            if await _ready(process, ground.folder, deadline):
                return made
        except asyncio.CancelledError:
            made.abandon()
            raise
        made.abandon()
        said = pglog.said(ground.log, began)
        passes = "shared memory block" in said or not ground.socket_dir.exists()
        if not passes or time.monotonic() > deadline:
            raise ServerTrouble(
                f"PostgreSQL did not start. Nothing is lost. It said, in {ground.log}: {said[-600:]}"
            )
        await asyncio.sleep(0.1)


def _spawn(command: list[str], who: Identity, log: Path) -> subprocess.Popen[bytes]:
    """A session of its own: ctrl+c in our terminal must not reach PostgreSQL before us."""
    # its errors quote rows: nobody else may read them, wherever the folder stands
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
        return subprocess.Popen(
            command,
            user=who.uid,
            group=who.gid,
            extra_groups=None if who.uid is None else [],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=cluster.environment(),
        )


async def _ready(process: subprocess.Popen[bytes], folder: Path, deadline: float) -> bool:
    note = folder / "postmaster.pid"
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        lines: list[str] = []
        with contextlib.suppress(FileNotFoundError):  # not yet, or taken away by one that fails to start
            lines = note.read_text().split("\n")
        # line 8 is the state; an older pid in line 1 is a dead one's note
        if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
            return True
        await asyncio.sleep(0.005)
    return False


def _watch(pid: int, socket: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "supachat-guard", str(pid), str(socket)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


async def _ended(process: subprocess.Popen[bytes], limit: float) -> None:
    deadline = time.monotonic() + limit
    while process.poll() is None and time.monotonic() < deadline:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.005)
