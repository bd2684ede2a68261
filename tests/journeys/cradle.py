"""A process that has imported whatever a client needs, and becomes one for each that is asked of it: a life
costs a tenth of a program that is started anew.

`Cradle` is the side of whoever asks. The other side has one thread only, since it forks, and ends with us.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import traceback
from dataclasses import asdict
from types import TracebackType
from typing import NoReturn

from tests.journeys import doomed
from tests.journeys.awaits import awaits

PATIENCE = 120.0


class Child:
    """One life of the client."""

    def __init__(
        self,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ended: asyncio.Future[int],
    ) -> None:
        self.number = number
        self._reader, self._writer, self._ended = reader, writer, ended

    async def told(self) -> str:
        """The next line that it says; empty once it is no more."""
        try:
            return (await asyncio.wait_for(self._reader.readline(), PATIENCE)).decode().strip()
        except ConnectionResetError:
            return ""

    async def tell(self, line: str) -> None:
        self._writer.write(f"{line}\n".encode())
        await self._writer.drain()

    async def met(self) -> tuple[dict[str, int], dict[str, int]]:
        """How often each place was: by its arrival, and in its conversations."""
        await self.tell("!")
        early, late = json.loads(await self.told())
        return early, late

    async def ends(self) -> int:
        """How it ended. Nothing more is asked of it."""
        if not self._writer.is_closing():
            self._writer.write_eof()
        try:
            return await asyncio.wait_for(asyncio.shield(self._ended), PATIENCE)
        finally:
            self._writer.close()


class Cradle:
    async def __aenter__(self) -> Cradle:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.journeys.cradle", str(theirs.fileno())),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "no_proxy": "*"},  # on macOS no fork may ask the system for its proxies
            )
        self._reader, self._writer = await asyncio.open_connection(sock=self._socket)
        self._lives: dict[int, asyncio.Future[int]] = {}
        self._hears = asyncio.create_task(self._hear())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.write_eof()
        await asyncio.wait_for(self._process.wait(), PATIENCE)
        await self._hears
        self._writer.close()

    async def born(self, life: doomed.Life) -> Child:
        ours, theirs = socket.socketpair()
        number = len(self._lives)
        self._lives[number] = asyncio.get_running_loop().create_future()
        with theirs:
            socket.send_fds(
                self._socket, [f"{number} {json.dumps(asdict(life))}\n".encode()], [theirs.fileno()]
            )
        return Child(number, *await asyncio.open_connection(sock=ours), self._lives[number])

    def kills(self, child: Child) -> None:
        """SIGKILL, unless it has ended."""
        self._socket.send(f"{child.number}\n".encode())

    async def _hear(self) -> None:
        while line := await self._reader.readline():
            number, code = map(int, line.split())
            self._lives[number].set_result(code)


# ---------------------------------------------------------------- the other side


class Births:
    """Lines come in: a number and a life, with a socket for it to speak by; or the number alone, to kill
    that one. Lines go out: a number, and how that one ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lives: dict[int, int] = {}
        """The number of each process."""

    def run(self) -> None:
        awaits()  # read once, for all of them
        signal.signal(signal.SIGCHLD, lambda *_: self._bury())
        words, sockets = b"", list[int]()
        while (said := socket.recv_fds(self._control, 1 << 16, 64))[0]:
            words, sockets = words + said[0], sockets + said[1]
            *lines, words = words.split(b"\n")
            for number, _, life in (line.decode().partition(" ") for line in lines):
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
                if life:
                    self._lives[self._born(doomed.Life(**json.loads(life)), sockets)] = int(number)
                    os.close(sockets.pop(0))
                else:
                    self._kill(int(number))
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

    def end(self) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for pid in self._lives:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _bury(self) -> None:
        """Another may die meanwhile, which calls this once more."""
        with contextlib.suppress(ChildProcessError):
            while (dead := os.waitpid(-1, os.WNOHANG))[0]:
                told = f"{self._lives.pop(dead[0])} {os.waitstatus_to_exitcode(dead[1])}\n"
                self._control.sendall(told.encode())

    def _kill(self, number: int) -> None:
        for pid, one in self._lives.items():
            if one == number:
                os.kill(pid, signal.SIGKILL)

    def _born(self, life: doomed.Life, sockets: list[int]) -> int:
        """The process that becomes it, with the first of the sockets in place of its standard streams."""
        pid = os.fork()
        if pid:
            return pid
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        self._control.close()
        for stream in (0, 1):
            os.dup2(sockets[0], stream)
        for number in sockets:
            os.close(number)
        _lives(life)


def _lives(life: doomed.Life) -> NoReturn:
    """It ends here, and never comes back to what stands above it."""
    code = 1
    try:
        asyncio.run(doomed.main(life))
        code = 0
    except BaseException:  # noqa: BLE001  nothing may go on behind a fork
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        births = Births(given)
        try:
            births.run()
        finally:
            births.end()
