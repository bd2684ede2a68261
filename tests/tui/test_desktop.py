"""How a terminal is told of news and of its title: each kind of terminal as a line of a table."""

from __future__ import annotations

import asyncio

import pytest
from tests.tui.harness import make_app, running
from tests.tui.town import Town

from supachat.domain.text import Safe
from supachat.tui import desktop
from supachat.tui.app import LEAVING
from supachat.tui.desktop import Form, form_of, notice, plain, through, window_title

EVIL = "a\x1b]0;PWN\x07b\x9b31m\u202e;c\nd\u2066e"


@pytest.mark.parametrize(
    ("environ", "form"),
    [
        ({"TERM": "xterm-kitty"}, Form.KITTY),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"}, Form.KITTY),
        ({"TERM_PROGRAM": "iTerm.app"}, Form.NINE),
        ({"LC_TERMINAL": "iTerm2"}, Form.NINE),
        ({"TERM": "foot"}, Form.URXVT),
        ({"TERM_PROGRAM": "WezTerm"}, Form.URXVT),
        ({"TERM_PROGRAM": "ghostty"}, Form.URXVT),
        ({"TERM": "rxvt-unicode-256color"}, Form.URXVT),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Form.BELL),
        ({}, Form.BELL),
    ],
)
def test_how_a_terminal_is_told(environ: dict[str, str], form: Form) -> None:
    assert form_of(environ) is form


@pytest.mark.parametrize(
    ("environ", "written"),
    [
        ({"TERM": "foot"}, "\x1b]777;notify;New message, from Ana;hi, there\x07"),
        ({"LC_TERMINAL": "iTerm2"}, "\x1b]9;supachat: New message, from Ana, hi, there\x07"),
        ({}, "\x07"),
        (
            {"LC_TERMINAL": "iTerm2", "TMUX": "x"},
            "\x1bPtmux;\x1b\x1b]9;supachat: New message, from Ana, hi, there\x07\x1b\\\x07",
        ),
    ],
)
def test_what_is_written(environ: dict[str, str], written: str) -> None:
    assert notice(Safe("New message; from Ana"), Safe("hi; there"), environ) == written


def test_kitty_gets_its_parts_in_base64() -> None:
    made = notice(Safe("Hi"), Safe("x"), {"TERM": "xterm-kitty"})
    assert (
        made == "\x1b]99;i=supachat:e=1:p=title:d=0;SGk=\x1b\\\x1b]99;i=supachat:e=1:p=body:d=1;eA==\x1b\\"
    )


@pytest.mark.parametrize(
    "environ", [{"TERM": "foot"}, {"LC_TERMINAL": "iTerm2"}, {"TERM": "xterm-kitty"}, {}]
)
def test_nothing_of_a_text_steers_the_terminal(environ: dict[str, str]) -> None:
    """Not even of one that nobody has made safe: as many controls as a harmless one brings."""
    hostile, harmless = notice(Safe(EVIL), Safe(EVIL), environ), notice(Safe("a"), Safe("b"), environ)
    assert [c for c in hostile if ord(c) < 32 or 127 <= ord(c) < 160] == [
        c for c in harmless if ord(c) < 32
    ]
    assert hostile.count(";") == harmless.count(";")
    assert not set("\u202e\u2066\u2028") & set(hostile)


def test_the_title_counts_and_is_harmless() -> None:
    assert window_title(Safe("acme"), 0) == "\x1b]2;acme, supachat\x07"
    assert window_title(Safe("acme"), 5000) == "\x1b]2;(999) acme, supachat\x07"
    assert window_title(Safe(EVIL), 1).count("\x1b") == 1
    assert plain(EVIL, 200) == "a ]0,PWN b 31m,c de"
    assert len(plain("x" * 500, 80)) == 80


def test_tmux_gets_every_escape_doubled() -> None:
    assert through(desktop.KEEP_TITLE, tmux=False) == desktop.KEEP_TITLE
    assert through("\x1b]2;a\x07", tmux=True) == "\x1bPtmux;\x1b\x1b]2;a\x07\x1b\\"


async def test_who_leaves_is_told_what_is_waited_for_while_the_disk_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The terminal was empty for up to eight seconds, without a prompt."""
    app, told = make_app(Town()), asyncio.Event()

    def heard(sequence: str) -> None:
        if sequence == f"{LEAVING}\n":
            told.set()

    async with running(app):
        assert app.client is not None
        close = app.client.close

        async def held() -> None:
            async with asyncio.timeout(30):
                await told.wait()
            await close()

        monkeypatch.setattr(app.client, "close", held)
        monkeypatch.setattr(app, "tell_terminal", heard)
    assert told.is_set()
