"""Notices of the desktop and the window's title, as a terminal is told of them: sequences out, nothing in.

Which form a terminal takes is read from what it says it is (its environment); one that says nothing gets
the bell. Other people's words go into these sequences, so every control and every separator is taken out
of them here, whatever was done to them before.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from supachat.domain.text import Safe

ESC: Final = "\x1b"
BEL: Final = "\x07"
ST: Final = "\x1b\\"
TITLE_CHARS: Final = 80
DETAIL_CHARS: Final = 160
KEEP_TITLE: Final = f"{ESC}[22;2t"
"""XTWINOPS: put the window's title on the terminal's stack."""
RESTORE_TITLE: Final = f"{ESC}[23;2t"


class Form(StrEnum):
    """How a terminal is told of something."""

    NINE = "9"
    """iTerm2's own: one text."""
    URXVT = "777"
    """rxvt's, which foot, WezTerm, Ghostty and VTE have taken over: a title and a text."""
    KITTY = "99"
    """kitty's: in parts, base64."""
    BELL = "bell"


def form_of(environ: Mapping[str, str]) -> Form:
    """What the terminal takes, by what it says it is. Inside tmux what the outer one has left is read.

    >>> form_of({"TERM": "xterm-kitty"}), form_of({"TERM": "xterm-256color"})
    (<Form.KITTY: '99'>, <Form.BELL: 'bell'>)
    """
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if "kitty" in term or "KITTY_WINDOW_ID" in environ:
        return Form.KITTY
    if program == "iTerm.app" or environ.get("LC_TERMINAL") == "iTerm2":
        return Form.NINE
    spoken = term.startswith(("foot", "rxvt", "xterm-ghostty")) or program in ("WezTerm", "ghostty")
    if spoken or "WEZTERM_PANE" in environ or "GHOSTTY_RESOURCES_DIR" in environ:
        return Form.URXVT
    return Form.BELL


def plain(text: str, most: int) -> str:
    """`text` on one line without anything that steers, separates or hides: no control, no format
    character, no `;`. At most `most` characters.

    >>> plain("a\\x1b]0;b\\x07c", 80)
    'a ]0,b c'
    """
    kept = []
    for char in text:
        kind = unicodedata.category(char)
        if kind in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif kind not in ("Cf", "Cs", "Co", "Cn"):
            kept.append("," if char == ";" else char)
    return " ".join("".join(kept).split())[:most]


def through(sequence: str, *, tmux: bool) -> str:
    """The sequence for the terminal round tmux, which passes it on where that is allowed there."""
    doubled = sequence.replace(ESC, ESC + ESC)
    return f"{ESC}Ptmux;{doubled}{ST}" if tmux else sequence


def notice(title: Safe, details: Safe, environ: Mapping[str, str]) -> str:
    """What to write for a notice. In tmux the bell goes with it: it may not pass anything on."""
    form, tmux = form_of(environ), "TMUX" in environ
    head, body = plain(title, TITLE_CHARS) or "supachat", plain(details, DETAIL_CHARS)
    match form:
        case Form.NINE:
            made = f"{ESC}]9;supachat: {head}{', ' if body else ''}{body}{BEL}"
        case Form.URXVT:
            made = f"{ESC}]777;notify;{head};{body}{BEL}"
        case Form.KITTY:
            made = _kitty("title", head, last=not body) + (_kitty("body", body, last=True) if body else "")
        case Form.BELL:
            return BEL
    return through(made, tmux=tmux) + (BEL if tmux else "")


def _kitty(part: str, text: str, *, last: bool) -> str:
    coded = base64.b64encode(text.encode()).decode()
    return f"{ESC}]99;i=supachat:e=1:p={part}:d={int(last)};{coded}{ST}"


def window_title(workspace: Safe, unread: int) -> str:
    """What to write for the window's title: the workspace, how much is unread in front."""
    count = f"({min(unread, 999)}) " if unread else ""
    return f"{ESC}]2;{count}{plain(workspace, TITLE_CHARS)}, supachat{BEL}"
