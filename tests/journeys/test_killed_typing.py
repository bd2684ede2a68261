"""kill -9 of the real app while a text is nowhere but in its hands: typed, refused, or taken back. The next
start has it, once, as what it was."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from tests.conftest import wait_until
from tests.journeys.local import PASSWORD, LocalServer
from tests.terminal import Terminal, is_live

from supachat.cache.files import last_path

SUPACHAT = [sys.executable, "-m", "supachat"]
CTRL_UP, ALT_UP, ALT_DOWN, F6 = "\x1b[1;5A", "\x1b[1;3A", "\x1b[1;3B", "\x1b[17~"
LIMIT = 60.0
"""Seconds that anything may take before a journey fails."""
_REFUSE = """
create or replace function public.refuse() returns trigger language plpgsql as
  $$begin raise exception 'only within the hour' using errcode = '42501'; end$$;
create trigger refuse_edits before update of content on sessions.chat_messages
  for each row execute function public.refuse();
create trigger refuse_more before insert on sessions.chat_messages
  for each row execute function public.refuse();
"""
_ALLOW = """
drop trigger refuse_edits on sessions.chat_messages; drop trigger refuse_more on sessions.chat_messages
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """Ana has a conversation with ben and one with eve, and has said one thing in each."""
    with LocalServer(tmp_path / "server", "--dialect", "sessions") as running:
        for name in ("ana", "ben", "eve"):
            running.sign_up(name)
        _run(tmp_path, running, "login", "--url", running.url, "--key", running.key, "--vault", "file",
             "--dialect", "sessions", "--email", "ana@example.org", "--password-stdin")  # fmt: skip
        _run(tmp_path, running, "send", "@ben", "helo ben")
        _run(tmp_path, running, "send", "@eve", "helo eve")
        yield running


def test_an_edit_that_is_typed_comes_back_and_so_does_what_stood_there_before(
    server: LocalServer, tmp_path: Path
) -> None:
    with _app(tmp_path) as app:
        app.type("half a new one")
        app.shows("half a new one")
        app.type(CTRL_UP)
        app.shows("editing  enter saves")
        app.type(", friend")
        wait_until(
            lambda: any(text.endswith("eve, friend") for text in _held(tmp_path, "edits")), limit=LIMIT
        )
        _killed(app)
    with _app(tmp_path) as app:
        app.shows("✎ helo eve, friend")
        app.type("!\r")
        app.shows("› half a new one")
        wait_until(lambda: "helo eve, friend!" in _stored(server), limit=LIMIT)
        app.until(lambda text: "✎ helo" not in text)
        assert (_held(tmp_path, "texts"), _held(tmp_path, "edits")) == (["half a new one"], [])
        _killed(app)
    with _app(tmp_path) as app:
        app.shows("› half a new one")
        assert "editing" not in app.text
    assert sorted(_stored(server)) == ["helo ben", "helo eve, friend!"]


def test_an_edit_that_was_refused_elsewhere_waits_for_its_thread_through_two_deaths(
    server: LocalServer, tmp_path: Path
) -> None:
    _as_owner(server, _REFUSE)
    with _app(tmp_path) as app:
        app.type(CTRL_UP)
        app.shows("editing  enter saves")
        app.type(", friend\r" + ALT_DOWN)
        app.shows("your edit waits")
        app.shows("Message Ben")
        wait_until(lambda: _held(tmp_path, "drafts") == ["helo eve, friend"], limit=LIMIT)
        _killed(app)
    with _app(tmp_path) as app:
        _to_eve(app)
        app.shows("✎ helo eve, friend")
        _killed(app)  # as soon as it is seen: it is a draft still, or typed already, and not both
    assert [*_held(tmp_path, "drafts"), *_held(tmp_path, "edits")] == ["helo eve, friend"]
    _as_owner(server, _ALLOW)
    with _app(tmp_path) as app:
        _to_eve(app)
        app.shows("✎ helo eve, friend")
        app.type("\r")
        wait_until(lambda: sorted(_stored(server)) == ["helo ben", "helo eve, friend"], limit=LIMIT)
        wait_until(lambda: [*_held(tmp_path, "drafts"), *_held(tmp_path, "edits")] == [], limit=LIMIT)


def test_a_message_that_is_taken_back_is_a_draft_or_a_text_and_never_neither(
    server: LocalServer, tmp_path: Path
) -> None:
    _as_owner(server, _REFUSE)
    with _app(tmp_path) as app:
        app.type("not to be had\r")
        app.shows("not sent")
        app.type("and more")
        app.shows("› and more")
        app.type(F6)
        app.shows("e edit")
        app.type("e")
        app.shows("› not to be had")
        _killed(app)
    assert "\n".join([*_held(tmp_path, "drafts"), *_held(tmp_path, "texts")]) == "not to be had\nand more"
    with _app(tmp_path) as app:
        app.shows("and more")
        app.shows("not to be had")
    assert sorted(_stored(server)) == ["helo ben", "helo eve"]


# ---------------------------------------------------------------- doing and seeing


@contextlib.contextmanager
def _app(folder: Path) -> Iterator[Terminal]:
    with Terminal(SUPACHAT, columns=100, lines=30, environ=_environ(folder)) as app:
        app.until(is_live, LIMIT)
        app.settles(seconds=LIMIT)
        yield app


def _to_eve(app: Terminal) -> None:
    """Whichever thread was open for long enough to be opened at the start."""
    if "› ✦ Eve" not in app.text:
        app.type(ALT_UP)


def _killed(app: Terminal) -> None:
    app.process.kill()
    app.process.wait()


def _environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "SUPACHAT_HOME": str(folder / "ana")}


def _run(folder: Path, server: LocalServer, *words: str) -> None:
    done = subprocess.run(
        [*SUPACHAT, *words],
        input=PASSWORD,
        capture_output=True,
        text=True,
        env=_environ(folder),
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stderr


def _held(folder: Path, table: LiteralString) -> list[str]:
    """The texts that are on the disk."""
    (base,) = {path.with_suffix("").with_suffix(".db") for path in (folder / "ana" / "data").glob("*.*.db")}
    path = last_path(base)
    assert path is not None
    column = "raw" if table == "drafts" else "text"
    with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as db:
        return [row[0] for row in db.execute(f"select {column} from {table} order by 1")]


def _stored(server: LocalServer) -> list[str]:
    with psycopg.connect(server.database("postgres")) as connection:
        return [row[0] for row in connection.execute("select content from sessions.chat_messages")]


def _as_owner(server: LocalServer, sql: LiteralString) -> None:
    with psycopg.connect(server.database("postgres"), autocommit=True) as connection:
        connection.execute(sql)
