"""From the commit in PostgreSQL to the painted frame, against a bare websocket client on the same topic.

Both hear the same broadcasts in the same run; what lies between their times is what the program costs:
its client, its engine, its cache, its pane, its terminal. And what it costs while nothing happens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from tests.bench.bench_start import EMPTY, MARK
from tests.bench.table import Row, median, ms, p95
from tests.bench.watch import Watched, cpu_seconds
from tests.journeys.local import PASSWORD, LocalServer
from websockets.sync.client import ClientConnection, connect

MESSAGES = 60
GAP = 0.15
"""Seconds between two messages: each is drawn for itself."""
CALM, IDLE = 10.0, 60.0
"""Seconds until what was begun has ended, and seconds in which nobody does anything: two heartbeats."""
_INSERT = """
insert into chat_messages (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body)
  select 'ana__ben', user_id, 'ben', 'ana', %s from supachat_profiles where app_user_id = 'ben'
"""


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name, LocalServer(Path(name) / "server") as server:
        environ = {**os.environ, "SUPACHAT_HOME": f"{name}/ana"}
        _prepare(server, environ)
        with Watched([sys.executable, "-m", "supachat"], environ) as screen, _bare(server) as heard:
            screen.when("live")
            painted, bare, commits = _measure(server, screen, heard)
            with Watched([sys.executable, "-c", EMPTY], environ) as empty:
                empty.when(MARK)
                ours, theirs = _idle(screen, empty)
    extra = [one - other for one, other in zip(painted, bare, strict=True)]
    since = [one - other for one, other in zip(painted, commits, strict=True)]
    return [
        Row(
            "commit to painted frame, p50",
            ms(median(since)),
            f"bare websocket {ms(median(_minus(bare, commits)))}",
        ),
        Row("what the program adds to that, p50", ms(median(extra)), "", "", "17 ms"),
        Row("what the program adds to that, p95", ms(p95(extra)), "", "", ""),
        Row("CPU while nothing happens", f"{ours:.2f} %", f"empty Textual app {theirs:.2f} %", "", "0.3 %"),
    ]


def _idle(*programs: Watched) -> list[float]:
    """Percent of a core that each of them takes, live and left alone."""
    time.sleep(CALM)
    before = [cpu_seconds(one.process.pid) for one in programs]
    time.sleep(IDLE)
    return [
        (cpu_seconds(one.process.pid) - was) / IDLE * 100 for one, was in zip(programs, before, strict=True)
    ]


def _minus(one: list[float], other: list[float]) -> list[float]:
    return [a - b for a, b in zip(one, other, strict=True)]


def _measure(
    server: LocalServer, screen: Watched, heard: dict[str, float]
) -> tuple[list[float], list[float], list[float]]:
    painted, bare, commits = [], [], []
    with psycopg.connect(server.database("supabase_admin"), autocommit=True) as connection:
        for number in range(MESSAGES):
            mark = f"marked-{number:04d}-{os.getpid()}"
            screen.forget()
            connection.execute(_INSERT, (mark,))
            commits.append(time.monotonic())
            painted.append(screen.when(mark))
            _until(lambda mark=mark: mark in heard)
            bare.append(heard[mark])
            time.sleep(GAP)
    return painted, bare, commits


def _prepare(server: LocalServer, environ: dict[str, str]) -> None:
    """Ana is signed in, has one thread, and it is open."""
    for name in ("ana", "ben"):
        server.sign_up(name)
    options = ("--url", server.url, "--key", server.key, "--email", "ana@example.org", "--vault", "file")
    for words in (("login", *options, "--password-stdin"), ("send", "@ben", "hello")):
        subprocess.run(
            [sys.executable, "-m", "supachat", *words], input=PASSWORD.encode(), env=environ, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def _bare(server: LocalServer) -> Iterator[dict[str, float]]:
    """When each message body was heard by a client that does nothing else."""
    token = server.token("ana")["access_token"]
    url = f"{server.url.replace('http', 'ws', 1)}/realtime/v1/websocket?apikey={server.key}&vsn=1.0.0"
    heard: dict[str, float] = {}
    with connect(url, close_timeout=0.2) as socket:
        config = {"private": True, "broadcast": {"self": True}, "presence": {"key": ""}}
        join = {"config": config, "access_token": token}
        socket.send(
            json.dumps(
                {"topic": "realtime:chat:ana__ben", "event": "phx_join", "payload": join, "ref": "1"}
            )
        )
        listener = threading.Thread(target=_listen, args=(socket, heard), daemon=True)
        listener.start()
        _until(lambda: "joined" in heard)
        yield heard


def _listen(socket: ClientConnection, heard: dict[str, float]) -> None:
    for text in socket:
        moment = time.monotonic()
        frame: dict[str, Any] = json.loads(text)
        if frame["event"] == "phx_reply":
            heard["joined"] = moment
        elif frame["event"] == "broadcast" and frame["payload"]["event"] == "INSERT":
            heard[frame["payload"]["payload"]["record"]["body"]] = moment


def _until(condition: Any, limit: float = 20.0) -> None:
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the bare client heard nothing")
        time.sleep(0.001)
