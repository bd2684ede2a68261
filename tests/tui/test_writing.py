"""Commands with a slash, the person's own editor, and that no text is lost by either."""

from __future__ import annotations

import errno
import io
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.tui.harness import as_on_disk, chat, make_app, running, screen_text, until
from tests.tui.street import key
from tests.tui.town import Town
from textual import actions

from supachat.cache.files import Files
from supachat.tui import editor, slash
from supachat.tui.key import Place, runs
from supachat.tui.keymap import KEYS
from supachat.tui.screens.chat import ChatScreen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/health", slash.Slash("health", "")),
        ("/Health ", slash.Slash("health", "")),
        ("/date  last friday ", slash.Slash("date", "last friday")),
        ("/nonsense", slash.Slash("nonsense", "")),
        ("/etc/hosts is broken", None),
        ("//health", None),
        ("/", None),
        ("/ health", None),
        ("/1", None),
        ("hello /health", None),
        ("/health\nand more", None),
    ],
)
def test_what_is_a_command(text: str, expected: slash.Slash | None) -> None:
    assert slash.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "sent"),
    [("//offline", "/offline"), ("/etc/hosts", "/etc/hosts"), ("a//b", "a//b"), ("//", "/")],
)
def test_two_slashes_send_one(text: str, sent: str) -> None:
    assert slash.message(text) == sent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/subject My knee\nDear Ann,\n\nit hurts", ("My knee", "Dear Ann,\n\nit hurts")),
        ("/Subject  My knee \nDear Ann", ("My knee", "Dear Ann")),
        ("/subject My knee\n", ("My knee", "")),
        ("/subject My knee", None),
        ("/subject\nDear Ann", None),
        ("//subject My knee\nDear Ann", None),
        ("Dear Ann\n/subject My knee\n", None),
    ],
)
def test_a_first_line_may_be_the_subject(text: str, expected: tuple[str, str] | None) -> None:
    assert slash.letter(text) == expected


def test_a_letter_that_was_taken_back_is_one_again() -> None:
    assert slash.letter(slash.written("My knee", "Dear Ann")) == ("My knee", "Dear Ann")
    assert slash.written("", "Dear Ann") == "Dear Ann"


@pytest.mark.parametrize(("name", "near"), [("dat", "date"), ("healthy", "health"), ("xyz", "")])
def test_what_was_meant(name: str, near: str) -> None:
    assert slash.nearest(name) == near


PLACES = (Place.EVERYWHERE, Place.COMPOSER, Place.LIST, Place.MESSAGES, Place.FEED)
KNOWN = {key.id for keys in KEYS.values() for key in keys}
"""What a slash may mean beside an action."""


async def test_every_key_and_command_does_something_that_there_is() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        screen = chat(pilot.app)
        asked = [key.run for place in PLACES for key in KEYS[place] if key.keys]
        asked += [runs(s.does) for s in slash.SLASHES.values() if not s.given and s.does not in KNOWN]
        asked += [runs(each.id[3:]) for each in screen.parts.offers() if each.id.startswith("do ")]
        lost = [each for each in asked if not there(screen, *actions.parse(each)[1:])]
        assert lost == []


def there(screen: ChatScreen, name: str, args: tuple[object, ...]) -> bool:
    """Whether the screen, one of its parts or something on it can do that."""
    if name == "act":
        return callable(getattr(getattr(screen.parts, str(args[0])), str(args[1])))
    nodes = (screen.app, screen, *screen.walk_children())
    return any(hasattr(node, f"action_{name}") for node in nodes)


async def test_a_command_that_is_not_there_is_said_and_the_text_stays() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press(*"/offlime", "enter")
        await until(pilot, lambda: "There is no /offlime" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == "/offlime"
        assert "offlime" not in [row.raw for row in town.table[key("mira")]]


async def test_a_command_opens_its_place_and_leaves_an_empty_composer() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press(*"/health", "enter")
        await until(pilot, lambda: "Link health" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "Message Mira" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == ""


async def test_two_slashes_go_out_as_one() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press(*"//health", "enter")
        await until(pilot, lambda: town.table[key("mira")][-1].raw == "/health")


# ---------------------------------------------------------------- the editor


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"VISUAL": "code --wait", "EDITOR": "vi"}, ["code", "--wait"]),
        ({"VISUAL": "", "EDITOR": "vi"}, ["vi"]),
        ({"VISUAL": "'unclosed", "EDITOR": "nano -w"}, ["nano", "-w"]),
        ({}, []),
    ],
)
def test_whose_editor(environ: dict[str, str], command: list[str]) -> None:
    assert editor.editor_command(environ) == command


