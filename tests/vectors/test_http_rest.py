"""The recorded exchanges with PostgREST, replayed against the local server as one story.

Compared: status, the headers that a client reads, and the body. Where the recorder notes that a hosted
project differs, the hosted project is right; `CORRECTED` names the few lines whose recording is a slip of
the server that was recorded.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import AsyncConnection

from supachat.server.context import Context
from supachat.server.tokens import mint

DATA = Path(__file__).parent / "data" / "http"
STORY = ("rest_insert", "rest_select", "between", "rest_rls", "rest_errors", "rpc")
"""The order in which they were recorded. `between` are changes of the recording that no line shows."""

PEOPLE = {
    "7": "01a1f8c8-2f5e-709b-8340-b3b82435e7a8",
    "5": "01a1f8c8-2fc5-778d-964f-a329c189bb2f",
    "6": "01a1f8c8-3027-768e-90b2-f90f997eebd4",
}
"""Whose access tokens the numbers stand for: alice, bob, carol."""

CORRECTED: Mapping[tuple[str, int], dict[str, Any]] = {
    # missing=default: PostgREST takes the column's default, the recorded server wrote a JSON null
    ("rest_insert", 11): {"meta of the second row": {}},
    # PostgreSQL 15 to 18 quote the number as it was written
    ("rest_errors", 28): {"message": 'value "99999999999999999999" is out of range for type bigint'},
}
DETAILS = {("rpc", 14): re.compile(r"Failing row contains \(.*\)\.")}
"""PostgREST passes Postgres' DETAIL on. Under row level security Postgres itself gives none."""

STATUS = {("rest_errors", 5): 400, ("rpc", 14): 400, ("rest_errors", 29): 500}
PARSER = {("rest_errors", 18), ("rest_errors", 19), ("rest_errors", 20)}
"""Refused by the parser: the words after "failed to parse" are each parser's own."""

HEADERS = ("content-type", "content-range", "content-location", "preference-applied")
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00")
HOSTED_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Line = dict[str, Any]


def recorded(name: str) -> Iterator[Line]:
    for text in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
        yield json.loads(text)


@dataclass
class Story:
    """What the recording's UUIDs and row numbers, made by its database, are in this run."""

    context: Context
    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        """Text of the recording with this run's ids."""
        return UUID.sub(lambda found: self.names.get(found.group(), found.group()), text)

    def header(self, value: str) -> str:
        if "<publishable_key>" in value:
            return value.replace("<publishable_key>", self.context.keys.publishable_key)
        found = re.fullmatch(r"Bearer <access_token:(\d)>", value)
        return f"Bearer {self.token(PEOPLE[found.group(1)])}" if found else value

    def token(self, person: str) -> str:
        claims = {"sub": person, "role": "authenticated", "exp": int(time.time()) + 3600}
        return mint(claims, self.context.keys.jwt_secret)

    def same(self, was: Any, now: Any, key: str = "") -> bool:
        """Whether `now` is what the recording would be in this run. Learns ids on their first sight."""
        if isinstance(was, dict):
            return (
                isinstance(now, dict)
                and was.keys() == now.keys()
                and all(self.same(was[name], now[name], name) for name in was)
            )
        if isinstance(was, list):
            return isinstance(now, list) and len(was) == len(now) and all(map(self.same, was, now))
        if isinstance(was, str) and TIME.fullmatch(was):
            return bool(HOSTED_TIME.fullmatch(now))
        if isinstance(was, str) and UUID.fullmatch(was):
            return bool(UUID.fullmatch(now)) and self.names.setdefault(was, now) == now
        if key == "id" and isinstance(was, int):
            return isinstance(now, int) and self.numbers.setdefault(was, now) == now
        return type(was) is type(now) and bool(was == now)


async def replay(client: httpx.AsyncClient, story: Story, line: Line) -> httpx.Response:
    asked = line["request"]
    headers = {name: story.header(value) for name, value in asked["headers"].items()}
    body = asked["body"]
    content = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    return await client.request(
        asked["method"], story.fill(asked["path"]), headers=headers, content=story.fill(content)
    )


