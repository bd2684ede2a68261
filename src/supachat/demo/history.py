"""The past of the demo, the same for everybody but for its dates. Pure.

Seven people around a small island ferry. Ana has six threads: with Mira 5,000 messages of daily work,
with the others code, links, Japanese, emoji and Hebrew.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from supachat.demo.cast import AIKO, ANA, BEN, IDRIS, MIRA, NOA, PRESENT, SEATS, TOMAS, Character, thread_id
from supachat.demo.scenes import SCENES, filled
from supachat.demo.threads import AIKO_TALK, BEN_TALK, IDRIS_TALK, NOA_TALK, TOMAS_TALK, WELCOMES

DAY = 86_400_000_000
"""Microseconds."""
MINUTE = 60_000_000
DAYS = 90
LONG = 5_000

Talk = Sequence[tuple[Character, str]]
_TALKS: tuple[tuple[Character, Talk, int], ...] = (
    (BEN, BEN_TALK, 3 * 60),
    (NOA, NOA_TALK, 26 * 60),
    (AIKO, AIKO_TALK, 50 * 60),
    (TOMAS, TOMAS_TALK, 9 * 60),
    (IDRIS, IDRIS_TALK, 95),
)
"""With whom, what, and how many minutes ago it ended."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the past. `at` is in microseconds since 1970."""

    id: str
    thread: str
    author: Character
    to: Character
    at: int
    body: str


@dataclass(frozen=True, slots=True)
class Past:
    """What is written into a fresh database. `unread` counts from a thread's end, by (thread, reader)."""

    lines: tuple[Line, ...]
    threads: tuple[tuple[Character, Character], ...]
    unread: dict[tuple[str, str], int]


def past(now: int) -> Past:
    """The past as seen at `now`, in microseconds since 1970: the last message is some minutes old."""
    luck = random.Random(7)
    lines: list[Line] = []
    for other, talk, ago in _TALKS:
        lines += _placed(ANA, other, talk, now - ago * MINUTE, luck)
    lines += _long(now - 20 * MINUTE, luck)
    threads = [(ANA, other) for other in (MIRA, BEN, NOA, AIKO, TOMAS, IDRIS)]
    for seat in SEATS[1:]:
        for minutes, host in zip((8, 11), PRESENT, strict=True):
            welcome = [(host, text.format(first=seat.first)) for text in WELCOMES[host.handle]]
            lines += _placed(seat, host, welcome, now - minutes * MINUTE, luck)
            threads.append((seat, host))
    return Past(
        tuple(lines), tuple(threads), {(thread_id(ANA, IDRIS), "ana"): 3, (thread_id(ANA, NOA), "ana"): 1}
    )


def _placed(one: Character, other: Character, talk: Talk, end: int, luck: random.Random) -> list[Line]:
    """The talk so that its last message is at `end`: bursts of some minutes, days between them."""
    lines: list[Line] = []
    at = end
    for author, body in reversed(talk):
        lines.append(_line(one, other, author, body, at, len(lines)))
        at -= (
            luck.randint(20_000_000, 4 * MINUTE) if luck.random() < 0.8 else luck.randint(DAY // 3, 5 * DAY)
        )
    start = end - DAYS * DAY
    squeeze = max(1.0, (end - at) / (DAYS * DAY))
    return [_moved(line, max(start, end - int((end - line.at) / squeeze))) for line in reversed(lines)]


def _long(end: int, luck: random.Random) -> list[Line]:
    """Ana and Mira at work: `LONG` messages in short scenes, on each of the last 90 days."""
    scenes = _scenes(luck)
    lines: list[Line] = []
    for day in range(DAYS):
        today = scenes[day * len(scenes) // DAYS : (day + 1) * len(scenes) // DAYS]
        begins = end - (DAYS - 1 - day) * DAY - 8 * 60 * MINUTE
        room = 8 * 60 * MINUTE // max(1, len(today))
        for number, scene in enumerate(today):
            at = begins + number * room + luck.randint(room // 4, room // 2)
            for author, body in scene:
                at += luck.randint(8_000_000, 70_000_000)
                lines.append(_line(ANA, MIRA, author, body, at, len(lines)))
    return lines


def _scenes(luck: random.Random) -> list[list[tuple[Character, str]]]:
    """`LONG` messages as scenes; the last one is cut short."""
    scenes: list[list[tuple[Character, str]]] = []
    count = 0
    while count < LONG:
        for scene in luck.sample(SCENES, len(SCENES)):
            words = filled(luck)
            said = [(ANA if who == "a" else MIRA, text.format_map(words)) for who, text in scene]
            scenes.append(said[: LONG - count])
            count += len(scenes[-1])
            if count == LONG:
                break
    return scenes


def _line(one: Character, other: Character, author: Character, body: str, at: int, number: int) -> Line:
    thread = thread_id(one, other)
    key = str(uuid.uuid5(uuid.UUID(author.user_id), f"{thread} {number}"))
    return Line(key, thread, author, other if author is one else one, at, body)


def _moved(line: Line, at: int) -> Line:
    return Line(line.id, line.thread, line.author, line.to, at, line.body)
