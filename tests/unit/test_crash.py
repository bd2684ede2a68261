"""When the program breaks: a report without locals, one sentence, and never a traceback on the screen."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from supachat.domain.text import Safe
from supachat.journal import crash
from supachat.tui.breaking import Breaking, InputLost

BODY = "meet me at the old harbour"


def broken() -> Exception:
    try:
        raise ValueError(BODY)
    except ValueError as error:
        return error


def test_a_report_says_where_and_quotes_nobody(tmp_path: Path) -> None:
    words = crash.report(broken(), tmp_path / "log", "send")
    (path,) = (tmp_path / "log").iterdir()
    assert str(path) in words
    assert "is lost" in words
    text = path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "test_crash.py" in text
    assert "in broken" in text
    assert "command: send" in text
    assert "textual 8" in text
    assert BODY not in text


def test_two_reports_do_not_meet(tmp_path: Path) -> None:
    for _ in range(3):
        crash.report(broken(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_where_no_report_can_be_written_the_sentence_says_what_broke(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file")
    words = crash.report(broken(), tmp_path / "log")
    assert "ValueError" in words
    assert "No report could be written" in words
    assert BODY not in words


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        ("raise ValueError('harbour')", True, 1),
        ("import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()", False, 0),
        ("class X:\n  def __del__(self): 1 / 0\nx = X(); del x", False, 0),
    ],
    ids=["the program", "a thread", "a destructor"],
)
def test_what_python_would_print_goes_into_a_report(
    tmp_path: Path, code: str, said: bool, status: int
) -> None:
    done = in_child(tmp_path, f"from supachat.cli import mishap\nmishap.watch()\n{code}")
    assert (done.returncode, done.stdout) == (status, "")
    assert ("supachat broke" in done.stderr) is said
    assert "Traceback" not in done.stderr
    assert "harbour" not in done.stderr
    assert len(list((tmp_path / "log").glob("crash-*.txt"))) == 1


def test_a_library_that_cannot_be_imported_is_a_sentence(tmp_path: Path) -> None:
    code = "import sys\nsys.modules['click'] = None\nfrom supachat.cli.main import main\nmain(['threads'])"
    done = in_child(tmp_path, code)
    assert done.returncode == 1
    assert done.stderr.startswith("supachat broke.")
    assert done.stderr.count("\n") == 1
    (report,) = (tmp_path / "log").glob("crash-*.txt")
    assert "click" in report.read_text("utf-8")


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_without_the_local_server_the_way_to_add_it_is_one_line(tmp_path: Path, command: str) -> None:
    code = "import sys\nsys.modules['psycopg'] = None\nfrom supachat.cli.main import main\n"
    done = in_child(tmp_path, f"{code}main(['{command}'])")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "local server. Add it, in your clone, with: pipx install --force '.[local]'" in done.stderr


def test_a_reader_that_is_gone_before_the_last_flush_is_no_crash(tmp_path: Path) -> None:
    environ = {**os.environ, "SUPACHAT_HOME": str(tmp_path)}
    environ.pop("PYTHONUNBUFFERED", None)  # with it every line is met at once, and the flush has nothing
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-m", "supachat", "dialect", "list"]
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environ, timeout=60)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
    assert not list(tmp_path.rglob("crash-*.txt"))


def in_child(home: Path, code: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "SUPACHAT_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environ, timeout=60
    )


# ---------------------------------------------------------------- Textual


class Fragile(Breaking):
    """Breaks in the way that it is told."""

    def __init__(self) -> None:
        self.heard: list[BaseException] = []
        super().__init__(self.hear)

    def hear(self, error: BaseException) -> Safe:
        self.heard.append(error)
        return Safe("one sentence")

    def on_mount(self) -> None:
        self.watch_tasks()

    def key_x(self) -> None:
        raise ValueError(BODY)

    def said(self) -> list[str]:
        return [str(one) for one in self._exit_renderables]


def test_the_private_names_that_we_replace_are_still_there() -> None:
    for name in ("_handle_exception", "_close_messages_no_wait", "panic", "_exception_event"):
        assert hasattr(App, name)
    app = Fragile()
    assert app._exception is None
    assert app._exit_renderables == []


async def run(app: Fragile, act: Callable[[Pilot[int]], Awaitable[object]]) -> None:
    """What the app broke on comes out of here, since a pilot raises it."""
    async with app.run_test() as pilot:
        await act(pilot)
        await pilot.pause()


async def test_an_error_in_a_handler_leaves_one_sentence() -> None:
    app = Fragile()
    with pytest.raises(ValueError, match=BODY):
        await run(app, lambda pilot: pilot.press("x"))
    assert [type(error) for error in app.heard] == [ValueError]
    assert app.return_code == 1


async def test_a_failed_task_of_the_client_ends_the_app() -> None:
    async def fail(pilot: Pilot[int]) -> None:
        context = {"message": "a task failed", "exception": ZeroDivisionError(), "task": None}
        asyncio.get_running_loop().call_exception_handler(context)

    app = Fragile()
    with pytest.raises(ZeroDivisionError):
        await run(app, fail)
    assert [type(error) for error in app.heard] == [ZeroDivisionError]


async def test_what_breaks_in_the_wake_of_an_error_is_not_told_twice() -> None:
    async def fail(pilot: Pilot[int]) -> None:
        app._handle_exception(ValueError("first"))
        app._handle_exception(TypeError("second"))
        assert app.said() == ["one sentence"]

    app = Fragile()
    with pytest.raises(ValueError, match="first"):
        await run(app, fail)
    assert len(app.heard) == 1


async def test_a_keyboard_that_broke_shows_no_drawn_traceback() -> None:
    async def fail(pilot: Pilot[int]) -> None:
        app.panic("a traceback with locals")
        assert app.said() == ["one sentence"]

    app = Fragile()
    with pytest.raises(InputLost):
        await run(app, fail)
