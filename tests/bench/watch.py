"""A program in a terminal, watched for bytes: an emulator would measure itself."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.pty_child import started


def until_bytes(
    command: Sequence[str], mark: str, environ: Mapping[str, str], limit: float = 30.0
) -> float:
    """Seconds from exec until the program has written `mark`. The program is ended then."""
    with Watched(command, environ) as watched:
        return watched.when(mark, limit) - watched.began


def cpu_seconds(pid: int) -> float:
    """Of that process so far; 0 where there is no /proc."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watched:
    """Reads in a thread and notes when something was seen, in monotonic seconds."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = (120, 40)
    ):
        columns, lines = size
        self._chunks: list[tuple[float, bytes]] = []
        self._news = threading.Condition()
        self._ended = False
        self.began = time.monotonic()
        environ = {**environ, "TERM": "xterm-256color"}
        self._main, self.process = started(command, environ, columns=columns, lines=lines)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        self._ended = True
        self._reader.join()
        os.close(self._main)

    def type(self, keys: str) -> None:
        os.write(self._main, keys.encode())

    def when(self, mark: str, limit: float = 30.0) -> float:
        """The moment at which `mark` was complete. Raises `TimeoutError`."""
        wanted, end = mark.encode(), time.monotonic() + limit
        with self._news:
            while (found := self._found(wanted)) is None:
                if not self._news.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    seen = b"".join(data for _, data in self._chunks)
                    raise TimeoutError(f"{mark!r} was not seen in {seen[-2000:]!r}")
        return found

    def forget(self) -> None:
        """What was written until now does not count."""
        with self._news:
            self._chunks.clear()

    def _found(self, wanted: bytes) -> float | None:
        tail = b""
        for moment, data in self._chunks:
            if wanted in tail + data:
                return moment
            tail = (tail + data)[-len(wanted) :]
        return None

    def _read(self) -> None:
        while not self._ended:
            ready, _, _ = select.select([self._main], [], [], 0.2)
            if not ready:
                continue
            try:
                data = os.read(self._main, 65536)
            except OSError:
                return
            moment = time.monotonic()
            with self._news:
                self._chunks.append((moment, data))
                self._news.notify_all()