def program(code: str) -> list[str]:
    """An editor that does this with the file `path`."""
    return [sys.executable, "-c", f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{code}"]


async def test_what_was_saved_comes_back_and_the_file_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = "path.write_text(path.read_text() + f' and more, in {path.parent.name}\\n')"
    edited = await editor.edit("half a thought", program(code))
    assert edited == (f"half a thought and more, in {tmp_path.name}", "", None)
    assert list(tmp_path.iterdir()) == []


async def test_the_file_is_for_nobody_else() -> None:
    edited = await editor.edit("x", program("path.write_text(oct(path.stat().st_mode & 0o777))"))
    assert edited.text == "0o600"


@pytest.mark.parametrize(
    ("code", "trouble", "kept"),
    [
        ("sys.exit(3)", "ended with 3", False),
        ("path.write_text('long work'); sys.exit(1)", "ended with 1", True),
        ("path.write_bytes(b'\\xff')", "not UTF-8", True),
        ("path.write_text('x' * 1_000_001)", "too many for one message", True),
        ("path.unlink()", "cannot be read", False),
    ],
)
async def test_an_editor_that_fails_loses_nothing(code: str, trouble: str, kept: bool) -> None:
    edited = await editor.edit("half a thought", program(code))
    assert edited.text is None
    assert trouble in edited.trouble
    assert (edited.kept is not None) is kept
    if edited.kept is not None:
        edited.kept.unlink()


async def test_an_editor_that_is_not_there_says_so() -> None:
    edited = await editor.edit("x", ["/nowhere/editor"])
    assert edited.text is None
    assert "/nowhere/editor cannot be started" in edited.trouble


@pytest.mark.parametrize("full", [False, True])
async def test_a_disk_without_room_for_the_editors_file_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path if full else tmp_path / "gone"))
    if full:
        monkeypatch.setattr(os, "fdopen", lambda handle, mode: FullFile(handle, mode))
    edited = await editor.edit("half a thought", program("path.write_text('unseen')"))
    assert edited.text is None
    assert edited.trouble.startswith("its file cannot be written: No ")
    assert list(tmp_path.iterdir()) == []


class FullFile(io.FileIO):
    """A file on a disk that is full."""

    def write(self, _: object, /) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def with_editor(
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    typed: str,
    seen: str,
    cache: Callable[[], Files] = as_on_disk,
) -> tuple[str, str]:
    """Press alt+e on `typed` with an editor that runs `code`; text and screen once `seen` is there."""

    @contextmanager
    def suspend() -> Iterator[None]:
        yield

    monkeypatch.setenv("VISUAL", shlex.join(program(code)) if code else "")
    monkeypatch.delenv("EDITOR", raising=False)
    app = make_app(Town(), cache=cache)
    monkeypatch.setattr(app, "suspend", suspend)
    async with running(app) as pilot:
        await pilot.press(*typed, "alt+e")
        await until(pilot, lambda: seen in screen_text(pilot.app))
        return chat(pilot.app).composer.text, screen_text(pilot.app)


async def test_alt_e_brings_the_text_back(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "path.write_text('from the editor')"
    text, _ = await with_editor(monkeypatch, code, "draft", "from the editor")
    assert text == "from the editor"


async def test_with_nothing_kept_on_disk_it_is_said_that_the_editor_had_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, seen = "path.write_text('long')", "The text was in a file"
    text, _ = await with_editor(monkeypatch, code, "draft", seen, cache=lambda: Files(None))
    assert text == "long"


async def test_alt_e_with_an_editor_that_fails_keeps_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = await with_editor(monkeypatch, "sys.exit(1)", "draft", "Nothing came back")
    assert text == "draft"


async def test_alt_e_without_an_editor_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    text, screen = await with_editor(monkeypatch, "", "draft", "There is no editor")
    assert text == "draft"
    assert "VISUAL" in screen


async def test_alt_e_where_there_is_no_terminal_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "true")
    async with running(make_app(Town())) as pilot:
        await pilot.press(*"draft", "alt+e")
        await until(pilot, lambda: "The editor was not opened" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == "draft"
