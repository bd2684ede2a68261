"""Other people's text made safe to show.

A stranger chooses message bodies, names, thread ids, error texts. None of their bytes may steer the
terminal, the layout or the reader's eye. Everything that is shown has the type `Safe`, and only this
module makes one; the original is kept elsewhere, untouched. Must never raise, whatever it is given.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final, NewType
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

Safe = NewType("Safe", str)
"""Text without a control, a bidi override, an invisible or an unbounded stack of marks."""

MAX_MARKS: Final = 4
"""Combining marks kept on one base character."""
CUT: Final = "\u22ef"
REPLACED: Final = "\ufffd"

_NEEDS_CARE = re.compile(r"[^\n\x20-\x7e]")
_BAD = (
    "[\x00-\x09\x0b-\x1f\x7f-\x9f"  # controls, all but the line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # invisible
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # format controls of rare scripts
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"  # tags and the rest of that plane's specials
    # joiners shape emoji and some scripts; anywhere else they only make two names look like one
    "|(?<![\u0600-\u1fff\u2190-\u303d\u3041-\ud7ff\uf900-\U000dffff])[\u200c\u200d]"
    "|[\u200c\u200d](?![\u0600-\u1fff\u2190-\U000dffff])"
    # variants of an ideograph carry names; on anything else they carry hidden data
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af])[\U000e0100-\U000e01ef]"
)
_LAST_OF_PLANE = "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(1, 17))
_NONCHARACTER = f"[{_LAST_OF_PLANE}]"
_BREAKS = re.compile("\r\n|[\u2028\u2029]")
_FLAG = "(\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{2,8}\U000e007f)"
_RTL = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"


@cache
def _rare(pattern: str) -> re.Pattern[str]:
    """Compiled with the first text that needs it: that takes up to 5 ms, and all of ours is ASCII."""
    return re.compile(pattern)


def _picture(match: re.Match[str]) -> str:
    """A control as its picture (U+2400..2421), a tab as spaces, the rest as the replacement sign."""
    char = match.group()
    code = ord(char)
    if char == "\t":
        return "    "
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else REPLACED


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me")


def _cap_marks(text: str) -> str:
    """At most `MAX_MARKS` on one base, and a base under every mark: one at the start of a line would
    sit on whatever we draw before it."""
    kept: list[str] = []
    marks = 0
    base = False
    for char in text:
        if not _is_mark(char):
            marks, base = 0, char != "\n"
        elif marks == MAX_MARKS:
            continue
        else:
            marks += 1
            if not base:
                kept.append(" ")
                base = True
        kept.append(char)
    return "".join(kept)


def _clean(text: str) -> str:
    text = _BREAKS.sub("\n", text)
    # the flags of England, Scotland and Wales are the one good use of tag characters
    parts = _rare(_FLAG).split(text) if "\U0001f3f4" in text else [text]
    bad, none = _rare(_BAD), _rare(_NONCHARACTER)
    parts[::2] = [none.sub(REPLACED, bad.sub(_picture, part)) for part in parts[::2]]
    text = "".join(parts)
    return _cap_marks(text) if any(map(_is_mark, text)) else text


def safe(text: str, *, limit: int = 65536) -> Safe:
    """`text` made safe, line feeds kept. At most `limit` characters, a cut is marked with U+22EF."""
    if len(text) > limit:
        text = text[: limit - 1] + CUT
    return Safe(text if _NEEDS_CARE.search(text) is None else _clean(text))


def safe_line(text: str, *, limit: int = 200) -> Safe:
    """`text` made safe on one line: runs of white space become one space, a cut is marked."""
    line = " ".join(safe(text, limit=limit * 4).split())
    return Safe(line if len(line) <= limit else line[: limit - 1] + CUT)


def safe_url(url: str) -> Safe | None:
    """An http, https or mailto address in printable ASCII, percent-encoded; else None.

    A host in other letters is written as the name service knows it (xn--), so that it cannot pass
    for another one. None with a name before the host, which is there to pass for the host, and for a
    letter with more than a subject: some programs attach a file that the address names.
    """
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        if scheme not in ("http", "https", "mailto"):
            return None
        if scheme != "mailto":
            if not parts.hostname or "@" in parts.netloc:
                return None
            host = parts.netloc if parts.netloc.isascii() else _punycode(parts.netloc)
            url = urlunsplit(parts._replace(netloc=host))
        elif any(name.lower() != "subject" for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
            return None
        return Safe(quote(url, safe="!#$%&'()*+,-./:;=?@[]_~"))
    except ValueError:
        return None


def _punycode(netloc: str) -> str:
    name, colon, port = netloc.partition(":")
    return f"{name.encode('idna').decode('ascii')}{colon}{port}"


def isolate(line: str) -> Safe:
    """`line` wrapped in FSI and PDI if it holds right-to-left letters, so that it cannot reorder
    what stands beside it. Give it text that is already safe."""
    return Safe(f"\u2068{line}\u2069") if has_rtl(line) else Safe(line)


def has_rtl(text: str) -> bool:
    """Whether `text` holds a letter that runs right to left."""
    return not text.isascii() and _rare(_RTL).search(text) is not None
