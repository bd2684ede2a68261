"""Other people's text made safe to show.

A stranger chooses message bodies, names, thread ids, error texts. None of their bytes may steer the
terminal, the layout or the reader's eye. Everything that is shown has the type `Safe`, and only this
module makes one; the original is kept elsewhere, untouched. Must never raise, whatever it is given.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NewType
from urllib.parse import quote, urlsplit

Safe = NewType("Safe", str)
"""Text without a control, a bidi override, an invisible or an unbounded stack of marks."""

MAX_MARKS = 4
"""Combining marks kept on one base character."""

_NEEDS_CARE = re.compile(r"[^\n\x20-\x7e]")
_BAD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f"  # controls, all but the line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # invisible
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\ufffe\uffff"
    "\U000e0000-\U000e0fff]"  # tags and the rest of that plane's specials
)
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{2,8}\U000e007f")
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


def _picture(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    if char == "\t":
        return "    "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "\ufffd"


def _cap_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > MAX_MARKS:
                continue
        else:
            marks = 0
        kept.append(char)
    return "".join(kept)


def safe(text: str, *, limit: int = 65536) -> Safe:
    """`text` made safe, line feeds kept. At most `limit` characters, a cut is marked with U+22EF."""
    if len(text) > limit:
        text = text[:limit] + "\u22ef"
    if _NEEDS_CARE.search(text) is None:
        return Safe(text)
    text = text.replace("\r\n", "\n")
    flags = _FLAG.findall(text)
    if flags:
        parts = _FLAG.split(text)
        out = _BAD.sub(_picture, parts[0])
        for flag, part in zip(flags, parts[1:], strict=True):
            out += flag + _BAD.sub(_picture, part)
        text = out
    else:
        text = _BAD.sub(_picture, text)
    if any(unicodedata.combining(char) or char in "\u0488\u0489" for char in text):
        text = _cap_marks(text)
    return Safe(text)


def safe_line(text: str, *, limit: int = 200) -> Safe:
    """`text` made safe on one line: runs of white space become one space."""
    return Safe(" ".join(safe(text, limit=limit * 4).split())[:limit])


def safe_url(url: str) -> Safe | None:
    """An http, https or mailto address in printable ASCII, percent-encoded; else None."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        if scheme not in ("http", "https", "mailto") or (scheme != "mailto" and not parts.hostname):
            return None
        return Safe(quote(url, safe="!#$%&'()*+,-./:;=?@[]_~"))
    except ValueError:
        return None


def isolate(line: str) -> Safe:
    """`line` wrapped in FSI and PDI if it holds right-to-left letters, so that it cannot reorder
    what stands beside it. Give it text that is already safe."""
    return Safe(f"\u2068{line}\u2069") if _RTL.search(line) else Safe(line)