def differences(story: Story, line: Line, answer: httpx.Response) -> Iterator[str]:
    """What of the answer is not as recorded, in words."""
    place, was = (line["scenario"], line["seq"]), line["response"]
    status = STATUS.get(place, was["status"])
    if answer.status_code != status:
        yield f"status {answer.status_code} instead of {status}: {answer.text}"
        return
    if answer.is_error:
        yield from error_differences(place, was["body"], answer)
        return
    yield from header_differences(story, was, answer)
    yield from body_differences(story, line, answer)


def header_differences(story: Story, was: Mapping[str, Any], answer: httpx.Response) -> Iterator[str]:
    for name in HEADERS:
        if name not in was["headers"] or (
            name == "content-type" and was["body"] is None and not answer.content
        ):
            continue
        expected, found = story.fill(was["headers"][name]), answer.headers.get(name)
        if found != expected:
            yield f"{name} is {found!r} instead of {expected!r}"


def body_differences(story: Story, line: Line, answer: httpx.Response) -> Iterator[str]:
    was, asked = line["response"]["body"], line["request"]["method"] + line["request"]["path"]
    if was is None:
        if answer.content:
            yield f"a body where none was: {answer.text}"
        return
    now = answer.json() if "json" in answer.headers["content-type"] else answer.text
    if (line["scenario"], line["seq"]) == ("rest_insert", 11):
        was[1]["meta"] = CORRECTED["rest_insert", 11]["meta of the second row"]
    if isinstance(was, list) and "order" not in asked and "POST" not in asked:
        # without an order Postgres may answer in any
        was = sorted(json.loads(story.fill(json.dumps(was))), key=json.dumps)
        now = sorted(now, key=json.dumps)
    if not story.same(was, now):
        yield f"body {now!r} instead of {was!r}"


def error_differences(place: tuple[str, int], was: dict[str, Any], answer: httpx.Response) -> Iterator[str]:
    now = answer.json()
    if now.keys() != was.keys():
        yield f"keys {sorted(now)}"
    if answer.headers["proxy-status"] != f"PostgREST; error={now['code']}":
        yield f"proxy-status {answer.headers['proxy-status']}"
    if (answer.status_code == 401) != ("www-authenticate" in answer.headers):
        yield "www-authenticate goes with 401, and only with it"
    if place in PARSER:
        if now["code"] != "PGRST100" or not now["message"].startswith('"failed to parse'):
            yield f"a parser's refusal was expected: {now}"
        return
    expected = {**was, **CORRECTED.get(place, {})}
    if place in STATUS and was["code"] == "SUP":
        expected |= {"code": "23514", "message": was["message"].removeprefix("PostgresError: ")}
    details: Any = DETAILS.get(place, expected["details"])
    fits = (
        details.fullmatch(now["details"]) if isinstance(details, re.Pattern) else now["details"] == details
    )
    if not fits:
        yield f"details {now['details']!r} instead of {details!r}"
    for name in ("code", "message", "hint"):
        if now[name] != expected[name]:
            yield f"{name} {now[name]!r} instead of {expected[name]!r}"


@pytest.fixture
async def story(context: Context, migrator: AsyncConnection[Any]) -> Story:
    """The tables of the recording and its three people."""
    await migrator.execute((DATA / "schema.sql").read_bytes())
    for number, person in PEOPLE.items():
        await migrator.execute(
            "insert into auth.users (id, email) values (%s, %s)", (person, f"person{number}@example.com")
        )
    return Story(context)


async def between(migrator: AsyncConnection[Any]) -> None:
    """An edit and two deletes that the recordings show only by their effect."""
    await migrator.execute("""update public.messages set body = 'edited2' where id = 2""")
    await migrator.execute("delete from public.messages where id in (4, 5)")


async def test_every_recorded_exchange(
    client: httpx.AsyncClient, story: Story, migrator: AsyncConnection[Any]
) -> None:
    wrong: list[str] = []
    played = 0
    for name in STORY:
        if name == "between":
            await between(migrator)
            continue
        for line in recorded(name):
            answer = await replay(client, story, line)
            played += 1
            label = f"{name} {line['seq']} ({line['label']})"
            wrong += [f"{label}: {words}" for words in differences(story, line, answer)]
    assert not wrong, "\n".join(wrong)
    assert played == 105
