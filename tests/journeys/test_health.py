"""`supachat health` as a shell has it, on a local server that lives, hangs, and is gone."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.local import LocalServer
from tests.journeys.shell import Shell

Names = Callable[[str], str]
SHAPE: dict[str, tuple[type, ...]] = {
    "workspace": (str,), "grade": (str,), "state": (str,), "reason": (str,),
    "connect_s": (float, type(None)), "round_trip_s": (float, type(None)), "latency_s": (float, type(None)),
    "clock_skew_s": (float, type(None)), "uptime": (float, type(None)),
    "drops_last_hour": (int,), "queued": (int,),
    "failed": (int,), "missed_by_realtime": (int,), "strays": (int,), "backlog": (int, type(None)),
    "tables_answer": (bool, type(None)), "partly_polled": (bool,), "last_error": (str,),
    "last_error_ago_s": (float, type(None)), "topics": (list,), "outbox": (list,),
}  # fmt: skip
TOPIC: dict[str, tuple[type, ...]] = {
    "name": (str,), "state": (str,), "error": (str,), "error_ago_s": (float, type(None)),
    "active_ago_s": (float, type(None)), "next_try_in_s": (float, type(None)),
}  # fmt: skip


DRAFT: dict[str, tuple[type, ...]] = {
    "source": (str,), "thread": (str,), "title": (str,), "act": (str,), "state": (str,), "age_s": (float,),
    "tries": (int,), "reason": (str,),
}  # fmt: skip


class Stoppable(LocalServer):
    def send_signal(self, number: signal.Signals) -> None:
        """To the server's own process: it can be stopped and go on."""
        assert self._process is not None
        self._process.send_signal(number)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Stoppable]:
    """A server that nobody else needs: it is stopped and killed."""
    server = Stoppable(tmp_path / "data")
    with server:
        yield server


@pytest.fixture
def shell(tmp_path: Path, own_server: Stoppable) -> Shell:
    """Somebody signed in, with nothing but a server."""
    own_server.sign_up("ana")
    shell = Shell(tmp_path / "home")
    assert shell.login(own_server, "ana").returncode == 0
    return shell


def assert_shape(report: dict[str, Any], shape: dict[str, tuple[type, ...]]) -> None:
    assert set(report) == set(shape)
    assert [key for key, kinds in shape.items() if type(report[key]) not in kinds] == []


def test_a_live_link_is_told_in_json_and_in_lines(shell: Shell) -> None:
    done = shell.run("health", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert done.stdout.count("\n") == 1
    report = json.loads(done.stdout)
    assert_shape(report, SHAPE)
    assert (report["state"], report["reason"]) == ("connected", "")
    assert report["grade"] in ("green", "yellow"), "a busy machine may be slow"
    assert report["round_trip_s"] > 0
    assert report["tables_answer"] is True
    [own] = report["topics"]
    assert_shape(own, TOPIC)
    assert own["name"].startswith("user:")
    assert own["state"] == "connected"
    lines = shell.run("health").stdout.splitlines()
    assert len(lines) == len(SHAPE) - 2 + 1
    assert lines[2].split() == ["state", "connected"]
    assert lines[-1].startswith("topic connected")


def test_a_link_that_is_gone_or_hangs_is_red_and_exit_1(shell: Shell, own_server: Stoppable) -> None:
    own_server.send_signal(signal.SIGSTOP)
    try:
        hangs = shell.run("health", "--json", "--wait", "2")
    finally:
        own_server.send_signal(signal.SIGCONT)
    own_server.kill()
    gone = shell.run("health", "--json", "--wait", "6")
    for done, why in ((hangs, "no answer within 2 s"), (gone, "cannot be reached")):
        report = json.loads(done.stdout)
        assert (done.returncode, report["grade"]) == (1, "red"), report
        assert report["state"] != "connected"
        assert report["round_trip_s"] is None
        unknown = ("tables_answer", "clock_skew_s", "uptime")
        assert [report[key] for key in unknown] == [None, None, None], "nobody knows"
        assert why in report["reason"]
        assert report["last_error_ago_s"] is None or 0 <= report["last_error_ago_s"] < 60
    assert report["last_error_ago_s"] is not None, "it was refused, and says when"


def test_a_draft_that_waits_is_told_without_what_it_says(
    shell: Shell, own_server: Stoppable, tmp_path: Path
) -> None:
    own_server.sign_up("ben")
    assert shell.run("send", "--queue", "@ben", "hello").returncode == 0
    own_server.kill()
    assert "queued" in shell.run("send", "--queue", "--wait", "2", "Ben", "very-secret words").stderr
    told = shell.run("health", "--json", "--wait", "2").stdout
    report = json.loads(told)
    [draft] = report["outbox"]
    assert_shape(draft, DRAFT)
    assert (draft["source"], draft["thread"], draft["title"]) == ("direct", "ana__ben", "Ben")
    assert (draft["act"], draft["state"], report["queued"]) == ("send", "queued", 1)
    assert 0 < draft["age_s"] < 600
    lines = shell.run("health", "--wait", "2").stdout
    assert "draft queued         Ben  (" in lines
    logs = "".join(path.read_text() for path in tmp_path.rglob("*.log*") if path.is_file())
    assert logs
    assert "very-secret" not in told + lines + logs


def test_who_is_signed_out_is_told_so_in_the_same_shape(shell: Shell) -> None:
    assert shell.run("logout").returncode == 0
    done = shell.run("health", "--json")
    report = json.loads(done.stdout)
    assert_shape(report, SHAPE)
    assert (done.returncode, report["state"], report["grade"]) == (1, "signed_out", "red")
    assert "supachat login" in report["reason"]


def test_without_a_workspace_it_says_what_to_do(tmp_path: Path) -> None:
    done = Shell(tmp_path / "nobody").run("health", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "supachat login" in done.stderr
