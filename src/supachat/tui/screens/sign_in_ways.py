"""What the sign-in page shows of each way in, as rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from supachat.domain.entering import Ways
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.tui.spans import Row, Span, space, wrap
from supachat.tui.widgets.form import paragraph

PASSWORD: Final = "password"
NEW: Final = "new"
CODE: Final = "code"
ANONYMOUS: Final = "anonymous"
OUTSIDE: Final = "outside"
FORGOT: Final = "forgot"
"""A code by e-mail, to set a new password with."""
FRESH: Final = "fresh"
"""Let in by such a code: the new password."""
KEEP: Final = "keep"
"""Let in, and to be asked whether the session may be kept in a file."""
BROWSER: Final = "browser:"
"""Before a provider's name."""

NO_WAYS: Final = (FORGOT, FRESH, KEEP)
"""Pages that Tab does not come to."""

_AIR = 4
_CALLED = {"github": "GitHub", "gitlab": "GitLab", "linkedin_oidc": "LinkedIn", "slack_oidc": "Slack"}


class Way(NamedTuple):
    """One of the words under the title; `id` is what a click on it acts."""

    id: str
    words: Safe


def called(provider: str) -> Safe:
    """A provider's name as people write it."""
    return safe_line(_CALLED.get(provider, provider.replace("_", " ").capitalize()))


def ways_of(offers: Ways) -> tuple[Way, ...]:
    """What is offered, the usual one first."""
    if offers.outside:
        return (Way(OUTSIDE, Safe("token")),)
    ways = [
        (offers.password, Way(PASSWORD, Safe("password"))),
        (offers.code, Way(CODE, Safe("e-mail code"))),
        *((True, Way(f"{BROWSER}{name}", called(name))) for name in offers.providers),
        (offers.anonymous, Way(ANONYMOUS, Safe("no name"))),
        (offers.sign_up, Way(NEW, Safe("new account"))),
    ]
    return tuple(way for offered, way in ways if offered)


def ways_rows(ways: Sequence[Way], chosen: str, cells: int) -> list[Row]:
    """The ways beside each other, over as many rows as they need; the chosen one stands out."""
    rows: list[list[Span]] = [[]]
    room = cells
    for way in ways:
        if rows[-1] and len(way.words) + _AIR > room:
            rows.append([])
            room = cells
        if rows[-1]:
            rows[-1].append(space(_AIR))
            room -= _AIR
        look = "bold underline accent" if way.id == chosen else "text2"
        rows[-1].append(Span(way.words, look, way.id))
        room -= len(way.words)
    return [Row(tuple(row)) for row in rows]


def next_way(ways: Sequence[Way], chosen: str, by: int) -> str:
    """The way beside this one, round the ends. A new account is asked for by its own key."""
    ids = [way.id for way in ways if way.id != NEW]
    if not ids:
        return chosen
    return ids[(ids.index(chosen) + by) % len(ids)] if chosen in ids else ids[0]


def browser_rows(url: Safe, provider: str, cells: int) -> list[Row]:
    """The steps of a sign-in that goes on in a browser, down to where the last address is pasted."""
    return [
        _step(1, Safe("Open this address in any browser, on any machine:")),
        *(
            Row((space(3), Span(Safe(line), "underline accent", "open_address")))
            for line in broken(url, cells - 3)
        ),
        _step(2, Safe(f"Sign in there with {called(provider)}.")),
        _step(3, Safe("Come back here, or paste the address it ended on:")),
    ]


def broken(url: str, width: int) -> list[str]:
    """An address over several lines, after its marks where that fits."""
    lines = [""]
    for piece in re.split(r"(?<=[?&])", url):
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        rest = lines.pop() + piece
        lines += [rest[at : at + width] for at in range(0, len(rest), width)] or [""]
    return lines


def _step(number: int, words: Safe) -> Row:
    return Row((Span(Safe(f"{number}"), "bold accent"), space(2), Span(words, "foreground")))


def about(way: str, offers: Ways, mailed: Safe, kept: Safe, cells: int) -> list[Row]:
    """What stands under the fields while nothing is wrong."""
    if way == KEEP:
        return paragraph(kept, cells, "text2")
    if way in (CODE, FORGOT) and mailed:
        went = (
            f"If {mailed} has an account, a mail went there"
            if way == FORGOT
            else f"A mail went to {mailed}"
        )
        return paragraph(
            Safe(
                f"{went}. Type its code. If it has a link and no code, paste the link "
                "here: do not open it, it works once."
            ),
            cells,
            "text2",
        )
    words = {
        CODE: Safe("A code comes by e-mail, and no password is needed."),
        FORGOT: Safe("A code comes by e-mail. With it you set a new password."),
        FRESH: Safe("You are signed in. The old password ends when the new one is set; Esc keeps it."),
        ANONYMOUS: Safe(
            "Nobody asks who you are. Such an account ends with its sign-in: once signed out, nobody "
            "comes back to it."
        ),
        OUTSIDE: Safe(f"{offers.outside} hands out the sign-in of this workspace. Ask it again?"),
    }.get(way, NOTHING)
    rows = paragraph(words, cells, "text2")
    gap = [Row()] if rows and kept else []
    kept_rows = [] if way == OUTSIDE else [Row((Span(line, "quiet"),)) for line in wrap(kept, cells)]
    return [*rows, *(gap if kept_rows else []), *kept_rows]


def go_words(way: str, *, mailed: bool) -> str:
    """What Enter does, for the footer."""
    if way == NEW:
        return "sign up"
    if way in (CODE, FORGOT) and not mailed:
        return "send the mail"
    if way in (FRESH, KEEP):
        return "set the password" if way == FRESH else "keep it there"
    return {OUTSIDE: "ask again"}.get(way, "use what is pasted" if way.startswith(BROWSER) else "sign in")
