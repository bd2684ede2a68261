"""The stories beside the long talk: rooms, customers, an assistant, letters. Pure but for its files.

Each is a TOML file in `stories/` that says who said what and how many minutes ago it ended. `{day+2}` in a
text is the weekday that comes two days after the demo's first start, so that words and appointments agree
on any day. What it becomes in a database is the matter of `dialects/demo/`.
"""

from __future__ import annotations

import random
import re
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Final

from supachat.demo.cast import EVERYBODY, SEATS

MINUTE = 60_000_000
"""Microseconds."""
LONGEST = 90 * 24 * 60 * MINUTE
_SPACE = uuid.UUID("0c5b0d0e-2f0f-4b0f-9a52-6a7d4c1f1e2a")
_HERE = Path(__file__).parent / "stories"
_WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY: Final = re.compile(r"\{day([+-]\d+)\}")

Row = dict[str, Any]


@cache
def story(source: str) -> Mapping[str, Any]:
    """What the file of a source says; nothing where there is none."""
    path = _HERE / f"{source}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def key(source: str, *names: object) -> str:
    """The id of something that a story names, the same in every demo."""
    return str(uuid.uuid5(_SPACE, " ".join(map(str, (source, *names)))))


def told(source: str, now: int, zone: tzinfo | None = None) -> Row:
    """A story as the statement of its source takes it; `now` in microseconds since 1970. `zone` is the
    reader's, this computer's where None."""
    tale = story(source)
    today = datetime.fromtimestamp(now // 1_000_000, UTC).astimezone(zone).date()
    luck = random.Random(11)
    threads: list[Row] = []
    messages: list[Row] = []
    reads: list[Row] = []
    for one in tale.get("threads", ()):
        said = [_named(line, today) for line in _said(source, one, now, luck)]
        messages += said
        threads.append(_thread(source, one, said))
        reads += _reads(one, said)
    return {
        "people": [{"id": p.user_id, "handle": p.handle, "name": p.name} for p in EVERYBODY],
        "admins": tale.get("admins", []),
        "threads": threads,
        "messages": messages,
        "reads": reads,
        "rows": [
            {**_named(_row(source, number, row, now), today), "starts_at": _starts(row, today, zone)}
            for number, row in enumerate(tale.get("rows", ()))
        ],
        "canned": list(tale.get("canned", ())),
        "prices": [{**price, "id": key(source, price["symbol"])} for price in tale.get("prices", ())],
    }


def _thread(source: str, one: Mapping[str, Any], said: Sequence[Row]) -> Row:
    kept = {name: value for name, value in one.items() if name not in ("said", "ended", "unread")}
    ids = {"id": key(source, one["id"]), "account": key(source, one["id"], "account")}
    return {**kept, **ids, "first_at": said[0]["at"], "last_at": said[-1]["at"]}


def _said(source: str, one: Mapping[str, Any], now: int, luck: random.Random) -> list[Row]:
    """Its messages so that the last one is as old as the story says: minutes between them, rarely hours."""
    lines: list[Row] = []
    at = now - one["ended"] * MINUTE
    for number in range(len(one["said"]) - 1, -1, -1):
        author, body, *more = one["said"][number]
        lines.append(
            {
                **(more[0] if more else {}),
                "id": key(source, one["id"], number),
                "thread": key(source, one["id"]),
                "author": author,
                "body": body,
                "at": iso(max(at, now - LONGEST + number * MINUTE)),
            }
        )
        gap = (20_000_000, 5 * MINUTE) if luck.random() < 0.85 else (MINUTE * 60, MINUTE * 60 * 20)
        at -= luck.randint(*gap)
    return lines[::-1]


def _reads(one: Mapping[str, Any], said: Sequence[Row]) -> list[Row]:
    """Everybody of a seat has read everything, but for what Ana has not."""
    last = said[-1]
    behind = said[-1 - one["unread"]] if one["unread"] < len(said) else None
    found = {seat.handle: last for seat in SEATS[1:]} | ({SEATS[0].handle: behind} if behind else {})
    return [
        {"reader": reader, "thread": line["thread"], "message": line["id"], "at": line["at"]}
        for reader, line in found.items()
    ]


def _row(source: str, number: int, row: Mapping[str, Any], now: int) -> Row:
    """A row of a feed, its minutes made times."""
    times = {
        "at": iso(now - row["ago"] * MINUTE),
        "taken_at": iso(now - row["taken"] * MINUTE) if "taken" in row else None,
        "closed_at": iso(now - row["closed"] * MINUTE) if "closed" in row else None,
    }
    thread = {"thread": key(source, row["thread"])} if "thread" in row else {}
    kept = {name: value for name, value in row.items() if name != "starts"}
    return {**kept, **thread, **times, "id": key(source, "row", number), "to": SEATS[0].handle}


def _named(row: Row, today: date) -> Row:
    """The same with its weekdays called by their names."""

    def name(found: re.Match[str]) -> str:
        return _WEEK[(today + timedelta(days=int(found[1]))).weekday()]

    return {key: _DAY.sub(name, value) if isinstance(value, str) else value for key, value in row.items()}


def _starts(row: Mapping[str, Any], today: date, zone: tzinfo | None) -> str | None:
    """When an appointment begins: so many days from today, at that hour where the reader is."""
    if "starts" not in row:
        return None
    day = today + timedelta(days=row["starts"]["day"])
    return datetime.combine(day, row["starts"]["at"], zone).astimezone(UTC).isoformat()


def iso(at: int) -> str:
    """Microseconds since 1970 as PostgreSQL reads them, exactly."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()
