"""Lives one server's life on a small disk that fills up and turns read-only; prints what it saw as JSON.

Run as `unshare -rm python -m tests.linux.disk FOLDER`: the disk is mounted for this process alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psycopg

LIMIT = 40.0
TABLE = "create table public.kept (id uuid primary key, body text);\n"
HEAVY = (
    TABLE.replace("kept", "heavy")
    + "insert into public.heavy select gen_random_uuid(), string_agg(md5(i::text || j::text), '')"
    + " from generate_series(1, 3000) i, generate_series(1, 100) j group by i;\n"
)


@dataclass
class Disk:
    """A tmpfs of its own, and on it a data folder and a project's migrations."""

    root: Path

    def mount(self, megabytes: int) -> None:
        _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(self.root))

    def remount(self, options: str) -> None:
        _mount("-o", f"remount,{options}", str(self.root))

    def fill(self, leave: int) -> None:
        """Leaves `leave` bytes free."""
        with (self.root / "filler").open("wb") as file:
            held = os.statvfs(self.root)
            os.posix_fallocate(file.fileno(), 0, max(1, held.f_bavail * held.f_frsize - leave))

    def free(self) -> None:
        (self.root / "filler").unlink()

    @property
    def data(self) -> Path:
        return self.root / "data"


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


class Server:
    """`supachat serve` on that disk."""

    def __init__(self, process: subprocess.Popen[bytes], words: Path, keeper: int) -> None:
        self._process = process
        self._words = words
        self._keeper = keeper
        assert process.stdout is not None
        line = process.stdout.readline()
        self.told: dict[str, Any] | None = json.loads(line) if line else None

    @property
    def words(self) -> str:
        """What it said on stderr."""
        return self._words.read_text()

    def ended(self) -> int | None:
        return self._process.poll()

    def stop(self) -> int:
        """Its exit code, asked to end if it runs."""
        if self.told is not None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(LIMIT)
        assert self._process.stdout is not None
        self._process.stdout.close()
        os.close(self._keeper)
        return code

    @contextmanager
    def http(self) -> Iterator[httpx.Client]:
        assert self.told is not None
        headers = {"apikey": self.told["publishable_key"], "prefer": "return=minimal"}
        with httpx.Client(base_url=self.told["url"], headers=headers, timeout=LIMIT) as client:
            yield client


def start(disk: Disk, migrations: Path, words: Path) -> Server:
    """Returns when it answers or has ended. It ends with this process."""
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "supachat.cli.serve", "--port", "0", "--json"]
    command += ["--data-dir", str(disk.data), "--migrations", str(migrations), "--watch-fd", str(reader)]
    with words.open("wb") as err:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, pass_fds=(reader,))
    os.close(reader)
    return Server(process, words, writer)


def until(condition: Callable[[], bool]) -> bool:
    """Whether it came to hold within `LIMIT` seconds."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def put(client: httpx.Client, acknowledged: list[str], body: str) -> httpx.Response:
    """One row; remembered if the server said that it has it."""
    row = str(uuid.uuid4())
    answer = client.post("/rest/v1/kept", json={"id": row, "body": body})
    if answer.status_code == 201:
        acknowledged.append(row)
    return answer


def there(client: httpx.Client) -> set[str]:
    """The rows that are there, none while nobody answers."""
    try:
        answer = client.get("/rest/v1/kept", params={"select": "id"}, timeout=2.0)
    except httpx.HTTPError:
        return set()
    return {row["id"] for row in answer.json()} if answer.status_code == 200 else set()


# ---------------------------------------------------------------- the chapters of its life


@dataclass
class Life:
    disk: Disk
    migrations: Path
    words: Path
    acknowledged: list[str]

    def tell(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """What broke this off, and what the server had said: nobody else will ask it."""
        sys.__excepthook__(kind, error, trace)
        for said in (self.words, self.disk.data / "postgres.log"):
            sys.stderr.write(f"{said.name}:\n{said.read_text()[-4000:] if said.exists() else 'nothing'}\n")

    def start(self) -> Server:
        return start(self.disk, self.migrations, self.words)

    def refused(self) -> dict[str, Any]:
        """A start that must fail."""
        server = self.start()
        return {"started": server.told is not None, "code": server.stop(), "words": server.words}

    def too_small(self) -> dict[str, Any]:
        self.disk.mount(1)
        seen = self.refused()
        left = sorted(
            path.name for path in self.disk.data.iterdir() if path.name not in ("run", "serve.lock")
        )
        self.disk.remount("size=110m")
        return {**seen, "left": left}

    def grown(self) -> dict[str, Any]:
        """The first start that works, with a row in it."""
        server = self.start()
        with server.http() as client:
            put(client, self.acknowledged, "first")
        return {"started": server.told is not None, "code": server.stop()}

    def read_only(self) -> dict[str, Any]:
        self.disk.remount("ro")
        try:
            return self.refused()
        finally:
            self.disk.remount("rw")

    def migration(self) -> dict[str, Any]:
        """A migration that needs more room than there is, and then has it."""
        (self.migrations / "20260102000000_heavy.sql").write_text(HEAVY)
        self.disk.fill(3_000_000)
        seen = self.refused()
        self.disk.free()
        server = self.start()
        with server.http() as client:
            rows = client.get("/rest/v1/heavy", params={"select": "id", "limit": 1}).json()
        return {**seen, "then": len(rows), "then_code": server.stop()}

    def running(self) -> dict[str, Any]:
        """The disk fills up under a server, to the last byte of the write-ahead log, and has room again."""
        server = self.start()
        with server.http() as client:
            put(client, self.acknowledged, "before")
            self.disk.fill(0)
            answer = put(client, self.acknowledged, "x" * 900_000)
            stood_still = self._stand_still(server)
            self.disk.free()
            healed = until(lambda: set(self.acknowledged) <= there(client))
            after = put(client, self.acknowledged, "after").status_code
            kept = there(client) == set(self.acknowledged)
        seen = {"refusal": answer.status_code, "reason": answer.text, "stood_still": stood_still}
        seen |= {"healed": healed, "after": after, "kept": kept, "ended": server.ended()}
        return {**seen, "code": server.stop(), "words": server.words}

    def _stand_still(self, server: Server) -> bool:
        """Writes ahead until PostgreSQL cannot; whether the server says so."""
        database = json.loads((self.disk.data / "keys.json").read_text())["database"]

        def full() -> bool:
            try:
                with psycopg.connect(database) as connection:
                    connection.execute("select pg_logical_emit_message(true, 'x', repeat('x', 4000000))")
            except psycopg.OperationalError:
                return "is full" in server.words
            return False

        return until(full)

    def last(self) -> dict[str, Any]:
        """Everything that was ever acknowledged is there after one more start."""
        server = self.start()
        with server.http() as client:
            kept = there(client) == set(self.acknowledged)
        return {"kept": kept, "rows": len(self.acknowledged), "code": server.stop()}


def main(folder: Path) -> dict[str, Any]:
    disk = Disk(folder / "disk")
    disk.root.mkdir()
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "20260101000000_kept.sql").write_text(TABLE)
    life = Life(disk, migrations, folder / "words", [])
    sys.excepthook = life.tell
    chapters = (life.too_small, life.grown, life.read_only, life.migration, life.running, life.last)
    return {chapter.__name__: chapter() for chapter in chapters}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
