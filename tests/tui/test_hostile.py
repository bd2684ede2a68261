"""Every string that a stranger controls, through every place that shows one.

First as cells of the screen, payload by payload; then as bytes of a real terminal: nothing of a payload
may reach it raw, and the only sequences in its stream are those that harmless text brings as well.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import sys
from pathlib import Path

import pytest
from tests.pty_child import started
from tests.tui.harness import make_app, running, screen_text
from tests.tui.hostile_town import CARDS, PAYLOADS, HostileSetUp, HostileTown, walk, walk_first, walk_in

from supachat.domain.text import safe_line

ROOT = Path(__file__).parents[2]
LIMIT = 60.0
"""Seconds without a byte after which the walk is said to have stopped."""
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066\u2067\ufeff]")
SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])"
)
RAW = re.compile(
    rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6\xa7]|\xef\xbb\xbf"
)


async def test_no_place_shows_a_raw_control_none_crashes_and_no_text_is_lost() -> None:
    texts = list(PAYLOADS.values())
    town = HostileTown(texts)
    app = make_app(town, cards=CARDS)
    seen: list[str] = []
    async with running(app) as pilot:
        await walk(pilot, town, texts, lambda: seen.append(screen_text(app)))
    found = {match.group() for screen in seen for match in CONTROL.finditer(screen.replace("\n", ""))}
    assert found == set()
    everything = letters("".join(seen))
    lost = [name for name, text in PAYLOADS.items() if letters(safe_line(text))[:4] not in everything]
    assert lost == []


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@pytest.mark.parametrize("name", ["ESC OSC title", "bidi RLO"])
async def test_nor_do_the_pages_before_the_chat(name: str) -> None:
    text = PAYLOADS[name]
    async with running(make_app(HostileTown([text], signed_in=False))) as pilot:
        await walk_in(pilot)
        assert CONTROL.search(screen_text(pilot.app).replace("\n", "")) is None
    async with running(make_app(None, set_up=HostileSetUp(text))) as pilot:
        await walk_first(pilot)
        assert CONTROL.search(screen_text(pilot.app).replace("\n", "")) is None


async def test_markup_is_text() -> None:
    """What looks like markup is shown as it was written."""
    texts = [text for text in PAYLOADS.values() if "[" in text and CONTROL.search(text) is None]
    async with running(make_app(HostileTown(texts)), (160, 60)) as pilot:
        screen = screen_text(pilot.app)
        assert texts
        assert [text for text in texts if safe_line(text)[:12] not in screen] == []


def bytes_of(*arguments: str) -> bytes:
    """What a terminal of 120 by 36 got from the walk, as a process of its own."""
    environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
    environ["TERM_PROGRAM"] = "WezTerm"  # a terminal that is told of things in words
    command = [sys.executable, "-m", "tests.tui.hostile_town", *arguments]
    leader, process = started(command, environ, columns=120, lines=36, cwd=ROOT)
    got = bytearray()
    try:
        while chunk := _read(leader):
            got += chunk
        assert process.wait(20) == 0, bytes(got[-2000:])
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    return bytes(got)


def _read(leader: int) -> bytes:
    """What came within the limit; nothing once the other end is closed."""
    ready, _, _ = select.select([leader], [], [], LIMIT)
    assert ready, "the walk has stopped"
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux says EIO when the other end is closed
        return b""


def kinds(stream: bytes) -> set[bytes]:
    """The sequences of a stream by their kind: the final byte of a CSI, the number of an OSC."""
    found = set()
    for match in SEQUENCE.finditer(stream):
        sequence = match.group()
        if sequence.startswith(b"\x1b["):
            found.add(b"CSI " + sequence[2:3].strip(b"0123456789;") + sequence[-1:])
        elif sequence.startswith(b"\x1b]"):
            found.add(b"OSC " + sequence[2:].split(b";")[0])
        else:
            found.add(sequence[:2])
    return found


async def test_no_control_of_a_payload_reaches_a_real_terminal() -> None:
    plain, hostile = await asyncio.gather(asyncio.to_thread(bytes_of, "plain"), asyncio.to_thread(bytes_of))
    assert kinds(hostile) <= kinds(plain)
    assert len(hostile) > 20_000
    assert {b"OSC 2", b"OSC 777"} <= kinds(hostile)
    assert hostile.count(b"\x1b[22;2t") == hostile.count(b"\x1b[23;2t") > 0
    assert not re.search(rb"\x1b\]0;|\x1b\]52;|\x1b\[2J[^\x1b]*EVIL", hostile)
    assert RAW.findall(SEQUENCE.sub(b"", hostile)) == []
    assert b"PWNED" in hostile
