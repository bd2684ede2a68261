"""The log and its file: private, bounded, and without a token, a body or a byte that steers a terminal."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from supachat.domain.errors import Refused
from supachat.domain.secrets import scrubbed
from supachat.journal import log
from supachat.journal.pages import KEPT, Pages
from supachat.journal.scrub import escaped, line, said, trace
from supachat.remote.outline import outline

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"
BODY = "meet me at the old harbour"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a log is written until the test ends, with `--debug`."""
    log.begin(tmp_path / "log", debug=True)
    yield tmp_path / "log"
    log.end()
    logging.getLogger("supachat").setLevel(logging.NOTSET)


def written(folder: Path) -> str:
    return (folder / log.NAME).read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        f"GET /x?apikey={JWT}&vsn=1.0.0",
        f"Authorization: Bearer {JWT}",
        f'{{"access_token": "{JWT}"}}',
        "wss://host/socket?apikey=sb_publishable_abc-DEF_1",
        "sb_secret_abc",
        "https://host/verify?token=abc123&type=magiclink",
        '{"refresh_token": "v1_Mabc"}',
        '{"password": "hunter2"}',
        '{"password":"hunter2","email":"a"}',
        "{'refresh_token': 'v1_Mabc'}",
        '{"current_password" : "hunter2"}',
        "https://host/verify?token_hash=abc123",
        "postgresql://postgres:hunter2@127.0.0.1/postgres",
    ],
)
def test_what_looks_like_a_secret_is_cut_out(text: str) -> None:
    made = scrubbed(text)
    assert "[cut]" in made
    for secret in (JWT, "abc-DEF", "secret_abc", "abc123", "v1_Mabc", "hunter2"):
        assert secret not in made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("plain", "plain"),
        ("naïve 🙂", "naïve 🙂"),
        ("\x1b[2J", "\\x1b[2J"),
        ("two\nlines", "two\\nlines"),
        ("\x9b31m\x07", "\\x9b31m\\x07"),
        ("\u202eback", "\\u202eback"),
        ("\udc80", "\\udc80"),
    ],
)
def test_controls_are_escaped(text: str, made: str) -> None:
    assert escaped(text) == made


