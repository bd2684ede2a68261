"""The demo as a person has it: three processes that come together and go together."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terminal import Terminal, is_live

from supachat.demo.house import ROLES, House

DEMO = [sys.executable, "-m", "supachat", "demo", "--pace", "0.2"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def screen(home: Path, *words: str) -> Terminal:
    return Terminal(
        [*DEMO, *words], columns=100, lines=30, environ={**os.environ, "SUPACHAT_HOME": str(home)}
    )


def house(home: Path) -> House:
    return House(home / "data" / "demo")


def until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        os.sched_yield()


def nobody(home: Path) -> bool:
    """Neither server, nor people, nor PostgreSQL."""
    return not any(house(home).lives(role) for role in ROLES) and not list(home.rglob("postmaster.pid"))


def test_people_greet_type_answer_and_survive_a_dead_server(home: Path) -> None:
    with screen(home) as ana:
        ana.shows("Mira is typing")
        ana.type("hello\r")
        ana.until(lambda text: re.search(r"Hello there|Hi! Watch|Ahoy\.", text))
        ana.type("how do I kill the server\r")
        text = ana.until(lambda text: re.search(r"kill -9 \d+", text))
        pid = re.search(r"kill -9 (\d+)", text)
        assert pid is not None
        os.kill(int(pid.group(1)), signal.SIGKILL)
        ana.until(lambda text: not is_live(text))
        ana.type("still here, qwertz\r")
        ana.shows("still here, qwertz")
        ana.until(is_live, 30)
        ana.until(lambda text: "queued" not in text and "sending" not in text, 30)
        ana.type("\x11")
        assert ana.wait() == 0
    assert nobody(home)
    assert {path.name for path in home.iterdir()} <= {"data", "log"}, "no setting, no session was written"


def test_all_ends_within_two_seconds_when_the_screen_is_killed(home: Path) -> None:
    with screen(home) as ana:
        ana.until(is_live)
        ana.process.kill()
        ana.process.wait()
        until(lambda: nobody(home), 2.5)


def test_a_second_one_joins_as_the_next_person_and_the_last_one_out_stops_the_server(home: Path) -> None:
    with screen(home) as ana:
        ana.until(is_live)
        ana.shows("Ana Duarte")
        with screen(home) as noa:
            noa.shows("Noa Levi")
            noa.shows("Ana Duarte")
            noa.shows("Message Mira")
            noa.until(is_live)
            ana.type("\x11")
            assert ana.wait() == 0
            assert house(home).lives("server")
            noa.type("are you real\r")
            noa.until(
                lambda text: re.search(r"No, not real|table of rules|rule table|no model either", text)
            )
            noa.type("\x11")
            assert noa.wait() == 0
    assert nobody(home)


def test_the_second_time_the_past_is_there_and_fresh_forgets_it(home: Path) -> None:
    for words, there in (((), False), ((), True), (("--fresh",), False)):
        with screen(home, *words) as ana:
            ana.shows("Message Mira")
            ana.until(is_live)
            assert ("remember-me" in ana.text) is there
            if not there:
                ana.type("remember-me\r")
                ana.until(lambda text: re.search(r"✓[^\n]*\n[^\n]*remember-me", text))
            ana.type("\x11")
            assert ana.wait() == 0


def test_fresh_is_refused_while_somebody_is_in_it(home: Path) -> None:
    with screen(home) as ana:
        ana.until(is_live)
        with screen(home, "--fresh") as other:
            other.shows("The demo is running")
            assert other.wait() == 1
        ana.type("\x11")
        assert ana.wait() == 0
