"""`supachat serve` as people run it: a process, its first line, its end; also its sudden end."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psycopg

from supachat.dialects import catalog

PASSWORD = "correct-horse-9"
RELOAD = "notify pgrst, 'reload schema'"


class LocalServer:
    """Runs within a `with` block. `kill` and `again` are for those who want to see it fall."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.data_dir = data_dir
        self._options = options
        self.url = ""
        self.key = ""
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._alive: int | None = None

    def __enter__(self) -> LocalServer:
        self.again()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            process.wait(60)
        self._closed()

    def again(self) -> None:
        """Start it, on the same folder and port as before. Returns once it answers."""
        self._closed()
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        self._log = (self.data_dir.parent / "serve.log").open("ab")
        reading, self._alive = os.pipe()
        options = [
            "--data-dir",
            str(self.data_dir),
            "--port",
            str(self._port),
            "--dialect",
            "direct",
            "--json",
            *self._options,
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supachat", "serve", *options, "--watch-fd", str(reading)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            pass_fds=(reading,),  # it ends with us, even if a test run is killed
        )
        os.close(reading)
        told = json.loads(self._first_line())
        self.url, self.key = told["url"], told["publishable_key"]
        self._port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """SIGKILL: no goodbye to anybody."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill_postgres(self) -> None:
        """SIGKILL for the database alone; whoever serves has to bring it back."""
        note = (self.data_dir / "postgres" / "postmaster.pid").read_text(encoding="utf-8")
        os.kill(int(note.splitlines()[0]), signal.SIGKILL)

    def sign_up(self, name: str, **said: str) -> None:
        """An account `name@example.org` with the app id `name`; `said` is what else it says of itself."""
        self._post(
            "/auth/v1/signup",
            {
                "email": f"{name}@example.org",
                "password": PASSWORD,
                "data": {"name": name.capitalize(), "app_user_id": name, **said},
            },
        )

    def token(self, name: str) -> dict[str, Any]:
        """A session of that account, as GoTrue answers it."""
        session: dict[str, Any] = self._post(
            "/auth/v1/token?grant_type=password", {"email": f"{name}@example.org", "password": PASSWORD}
        )
        return session

    def rpc(self, function: str, token: str, **arguments: str) -> Any:
        """Call a database function as whoever the access token names."""
        return self._post(f"/rest/v1/rpc/{function}", arguments, token)

    def post(self, path: str, body: Any, token: str) -> int:
        """The status that a raw request gets, whatever it is."""
        try:
            self._post(path, body, token)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def database(self, role: str) -> str:
        """A libpq string, for rows that no client could write."""
        from psycopg.conninfo import make_conninfo

        keys = json.loads((self.data_dir / "keys.json").read_text(encoding="utf-8"))
        return make_conninfo(keys["database"], user=role)

    def _post(self, path: str, body: Any, token: str = "") -> Any:
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode(),
            {
                "apikey": self.key,
                "Authorization": f"Bearer {token or self.key}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _first_line(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        end = time.monotonic() + 60
        while time.monotonic() < end:
            ready, _, _ = select.select([self._process.stdout], [], [], 0.2)
            if ready and (line := self._process.stdout.readline()):
                return line
            if self._process.poll() is not None:
                break
        log = (self.data_dir.parent / "serve.log").read_text(encoding="utf-8")
        raise AssertionError(f"the server did not start:\n{log}")

    def _closed(self) -> None:
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None
        for file in (self._log, self._process.stdout if self._process else None):
            if file is not None:
                file.close()


def as_owner(server: LocalServer, *statements: str) -> None:
    """What a project's owner would say to its database."""
    with psycopg.connect(server.database("supabase_admin"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def count(server: LocalServer, table: str) -> int:
    """How many rows there are, whoever may see them."""
    with psycopg.connect(server.database("supabase_admin")) as connection:
        row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def put_right(server: LocalServer) -> None:
    """Run the SQL of the dialect direct again: it puts right what an owner took away."""
    with psycopg.connect(server.database("postgres"), autocommit=True) as connection:
        connection.execute(catalog.sql("direct").encode())
        connection.execute(RELOAD)