def test_a_line_is_bounded() -> None:
    assert len(line("x" * 100_000)) < 2100


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refused("the server refused"), "Refused: the server refused"),
        (TypeError("f() missing 1 argument"), "TypeError: f() missing 1 argument"),
        (FileNotFoundError(2, "No such file", "/x"), "FileNotFoundError: No such file"),
        (OSError(f"cannot be stored: {BODY}"), "OSError (44 characters)"),
        (ValueError(f"invalid literal: {BODY!r}"), "ValueError (45 characters)"),
        (KeyError(BODY), f"KeyError ({len(repr(BODY))} characters)"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_an_error_is_told_without_what_it_quotes(error: Exception, words: str) -> None:
    assert said(error) == words


def test_a_trace_names_the_cause_first_and_no_locals() -> None:
    def deep(body: str) -> None:
        try:
            raise ValueError(body)
        except ValueError as error:
            raise TypeError("no") from error

    with pytest.raises(TypeError) as raised:
        deep(BODY)
    text = "\n".join(trace(raised.value))
    assert text.index("ValueError") < text.index("TypeError: no")
    assert "in deep" in text
    assert BODY not in text


def test_ours_is_written_and_foreign_text_is_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logging.getLogger("supachat.remote.session").warning("could not tell \x1b[2J the server")
    for name in (
        "httpx",
        "httpcore.http11",
        "realtime._async.client",
        "websockets.client",
        "supabase",
        "x",
    ):
        logger = logging.getLogger(name)
        for one in (logger, logging.getLogger(name.partition(".")[0])):
            # another test of this process may have made them quiet
            monkeypatch.setattr(one, "propagate", True)
            monkeypatch.setattr(one, "disabled", False)
            one.setLevel(logging.NOTSET)  # which also forgets what was decided before
        logger.error("HTTP Request: GET /?apikey=%s %s", JWT, BODY)
    text = written(folder)
    assert "could not tell \\x1b[2J the server" in text
    assert text.count("said something that is not kept here") == 6
    assert "httpx" in text
    assert JWT not in text
    assert BODY not in text
    assert "\x1b" not in text


def test_a_task_that_nobody_asked_goes_to_the_log_without_its_repr(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        loop.call_exception_handler(
            {
                "message": "Task exception was never retrieved",
                "exception": ValueError(BODY),
                "future": future,
            }
        )

    asyncio.run(main())
    text = written(folder)
    assert "Task exception was never retrieved" in text
    assert "ValueError (26 characters)" in text
    assert BODY not in text
    assert capfd.readouterr().err == ""


def test_a_callback_that_fails_is_named_without_what_it_was_called_with(folder: Path) -> None:
    """asyncio names its arguments in the first line: a draft that was to be told in a moment, or a future
    with its result."""

    def fails(what: object) -> None:
        raise ValueError(what)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        future.add_done_callback(fails)
        future.set_result(BODY)
        loop.call_soon(fails, BODY)
        await asyncio.sleep(0)

    asyncio.run(main())
    text = written(folder)
    assert text.count("Exception in callback") == 2
    assert "fails" in text
    assert BODY[:8] not in text
    assert BODY[-8:] not in text


def test_the_file_is_private_and_begins_with_the_first_line(folder: Path) -> None:
    assert not folder.exists()
    logging.getLogger("supachat").info("one")
    assert stat.S_IMODE((folder / log.NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("old\n")
    path.chmod(0o644)
    pages = Pages(path)
    pages.write("new\n")
    pages.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "old\nnew\n"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("")
    (tmp_path / "x.log").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match=r".+"):
        Pages(tmp_path / "x.log").write("mine\n")
    assert (tmp_path / "theirs").read_text() == ""


def test_it_rotates_and_keeps_a_few(tmp_path: Path) -> None:
    pages = Pages(tmp_path / "x.log", limit=100)
    for number in range(50):
        pages.write(f"{number:049}\n")
    pages.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["x.log", *(f"x.log.{number}" for number in range(1, KEPT + 1))]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())
    assert f"{49:049}" in (tmp_path / "x.log").read_text()


def test_two_processes_write_one_log_also_when_one_of_them_turns_the_page(tmp_path: Path) -> None:
    one, two = Pages(tmp_path / "x.log", limit=100), Pages(tmp_path / "x.log", limit=100)
    for number in range(6):
        (one if number % 2 else two).write(f"{number:049}\n")
    one.close()
    two.close()
    kept = "".join(path.read_text() for path in tmp_path.iterdir())
    assert all(f"{number:049}" in kept for number in range(6))


def test_two_that_find_the_page_full_at_once_turn_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = Pages(tmp_path / "x.log", limit=100), Pages(tmp_path / "x.log", limit=100)
    replace, moved = os.replace, list[Path]()

    def met(older: Path, newer: Path) -> None:
        replace(older, newer)
        moved.append(newer)
        if len(moved) == 1:
            two.write(f"{8:049}\n")

    for number in range(8):
        one.write(f"{number:049}\n")
    two.write("")
    monkeypatch.setattr(os, "replace", met)
    one.write(f"{9:049}\n")
    one.close()
    two.close()
    assert len(moved) == 1 + KEPT
    kept = "".join(path.read_text() for path in tmp_path.iterdir())
    assert all(f"{number:049}" in kept for number in range(2, 10))


def test_a_disk_that_says_no_breaks_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("a file, where a folder should be")
    log.begin(tmp_path / "log")
    try:
        logging.getLogger("supachat").error("unheard")
    finally:
        log.end()
        logging.getLogger("supachat").setLevel(logging.NOTSET)
    assert capfd.readouterr() == ("", "")


def test_a_frame_has_its_shape_and_no_text() -> None:
    frame = {
        "topic": "realtime:chat:ana__ben",
        "event": "broadcast",
        "ref": None,
        "payload": {
            "type": "broadcast",
            "event": "INSERT",
            "payload": {"record": {"body": BODY, "type": "hello", "n": 7}, "ok": True},
            "access_token": JWT,
        },
    }
    made = outline(frame)
    assert '"event": "INSERT"' in made
    assert f'"body": "<{len(BODY)}>"' in made
    assert f'"access_token": "<{len(JWT)}>"' in made
    for text in (BODY, JWT, "ana__ben", "hello", "7"):
        assert text not in made.replace(f"<{len(JWT)}>", "")


@pytest.mark.parametrize("frame", [None, 1, [], "x", {"a": [[[[[[[[["deep"]]]]]]]]]}, {"\x1b": "\x1b"}])
def test_any_frame_has_an_outline(frame: object) -> None:
    made = outline(frame)
    assert made.isascii()
    assert made.isprintable()
